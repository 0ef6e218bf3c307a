//! A store under the fault model.

use super::fault_model::{FaultModel, Meets};
use crate::shared::Shared;
use foldlog::read::generations::{Current, Generations, Registered, Registry, Sets, Stage};
use foldlog::read::views::ViewError;

/// A store in front of which requests and answers are delayed, lost and repeated; clones share it. `W` is a write that
/// can arrive late, and `E` remembers what earlier reads showed.
#[derive(Clone)]
pub struct Faulty<S, W, E = ()> {
    pub(super) store: S,
    pub(super) fault_model: FaultModel,
    late: Shared<Vec<W>>,
    pub(super) earlier: E,
    unaware: bool,
}

/// A write that its caller gave up, and that takes effect later.
pub trait LateWrite<S> {
    /// Carries it out. Nothing waits for the answer.
    fn land(self, store: &S) -> impl Future<Output = ()> + Send;
}

impl<S, W, E: Default> Faulty<S, W, E> {
    /// `store`, under a fault model that other stores share.
    pub fn under(store: S, fault_model: FaultModel) -> Self {
        Self { store, fault_model, late: Shared::default(), earlier: E::default(), unaware: false }
    }
}

impl<S, W, E> Faulty<S, W, E> {
    /// The store behind it.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The same store. If it is `unaware`, it shows only those generations that are read: a mistake that a test must
    /// find.
    #[must_use]
    pub fn unaware(mut self, unaware: bool) -> Self {
        self.unaware = unaware;
        self
    }

    /// Remembers a write that arrives late.
    pub(super) fn later(&self, write: W) {
        self.late.lock().push(write);
    }
}

impl<S, W: LateWrite<S>, E> Faulty<S, W, E> {
    /// Carries out all late requests. From then on nothing fails.
    pub async fn settle(&self) {
        self.fault_model.calm_down();
        let late = self.late.with(std::mem::take);
        for write in late {
            write.land(&self.store).await;
        }
    }

    /// A late request may arrive before this one.
    pub(super) async fn land(&self) {
        if let Some(write) = self.fault_model.landing(&self.late) {
            write.land(&self.store).await;
        }
    }
}

impl<S: Generations, W: Send, E: Send + Sync> Generations for Faulty<S, W, E> {
    async fn registered(&self) -> Result<Registered, ViewError> {
        let mut registered = self.fault_model.read(self.store.registered(), ViewError::Unavailable).await?;
        if self.unaware {
            let views: Vec<String> = registered.registry.views().map(|(view, _)| view.to_owned()).collect();
            for view in &views {
                if let Some(sets) = registered.registry.sets_mut(view) {
                    retire_unread(sets);
                }
            }
        }
        Ok(registered)
    }

    async fn register(&self, registry: &Registry, seen: u64) -> Result<bool, ViewError> {
        // A write that is sent again is late enough. It fails if another change came in between.
        let register = || self.store.register(registry, seen);
        self.fault_model.write(Meets::Nothing, register, || {}, ViewError::Unavailable).await
    }

    async fn current(&self, view: &str) -> Result<Current, ViewError> {
        self.fault_model.read(self.store.current(view), ViewError::Unavailable).await
    }
}

fn retire_unread(sets: &mut Sets) {
    let read = sets.read();
    let all: Vec<_> = sets.all().iter().map(|(generation, set)| (*generation, set.stage.clone())).collect();
    for (generation, stage) in all.into_iter().filter(|(generation, _)| *generation != read) {
        sets.proceed(generation, &stage, Stage::Retired { parts: stage.parts() });
    }
}
