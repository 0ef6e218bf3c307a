//! Which folds there are of each view, by their numbers, and which generations each of them keeps up to date.

use crate::read::generations::{Generations, Registered, Registry};
use crate::read::views::{Generation, ViewError};
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of the folds that a release has of each view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemas(BTreeMap<&'static str, BTreeSet<u32>>);

impl FromIterator<(&'static str, u32)> for Schemas {
    /// Of the views and numbers of folds.
    fn from_iter<T: IntoIterator<Item = (&'static str, u32)>>(folds: T) -> Self {
        let mut schemas = Self::default();
        for (view, schema) in folds {
            schemas.0.entry(view).or_default().insert(schema);
        }
        schemas
    }
}

impl Schemas {
    /// The numbers of the folds that a view has, in order.
    #[must_use]
    pub fn of(&self, view: &str) -> Vec<u32> {
        self.0.get(view).into_iter().flatten().copied().collect()
    }

    /// The number of the fold whose rows are read: the oldest, where the view was never registered.
    #[must_use]
    pub fn read(&self, registry: &Registry, view: &str) -> Option<u32> {
        match registry.sets(view) {
            Some(sets) => Some(sets.schema()),
            None => self.oldest(view),
        }
    }

    /// What is registered, and every view of these folds with it.
    pub(crate) async fn registry<G: Generations>(&self, generations: &G) -> Result<Registry, ViewError> {
        let Registered { mut registry, changes } = generations.registered().await?;
        let oldest = self.0.iter().filter_map(|(view, schemas)| Some((view, schemas.first()?)));
        let news = oldest.filter(|(view, schema)| registry.adopt(view, **schema));
        if news.count() > 0 && !generations.register(&registry, changes).await? {
            return generations.registered().await.map(|registered| registered.registry);
        }
        Ok(registry)
    }

    /// The generations that a fold keeps up to date.
    pub(crate) fn written(&self, registry: &Registry, view: &str, schema: u32) -> Vec<Generation> {
        self.oldest(view).map_or_else(Vec::new, |oldest| registry.written(view, schema, oldest))
    }

    /// The number of the fold that keeps a generation up to date; none where nobody does.
    pub(crate) fn keeper(&self, registry: &Registry, view: &str, generation: Generation) -> Option<u32> {
        let keeps = |schema: &u32| self.written(registry, view, *schema).contains(&generation);
        self.of(view).into_iter().find(keeps)
    }

    fn oldest(&self, view: &str) -> Option<u32> {
        self.0.get(view).and_then(BTreeSet::first).copied()
    }
}
