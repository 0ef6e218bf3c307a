//! All projections of a service together. Each stream and each projection goes by itself, so that none can hold up
//! another.

mod budget;
mod follow;
pub(crate) mod outcome;
mod report;
mod versions;

pub use report::{Followed, Redriven, Report};
pub use versions::ProjectionVersions;

use crate::ports::Clock;
use crate::read::advance::{AdvanceError, Advanced, Hint, Reach, advance_within};
use crate::read::generations::Registry;
use crate::read::parked::{Parked, ParkingLot, Trouble};
use crate::read::projection::Subscription;
use crate::read::rows::Rows;
use crate::read::views::{Generation, RowKey, ViewError, Views};
use crate::stream::StreamName;
use crate::write::log::EventLog;
use budget::Budget;
use outcome::{Redrive, classify};
use std::sync::atomic::AtomicBool;

/// How many streams are followed at a time.
pub(crate) const CONCURRENCY: usize = 8;

/// The projections of a service, and their ports.
pub struct ProjectionEngine<L, V, P, H> {
    log: L,
    views: V,
    pub(crate) parked: P,
    host: H,
    rows: Rows,
    versions: ProjectionVersions,
    budget: Budget,
    all: Vec<Fold>,
}

/// One of the projections.
pub(crate) struct Fold {
    pub(crate) subscription: Box<dyn Subscription>,
    /// Whether one of its rows failed beyond its budget, and none was written since.
    exhausted: AtomicBool,
}

/// The result of one projection for one hint, or the error.
pub(crate) type Attempt = Result<Report, Trouble>;

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> ProjectionEngine<L, V, P, H> {
    /// These projections on these ports.
    pub fn new(log: L, views: V, parked: P, host: H, subscriptions: Vec<Box<dyn Subscription>>) -> Self {
        let versions = subscriptions.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        let fold = |subscription| Fold { subscription, exhausted: AtomicBool::new(false) };
        let all = subscriptions.into_iter().map(fold).collect();
        Self { log, views, parked, host, rows: Rows::default(), versions, budget: Budget::default(), all }
    }

    /// The rows, and the register of their generations.
    pub const fn views(&self) -> &V {
        &self.views
    }

    /// The log that the projections follow.
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// The notes about streams that they cannot follow.
    pub const fn parked(&self) -> &P {
        &self.parked
    }

    /// The clock for the times in the notes.
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// The projections that follow a category.
    pub fn of(&self, category: &str) -> impl Iterator<Item = &dyn Subscription> {
        let folds = self.all.iter().filter(move |fold| fold.subscription.follows(category));
        folds.map(|fold| fold.subscription.as_ref())
    }

    /// Tries a parked stream again, from the log.
    pub async fn redrive(&self, parked: &Parked) -> Result<Redriven, ViewError> {
        let redrive = match Redrive::of(parked) {
            Ok(redrive) => redrive,
            Err(redriven) => return Ok(redriven),
        };
        let registry = self.versions.registry(&self.views).await?;
        let schema = self.versions.keeper(&registry, redrive.view, redrive.generation);
        let Some(fold) = schema.and_then(|schema| self.fold(redrive.view, schema)) else {
            return redrive.unkept(&registry, &self.parked, self.host.now()).await;
        };
        let end = self.attempt_in(fold, redrive.generation, &redrive.hint, Reach::WHOLE).await;
        redrive.settle(&self.parked, end, self.host.now()).await
    }

    /// The view of that name, if a projection makes it.
    #[must_use]
    pub fn named(&self, view: &str) -> Option<&'static str> {
        self.all.iter().map(|fold| fold.subscription.name()).find(|name| *name == view)
    }

    /// The versions of the projections that a view has, in order.
    #[must_use]
    pub fn versions(&self, view: &str) -> Vec<u32> {
        self.versions.of(view)
    }

    /// Whether readers read the rows of this projection.
    #[must_use]
    pub fn is_read(&self, registry: &Registry, fold: &dyn Subscription) -> bool {
        self.versions.read(registry, fold.name()) == Some(fold.fold_version())
    }

    pub(crate) fn fold(&self, view: &str, schema: u32) -> Option<&Fold> {
        self.all.iter().find(|fold| {
            let subscription = fold.subscription.as_ref();
            subscription.name() == view && subscription.fold_version() == schema
        })
    }

    /// Forgets a row that this process remembers.
    pub(crate) fn forget(&self, fold: &Fold, generation: Generation, stream: &StreamName) {
        let subscription = fold.subscription.as_ref();
        self.rows.take(&RowKey { view: subscription.name(), generation, key: subscription.key(stream) });
    }

    /// The result of a projection for one hint in one generation, however far its row is behind.
    pub(crate) async fn attempt(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Attempt {
        let end = self.attempt_in(fold, generation, hint, Reach::WHOLE).await;
        classify(fold.subscription.name(), generation, hint, end, self.host.now())
    }

    /// Advances the row of a generation as far as the attempt reaches.
    pub(crate) async fn attempt_in(
        &self,
        fold: &Fold,
        generation: Generation,
        hint: &Hint,
        reach: Reach,
    ) -> Result<Advanced, AdvanceError> {
        let Self { log, views, rows, .. } = self;
        advance_within(log, views, rows, fold.subscription.as_ref(), generation, hint, reach).await
    }
}
