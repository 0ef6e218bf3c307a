//! How a new generation of a view is filled.

use super::judge::pass_over;
use super::{CONCURRENCY, Fold, Folds};
use crate::advance::Hint;
use crate::generations::Registry;
use crate::log::EventLog;
use crate::parked::{ParkingLot, Trouble};
use crate::ports::Clock;
use crate::projection::Subscription;
use crate::rebuild::Fill;
use crate::views::{Generation, Views};
use futures::{StreamExt, stream};

/// Of how many hints the following is prepared together: a page has thousands.
const PREPARED: usize = 128;

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> Folds<L, V, P, H> {
    /// What fills the rows of a view by one of its folds; none where there is no such fold.
    #[must_use]
    pub fn filling(&self, view: &str, schema: u32) -> Option<Filling<'_, L, V, P, H>> {
        self.fold(view, schema).map(|fold| Filling { folds: self, fold })
    }

    /// The view of that name, if there is a fold of it.
    #[must_use]
    pub fn named(&self, view: &str) -> Option<&'static str> {
        self.all.iter().map(|fold| fold.subscription.name()).find(|name| *name == view)
    }

    /// The numbers of the folds that a view has, in order.
    #[must_use]
    pub fn schemas(&self, view: &str) -> Vec<u32> {
        self.schemas.of(view)
    }

    /// Whether a fold's rows are those that are read.
    #[must_use]
    pub fn is_read(&self, registry: &Registry, fold: &dyn Subscription) -> bool {
        self.schemas.read(registry, fold.name()) == Some(fold.schema())
    }

    pub(super) fn fold(&self, view: &str, schema: u32) -> Option<&Fold> {
        self.all.iter().find(|fold| {
            let subscription = fold.subscription.as_ref();
            subscription.name() == view && subscription.schema() == schema
        })
    }
}

/// What fills the rows of a view.
pub struct Filling<'a, L, V, P, H> {
    folds: &'a Folds<L, V, P, H>,
    fold: &'a Fold,
}

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> Fill for Filling<'_, L, V, P, H> {
    fn follows(&self, category: &str) -> bool {
        self.fold.subscription.follows(category)
    }

    async fn fill(&self, generation: Generation, hints: &[Hint]) -> Result<(), Box<Trouble>> {
        for hints in hints.chunks(PREPARED) {
            let attempts: Vec<_> = hints.iter().map(|hint| self.folds.attempt(self.fold, generation, hint)).collect();
            let mut attempts = stream::iter(attempts).buffer_unordered(CONCURRENCY);
            while let Some(attempt) = attempts.next().await {
                pass_over(&self.folds.parked, attempt).await?;
            }
        }
        Ok(())
    }
}
