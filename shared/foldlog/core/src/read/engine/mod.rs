//! Every fold of a service together: each stream and each fold by itself, so that none can hold up another.

pub(crate) mod judge;
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
use judge::{Redrive, judge};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many streams are followed at a time.
pub(crate) const CONCURRENCY: usize = 8;
/// In how many batches in a row a fold may fail, while others get on, before its streams are parked and the others go
/// on without it.
const BUDGET: u32 = 3;

/// The folds of a service, and what they stand on.
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
    /// In how many batches in a row it failed while others got on.
    failing: AtomicU32,
}

/// What one fold did with one hint, or what hindered it.
pub(crate) type Attempt = Result<Report, Trouble>;

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> ProjectionEngine<L, V, P, H> {
    /// These folds on these ports.
    pub fn new(log: L, views: V, parked: P, host: H, subscriptions: Vec<Box<dyn Subscription>>) -> Self {
        let versions = subscriptions.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        let fold = |subscription| Fold { subscription, failing: AtomicU32::new(0) };
        let all = subscriptions.into_iter().map(fold).collect();
        Self { log, views, parked, host, rows: Rows::default(), versions, all }
    }

    /// The rows, and which generations of them there are.
    pub const fn views(&self) -> &V {
        &self.views
    }

    /// The log that they follow.
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// The notes about what they cannot follow.
    pub const fn parked(&self) -> &P {
        &self.parked
    }

    /// The clock by which they note it.
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// The folds that follow a category.
    pub fn of(&self, category: &str) -> impl Iterator<Item = &dyn Subscription> {
        let folds = self.all.iter().filter(move |fold| fold.subscription.follows(category));
        folds.map(|fold| fold.subscription.as_ref())
    }

    /// Brings every fold of every stream of the batch, in each of its generations, at least to the version that its hint
    /// speaks of. Which generations there are is read strongly, after the hints arrived: one that was registered later
    /// is filled by whoever reads the log after that, and finds there what the hints speak of.
    ///
    /// What a fold cannot understand is parked, and everything else goes on. What fails for a reason that may pass is
    /// answered for by its hint, to be delivered again; a fold that goes on failing while others get on is past its
    /// budget then, and parked too.
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

    /// Tries a parked fold again, from the log.
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

    /// The view of that name, if there is a fold of it.
    #[must_use]
    pub fn named(&self, view: &str) -> Option<&'static str> {
        self.all.iter().map(|fold| fold.subscription.name()).find(|name| *name == view)
    }

    /// The versions of the folds that a view has, in order.
    #[must_use]
    pub fn versions(&self, view: &str) -> Vec<u32> {
        self.versions.of(view)
    }

    /// Whether a fold's rows are those that are read.
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

    /// What a projection did with one hint in one generation.
    pub(crate) async fn attempt(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Attempt {
        let end = self.attempt_in(fold, generation, hint).await;
        judge(fold.subscription.name(), generation, hint, end, self.host.now())
    }

    async fn attempt_in(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Result<Advanced, AdvanceError> {
        advance(&self.log, &self.views, &self.rows, fold.subscription.as_ref(), generation, hint).await
    }
}
