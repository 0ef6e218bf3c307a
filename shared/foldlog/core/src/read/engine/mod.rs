//! All projections of a service together. Each stream and each projection goes by itself, so that none can hold up
//! another.

pub(crate) mod outcome;
mod report;
mod versions;

pub use report::{Followed, Redriven, Report};
pub use versions::ProjectionVersions;

use crate::ports::Clock;
use crate::read::advance::{AdvanceError, Advanced, Hint, advance};
use crate::read::generations::Registry;
use crate::read::parked::{Class, Parked, ParkingLot, Trouble};
use crate::read::projection::Subscription;
use crate::read::rows::Rows;
use crate::read::views::{Generation, ViewError, Views};
use crate::write::log::EventLog;
use futures::{StreamExt, stream};
use outcome::{Redrive, classify};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many streams are followed at a time.
pub(crate) const CONCURRENCY: usize = 8;
/// After this many failed batches in a row, while other projections make progress, the streams of a projection are
/// parked, and the others go on without it.
const BUDGET: u32 = 3;

/// The projections of a service, and their ports.
pub struct ProjectionEngine<L, V, P, H> {
    log: L,
    views: V,
    pub(crate) parked: P,
    host: H,
    rows: Rows,
    versions: ProjectionVersions,
    all: Vec<Fold>,
}

/// One of the projections.
pub(crate) struct Fold {
    pub(crate) subscription: Box<dyn Subscription>,
    /// How many batches in a row failed for it while others made progress.
    failing: AtomicU32,
}

/// The result of one projection for one hint, or the error.
pub(crate) type Attempt = Result<Report, Trouble>;

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> ProjectionEngine<L, V, P, H> {
    /// These projections on these ports.
    pub fn new(log: L, views: V, parked: P, host: H, subscriptions: Vec<Box<dyn Subscription>>) -> Self {
        let versions = subscriptions.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        let fold = |subscription| Fold { subscription, failing: AtomicU32::new(0) };
        let all = subscriptions.into_iter().map(fold).collect();
        Self { log, views, parked, host, rows: Rows::default(), versions, all }
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

    /// Advances every projection of every stream of the batch, in each of its generations, at least to the version that
    /// its hint names. The register of generations is read strongly, after the hints arrived. A rebuild that registers
    /// a generation later reads the log after that, and finds there what the hints name.
    ///
    /// If a projection cannot understand a stream, the stream is parked, and everything else goes on. If it fails for a
    /// reason that may pass, its hint is reported, to be delivered again. If it goes on failing while others make
    /// progress, it exceeds its budget, and its streams are parked too.
    pub async fn follow(&self, hints: &[Hint]) -> Followed {
        let registry = match self.versions.registry(&self.views).await {
            Ok(registry) => registry,
            Err(error) => {
                let view = |category: &str| self.of(category).next().map(Subscription::name);
                return Followed::unregistered(hints, view, &error, self.host.now());
            }
        };
        let mut attempts = Vec::new();
        for (position, hint) in hints.iter().enumerate() {
            for fold in self.all.iter().filter(|fold| fold.subscription.follows(hint.stream().category())) {
                let written =
                    self.versions.written(&registry, fold.subscription.name(), fold.subscription.fold_version());
                let attempt = |generation| self.attempt_at(position, fold, generation, hint);
                attempts.extend(written.into_iter().map(attempt));
            }
        }
        let attempts: Vec<_> = stream::iter(attempts).buffer_unordered(CONCURRENCY).collect().await;
        let got_on = attempts.iter().any(|(_, _, attempt)| attempt.as_ref().is_ok_and(|report| report.advanced > 0));
        for fold in &self.all {
            let failed = |(_, of, attempt): &(usize, &Fold, Attempt)| {
                let failed = attempt.as_ref().is_err_and(|trouble| trouble.class == Class::Transient);
                std::ptr::eq(*of, fold) && failed
            };
            if !attempts.iter().any(failed) {
                fold.failing.store(0, Ordering::Relaxed);
            } else if got_on {
                fold.failing.fetch_add(1, Ordering::Relaxed);
            }
        }
        let mut followed = Followed::default();
        for (position, fold, attempt) in attempts {
            let within_budget = fold.failing.load(Ordering::Relaxed) <= BUDGET;
            followed.take(position, fold.subscription.name(), attempt, within_budget, &self.parked).await;
        }
        followed
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
            return Ok(redrive.unkept());
        };
        let end = self.attempt_in(fold, redrive.generation, &redrive.hint).await;
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

    async fn attempt_at<'a>(
        &self,
        position: usize,
        fold: &'a Fold,
        generation: Generation,
        hint: &Hint,
    ) -> (usize, &'a Fold, Attempt) {
        (position, fold, self.attempt(fold, generation, hint).await)
    }

    /// The result of a projection for one hint in one generation.
    pub(crate) async fn attempt(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Attempt {
        let end = self.attempt_in(fold, generation, hint).await;
        classify(fold.subscription.name(), generation, hint, end, self.host.now())
    }

    async fn attempt_in(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Result<Advanced, AdvanceError> {
        advance(&self.log, &self.views, &self.rows, fold.subscription.as_ref(), generation, hint).await
    }
}
