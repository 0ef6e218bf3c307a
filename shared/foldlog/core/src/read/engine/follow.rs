//! Following a batch of hints: every projection of every stream, in each generation.
//!
//! # A generation that is being filled
//!
//! A rebuild fills a new generation from the log. Until it has come to a stream, the row of that stream is missing or
//! old there, and a live hint that read what is missing would read whole streams. So a live hint advances such a row only
//! if it brought the very next commits, and costs nothing beyond that. Otherwise it leaves the row to the rebuild.
//!
//! Nothing is missed, because the same hint has advanced the row of the generation that is *read*, and the rebuild later
//! compares the two: it brings the new row up to the version of the other one. This needs two things, and a row is left
//! only if both hold:
//!
//! - The hint has been followed in the generation that is read. (If it is parked there, or no projection of this release
//!   makes those rows, the new row is advanced as any other.)
//! - The generation is still being filled *after* that. The register says so in a second read, once for each batch. So
//!   the comparison begins later, and finds the row that is read as far as the hint.

use super::budget::Target;
use super::outcome::classify;
use super::{Attempt, CONCURRENCY, Fold, Followed, ProjectionEngine, Report};
use crate::ports::Clock;
use crate::read::advance::{Advanced, Hint, LIVE_STEPS, Reach};
use crate::read::generations::{Registry, Sets};
use crate::read::parked::{Class, ParkingLot, Subject, Trouble};
use crate::read::projection::Subscription;
use crate::read::views::{Generation, ViewError, Views};
use crate::write::log::EventLog;
use futures::{StreamExt, stream};
use std::sync::atomic::Ordering;

/// What became of one row in a batch.
struct Tried<'a> {
    /// The position of its hint.
    position: usize,
    fold: &'a Fold,
    target: Target,
    how: How,
    attempt: Attempt,
}

/// Whether a row is as far as its hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It is, or it failed.
    Tried,
    /// It lacks more than a live hint reads.
    FarBehind,
    /// It is left to the rebuild that fills its generation.
    Left,
}

impl Tried<'_> {
    /// How many rows were written.
    fn advanced(&self) -> usize {
        self.attempt.as_ref().map_or(0, |report| report.advanced)
    }

    /// Whether this hint was followed in a generation of a view.
    fn has_followed(&self, position: usize, view: &str, generation: Generation) -> bool {
        let is_row = (self.position, self.target.view, self.target.generation) == (position, view, generation);
        is_row && self.how == How::Tried && self.attempt.is_ok()
    }
}

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> ProjectionEngine<L, V, P, H> {
    /// Advances every projection of every stream of the batch, in each of its generations, at least to the version that
    /// its hint names. The register of generations is read strongly, after the hints arrived. A rebuild that registers
    /// a generation later reads the log after that, and finds there what the hints name.
    ///
    /// If a projection cannot understand a stream, the stream is parked, and everything else goes on. If it fails for a
    /// reason that may pass, its hint is reported, to be delivered again. If a row goes on failing while others make
    /// progress, it exceeds its budget, and its stream is parked too. So is a stream whose row is far behind: the row
    /// gets on with each attempt, and others need not wait for it.
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
                let view = fold.subscription.name();
                let written = self.versions.written(&registry, view, fold.subscription.fold_version());
                let sets = registry.sets(view);
                let attempt = |generation| self.attempt_at(position, fold, generation, hint, reach(sets, generation));
                attempts.extend(written.into_iter().map(attempt));
            }
        }
        let began = self.budget.progress();
        let tried: Vec<_> = stream::iter(attempts).buffer_unordered(CONCURRENCY).collect().await;
        let tried = self.left_to_the_fill(tried, hints).await;
        let exceeded = self.account(&tried, began);
        let mut followed = Followed::default();
        for (Tried { position, fold, how, attempt, .. }, exceeded) in tried.into_iter().zip(exceeded) {
            let passed_over = exceeded || how == How::FarBehind || fold.exhausted.load(Ordering::Relaxed);
            followed.take(position, fold.subscription.name(), attempt, !passed_over, &self.parked).await;
        }
        followed
    }

    /// Decides on the rows that were left to the fill: those that the fill will not find are advanced now.
    async fn left_to_the_fill<'a>(&self, tried: Vec<Tried<'a>>, hints: &[Hint]) -> Vec<Tried<'a>> {
        let (left, mut tried): (Vec<_>, Vec<_>) = tried.into_iter().partition(|tried| tried.how == How::Left);
        if left.is_empty() {
            return tried;
        }
        // Read after all rows of the generations that are read were written.
        let registry = self.versions.registry(&self.views).await;
        let mut settled = Vec::new();
        for row in left {
            let Some(hint) = hints.get(row.position) else { continue };
            let Target { view, generation, .. } = row.target;
            match &registry {
                Ok(registry) if is_found_later(registry, &tried, row.position, view, generation) => settled.push(row),
                Ok(_) => {
                    let reach = Reach::Steps(LIVE_STEPS);
                    settled.push(self.attempt_at(row.position, row.fold, generation, hint, reach).await);
                }
                Err(error) => settled.push(Tried { attempt: Err(self.unregistered(&row, hint, error)), ..row }),
            }
        }
        tried.extend(settled);
        tried
    }

    fn unregistered(&self, row: &Tried<'_>, hint: &Hint, error: &ViewError) -> Trouble {
        let Target { view, generation, stream } = row.target.clone();
        let subject = Subject::Fold { view: view.to_owned(), generation, stream };
        let (version, class, at) = (hint.target(), Class::Transient, self.host.now());
        let error = format!("the generations are not known: {error}");
        Trouble { subject, version, passed_over: version, error, class, at }
    }

    /// Takes in what became of the rows of a batch, first what went well. Returns for each of them whether it has failed
    /// beyond its budget.
    fn account(&self, tried: &[Tried<'_>], began: u64) -> Vec<bool> {
        let went_well = |fold: &Fold| tried.iter().any(|one| std::ptr::eq(one.fold, fold) && one.advanced() > 0);
        for one in tried {
            self.budget.advanced(one.advanced());
            if one.attempt.is_ok() {
                self.budget.succeeded(&one.target);
            }
        }
        let fails = |one: &Tried<'_>| {
            let failed = one.attempt.as_ref().is_err_and(|trouble| trouble.class == Class::Transient);
            failed && one.how == How::Tried && self.budget.is_exceeded_by(&one.target, began)
        };
        let exceeded: Vec<bool> = tried.iter().map(fails).collect();
        for (one, exceeded) in tried.iter().zip(&exceeded) {
            if one.advanced() > 0 {
                one.fold.exhausted.store(false, Ordering::Relaxed);
            } else if *exceeded && !went_well(one.fold) {
                one.fold.exhausted.store(true, Ordering::Relaxed);
            }
        }
        exceeded
    }

    async fn attempt_at<'a>(
        &self,
        position: usize,
        fold: &'a Fold,
        generation: Generation,
        hint: &Hint,
        reach: Reach,
    ) -> Tried<'a> {
        let view = fold.subscription.name();
        let target = Target { view, generation, stream: hint.stream().clone() };
        let end = self.attempt_in(fold, generation, hint, reach).await;
        let (how, attempt) = match (end, reach) {
            (Ok(Advanced::Behind(_)), Reach::Hint) => (How::Left, Ok(Report { left: 1, ..Report::default() })),
            (end @ Ok(Advanced::Behind(_)), Reach::Steps(_)) => {
                (How::FarBehind, classify(view, generation, hint, end, self.host.now()))
            }
            (end, _) => (How::Tried, classify(view, generation, hint, end, self.host.now())),
        };
        Tried { position, fold, target, how, attempt }
    }
}

/// How far a live hint goes in a generation.
fn reach(sets: Option<&Sets>, generation: Generation) -> Reach {
    if sets.is_some_and(|sets| sets.is_filled(generation)) { Reach::Hint } else { Reach::Steps(LIVE_STEPS) }
}

/// Whether the rebuild that fills a generation will find the row of a hint behind the one that is read.
fn is_found_later(
    registry: &Registry,
    tried: &[Tried<'_>],
    position: usize,
    view: &str,
    generation: Generation,
) -> bool {
    registry.sets(view).is_some_and(|sets| {
        sets.is_filled(generation) && tried.iter().any(|other| other.has_followed(position, view, sets.read()))
    })
}
