//! The register of generations and the progress of their rebuilding, in memory.

use crate::shared::Shared;
use foldlog::read::generations::{Current, Generations, Registered, Registry};
use foldlog::read::views::ViewError;
use foldlog::rebuild::{RebuildProgress, Work, WorkProgress};
use std::collections::BTreeMap;

/// The register in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryGenerations(Shared<Kept>);

#[derive(Debug, Default)]
struct Kept {
    registered: Registered,
    progress: BTreeMap<String, WorkProgress>,
}

impl Generations for MemoryGenerations {
    async fn registered(&self) -> Result<Registered, ViewError> {
        Ok(self.0.with(|kept| kept.registered.clone()))
    }

    async fn register(&self, registry: &Registry, seen: u64) -> Result<bool, ViewError> {
        Ok(self.0.with(|kept| {
            let news = kept.registered.changes == seen;
            if news {
                kept.registered = Registered { registry: registry.clone(), changes: seen + 1 };
            }
            news
        }))
    }

    async fn current(&self, view: &str) -> Result<Current, ViewError> {
        Ok(self.0.with(|kept| kept.registered.registry.current(view)))
    }
}

impl RebuildProgress for MemoryGenerations {
    async fn progress(&self, work: &Work) -> Result<Option<WorkProgress>, ViewError> {
        Ok(self.0.with(|kept| kept.progress.get(&work.to_string()).cloned()))
    }

    async fn note(&self, work: &Work, progress: &WorkProgress) -> Result<(), ViewError> {
        self.0.with(|kept| kept.progress.insert(work.to_string(), progress.clone()));
        Ok(())
    }
}
