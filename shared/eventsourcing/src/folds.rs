//! Every fold of a service together: each stream and each fold by itself, so that none can hold up another.

mod registered;
mod report;

pub use registered::Filling;
pub use report::{Followed, Redriven, Report};

use crate::advance::{AdvanceError, Advanced, Hint, advance};
use crate::log::EventLog;
use crate::parked::{Class, Parked, ParkingLot, Subject, Trouble};
use crate::ports::Clock;
use crate::projection::Subscription;
use crate::rows::Rows;
use crate::stream::Version;
use crate::views::{Generation, ViewError, Views};
use futures::{StreamExt, stream};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many streams are followed at a time.
const CONCURRENCY: usize = 8;
/// In how many batches in a row a fold may fail, while others get on, before its streams are parked and the others go
/// on without it.
const BUDGET: u32 = 3;

/// The folds of a service, and what they stand on.
pub struct Folds<L, V, P, H> {
    log: L,
    views: V,
    parked: P,
    host: H,
    rows: Rows,
    all: Vec<Fold>,
}

struct Fold {
    subscription: Box<dyn Subscription>,
    /// In how many batches in a row it failed while others got on.
    failing: AtomicU32,
}

/// What one fold did with one hint.
enum Attempt {
    Done(Report),
    Parked(Trouble),
    /// For a reason that may pass.
    Failed(Trouble),
}

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> Folds<L, V, P, H> {
    /// These folds on these ports.
    pub fn new(log: L, views: V, parked: P, host: H, subscriptions: Vec<Box<dyn Subscription>>) -> Self {
        let fold = |subscription| Fold { subscription, failing: AtomicU32::new(0) };
        Self { log, views, parked, host, rows: Rows::default(), all: subscriptions.into_iter().map(fold).collect() }
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
        let registry = match self.registry().await {
            Ok(registry) => registry,
            Err(error) => return self.unregistered(hints, &error),
        };
        let mut attempts = Vec::new();
        for (position, hint) in hints.iter().enumerate() {
            for fold in self.all.iter().filter(|fold| fold.subscription.follows(hint.stream().category())) {
                let written = self.written(&registry, fold.subscription.as_ref()).into_iter();
                attempts.extend(written.map(|generation| self.attempt_at(position, fold, generation, hint)));
            }
        }
        let attempts: Vec<_> = stream::iter(attempts).buffer_unordered(CONCURRENCY).collect().await;
        let got_on =
            attempts.iter().any(|(_, _, attempt)| matches!(attempt, Attempt::Done(report) if report.advanced > 0));
        for fold in &self.all {
            let failed = |(_, of, attempt): &(usize, &Fold, Attempt)| {
                std::ptr::eq(*of, fold) && matches!(attempt, Attempt::Failed(_))
            };
            if !attempts.iter().any(failed) {
                fold.failing.store(0, Ordering::Relaxed);
            } else if got_on {
                fold.failing.fetch_add(1, Ordering::Relaxed);
            }
        }
        let mut followed = Followed::default();
        for (position, fold, attempt) in attempts {
            let report = self.settle(fold, attempt, &mut followed.troubles).await;
            if report.failed > 0 {
                followed.failed.push(position);
            }
            followed.folds.entry(fold.subscription.name()).or_default().add(report);
        }
        followed.failed.sort_unstable();
        followed.failed.dedup();
        followed
    }

    /// Tries a parked fold again, from the log.
    pub async fn redrive(&self, parked: &Parked) -> Result<Redriven, ViewError> {
        let Subject::Fold { view, generation, stream } = &parked.trouble.subject else {
            return Ok(Redriven::Stuck("no fold: its event has to be published again".to_owned()));
        };
        let registry = self.registry().await?;
        let keeps = |fold: &&Fold| {
            fold.subscription.name() == view && self.written(&registry, fold.subscription.as_ref()).contains(generation)
        };
        let Some(fold) = self.all.iter().find(keeps) else {
            return Ok(Redriven::Stuck(format!("no fold keeps {view}/{generation}")));
        };
        let hint = Hint::of(stream.clone(), parked.trouble.passed_over);
        let trouble = match self.attempt_in(fold, *generation, &hint).await {
            Ok(Advanced::Already) => return self.follows(parked, hint.target()).await,
            Ok(Advanced::To(progress)) => return self.follows(parked, progress.version).await,
            Ok(Advanced::Stuck { version, error }) => {
                self.trouble(fold, *generation, &hint, version, error, Class::Permanent)
            }
            Err(error) => self.failure(fold, *generation, &hint, &error),
        };
        self.parked.park(&trouble).await?;
        Ok(Redriven::Stuck(trouble.error))
    }

    async fn follows(&self, parked: &Parked, version: Version) -> Result<Redriven, ViewError> {
        self.parked.clear(&parked.trouble.subject, version).await?;
        Ok(Redriven::Follows(version))
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

    async fn attempt(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Attempt {
        match self.attempt_in(fold, generation, hint).await {
            Ok(Advanced::Already) => Attempt::Done(Report { duplicates: 1, ..Report::default() }),
            Ok(Advanced::To(progress)) => Attempt::Done(Report::of(&progress, self.host.now())),
            Ok(Advanced::Stuck { version, error }) => {
                Attempt::Parked(self.trouble(fold, generation, hint, version, error, Class::Permanent))
            }
            Err(error) => {
                let trouble = self.failure(fold, generation, hint, &error);
                if trouble.class == Class::Permanent { Attempt::Parked(trouble) } else { Attempt::Failed(trouble) }
            }
        }
    }

    async fn attempt_in(&self, fold: &Fold, generation: Generation, hint: &Hint) -> Result<Advanced, AdvanceError> {
        advance(&self.log, &self.views, &self.rows, fold.subscription.as_ref(), generation, hint).await
    }

    /// What a fold's failure means for the stream.
    fn failure(&self, fold: &Fold, generation: Generation, hint: &Hint, error: &AdvanceError) -> Trouble {
        let (version, class) = error.verdict(hint);
        self.trouble(fold, generation, hint, version, error.to_string(), class)
    }

    fn trouble(
        &self,
        fold: &Fold,
        generation: Generation,
        hint: &Hint,
        version: Version,
        error: String,
        class: Class,
    ) -> Trouble {
        let view = fold.subscription.name().to_owned();
        let subject = Subject::Fold { view, generation, stream: hint.stream().clone() };
        Trouble { subject, version, passed_over: hint.target().max(version), error, class, at: self.host.now() }
    }

    /// Notes what has to be noted of an attempt.
    async fn settle(&self, fold: &Fold, attempt: Attempt, troubles: &mut Vec<Trouble>) -> Report {
        let (trouble, within_budget) = match attempt {
            Attempt::Done(report) => return report,
            Attempt::Failed(trouble) => (trouble, fold.failing.load(Ordering::Relaxed) <= BUDGET),
            Attempt::Parked(trouble) => (trouble, false),
        };
        // Without a note nothing may be passed over.
        let parked = !within_budget && self.parked.park(&trouble).await.is_ok();
        troubles.push(trouble);
        Report { parked: parked.into(), failed: (!parked).into(), ..Report::default() }
    }
}
