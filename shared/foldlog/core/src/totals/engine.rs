//! All totals of a service together: the counterpart of [`crate::ProjectionEngine`].

use crate::ports::{Clock, Randomness};
use crate::read::advance::{AdvanceError, Advanced, Hint};
use crate::read::engine::outcome::{Redrive, classify};
use crate::read::engine::{Followed, ProjectionVersions, Redriven, Report};
use crate::read::parked::{Parked, ParkingLot, Trouble};
use crate::read::views::{Generation, ViewError};
use crate::totals::{TotalsFold, TotalsStore, advance_totals};
use crate::write::log::EventLog;

/// The totals of a service, and their ports.
pub struct TotalsEngine<L, R, P, H> {
    log: L,
    totals_store: R,
    pub(crate) parked: P,
    host: H,
    versions: ProjectionVersions,
    folds: Vec<Box<dyn TotalsFold>>,
}

impl<L: EventLog, R: TotalsStore, P: ParkingLot, H: Clock + Randomness> TotalsEngine<L, R, P, H> {
    /// These totals on these ports.
    pub fn new(log: L, totals_store: R, parked: P, host: H, folds: Vec<Box<dyn TotalsFold>>) -> Self {
        let versions = folds.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        Self { log, totals_store, parked, host, versions, folds }
    }

    /// The log that the totals follow.
    pub(crate) const fn log(&self) -> &L {
        &self.log
    }

    /// The rows and checkpoints, and the register of their generations.
    pub const fn totals_store(&self) -> &R {
        &self.totals_store
    }

    /// The versions of the totals that a view has, in order.
    #[must_use]
    pub fn versions(&self, view: &str) -> Vec<u32> {
        self.versions.of(view)
    }

    /// Adds every stream of the batch to the totals that follow it, in each of their generations, at least up to the
    /// version that its hint names.
    ///
    /// A stream that cannot be understood is parked, and the others go on. A stream that fails for a reason that may
    /// pass is reported by its hint, to be delivered again. There is no budget: a queue that delivers hints to one
    /// projection alone can count the failures itself.
    pub async fn follow(&self, hints: &[Hint]) -> Followed {
        let view = |category: &str| self.folds.iter().find(|fold| fold.follows(category)).map(|fold| fold.name());
        if hints.iter().all(|hint| view(hint.stream().category()).is_none()) {
            return Followed::default();
        }
        let registry = match self.versions.registry(&self.totals_store).await {
            Ok(registry) => registry,
            Err(error) => return Followed::unregistered(hints, view, &error, self.host.now()),
        };
        let mut followed = Followed::default();
        for fold in &self.folds {
            for generation in self.versions.written(&registry, fold.name(), fold.fold_version()) {
                self.follow_in(fold.as_ref(), generation, hints, &mut followed).await;
            }
        }
        followed
    }

    async fn follow_in(&self, fold: &dyn TotalsFold, generation: Generation, hints: &[Hint], followed: &mut Followed) {
        let concerned = hints.iter().cloned().enumerate().filter(|(_, hint)| fold.follows(hint.stream().category()));
        let (positions, hints): (Vec<_>, Vec<_>) = concerned.unzip();
        for (position, outcome) in positions.into_iter().zip(self.attempt(fold, generation, &hints).await) {
            followed.take(position, fold.name(), outcome, true, &self.parked).await;
        }
    }

    /// Tries a parked stream again, from the log.
    pub async fn redrive(&self, parked: &Parked) -> Result<Redriven, ViewError> {
        let redrive = match Redrive::of(parked) {
            Ok(redrive) => redrive,
            Err(redriven) => return Ok(redriven),
        };
        let registry = self.versions.registry(&self.totals_store).await?;
        let schema = self.versions.keeper(&registry, redrive.view, redrive.generation);
        let Some(fold) = schema.and_then(|schema| self.fold(redrive.view, schema)) else {
            return redrive.unkept(&registry, &self.parked, self.host.now()).await;
        };
        let end = self.advance(fold, redrive.generation, std::slice::from_ref(&redrive.hint)).await.pop();
        redrive.settle(&self.parked, end.unwrap_or(Err(AdvanceError::Contended)), self.host.now()).await
    }

    pub(crate) fn fold(&self, view: &str, schema: u32) -> Option<&dyn TotalsFold> {
        let is = |fold: &&dyn TotalsFold| fold.name() == view && fold.fold_version() == schema;
        self.folds.iter().map(AsRef::as_ref).find(is)
    }

    async fn advance(
        &self,
        fold: &dyn TotalsFold,
        generation: Generation,
        hints: &[Hint],
    ) -> Vec<Result<Advanced, AdvanceError>> {
        advance_totals(fold, &self.log, &self.totals_store, &self.host, generation, hints).await
    }

    /// The result of a projection for each hint, or the error.
    pub(crate) async fn attempt(
        &self,
        fold: &dyn TotalsFold,
        generation: Generation,
        hints: &[Hint],
    ) -> Vec<Result<Report, Trouble>> {
        let (ends, now) = (self.advance(fold, generation, hints).await, self.host.now());
        let outcomes = hints.iter().zip(ends).map(|(hint, end)| classify(fold.name(), generation, hint, end, now));
        outcomes.collect()
    }
}
