//! The writers of a new generation: a view's projection, or totals, fed with the hints that a page of the log gives.

use super::fill::Fill;
use crate::ports::{Clock, Randomness};
use crate::read::advance::Hint;
use crate::read::engine::outcome::pass_over;
use crate::read::engine::{CONCURRENCY, Fold, ProjectionEngine};
use crate::read::generation::Generation;
use crate::read::parked::{ParkingLot, Trouble};
use crate::read::views::Views;
use crate::totals::engine::TotalsEngine;
use crate::totals::{TotalsFold, TotalsStore};
use crate::write::log::EventLog;
use futures::{StreamExt, stream};

/// How many hints are prepared together: a page has thousands.
const PREPARED: usize = 128;

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> ProjectionEngine<L, V, P, H> {
    /// The writer of a view's rows by the projection of a version, if there is one.
    #[must_use]
    pub fn filling(&self, view: &str, schema: u32) -> Option<ViewFilling<'_, L, V, P, H>> {
        self.fold(view, schema).map(|fold| ViewFilling { engine: self, fold })
    }
}

impl<L: EventLog, R: TotalsStore, P: ParkingLot, H: Clock + Randomness> TotalsEngine<L, R, P, H> {
    /// The writer of totals by the projection of a version, if there is one.
    #[must_use]
    pub fn filling(&self, view: &str, schema: u32) -> Option<TotalsFilling<'_, L, R, P, H>> {
        self.fold(view, schema).map(|fold| TotalsFilling { engine: self, fold })
    }
}

/// Fills the rows of a view.
pub struct ViewFilling<'a, L, V, P, H> {
    engine: &'a ProjectionEngine<L, V, P, H>,
    fold: &'a Fold,
}

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> Fill for ViewFilling<'_, L, V, P, H> {
    fn follows(&self, category: &str) -> bool {
        self.fold.subscription.follows(category)
    }

    async fn fill(&self, generation: Generation, hints: &[Hint]) -> Result<(), Box<Trouble>> {
        for hints in hints.chunks(PREPARED) {
            let attempts: Vec<_> = hints.iter().map(|hint| self.engine.attempt(self.fold, generation, hint)).collect();
            let mut attempts = stream::iter(attempts).buffer_unordered(CONCURRENCY);
            while let Some(attempt) = attempts.next().await {
                pass_over(&self.engine.parked, attempt).await?;
            }
        }
        Ok(())
    }
}

/// Fills the rows of totals.
pub struct TotalsFilling<'a, L, R, P, H> {
    engine: &'a TotalsEngine<L, R, P, H>,
    fold: &'a dyn TotalsFold,
}

impl<L: EventLog, R: TotalsStore, P: ParkingLot, H: Clock + Randomness> Fill for TotalsFilling<'_, L, R, P, H> {
    fn follows(&self, category: &str) -> bool {
        self.fold.follows(category)
    }

    async fn fill(&self, generation: Generation, hints: &[Hint]) -> Result<(), Box<Trouble>> {
        for outcome in self.engine.attempt(self.fold, generation, hints).await {
            pass_over(&self.engine.parked, outcome).await?;
        }
        Ok(())
    }
}
