//! The writers of a new generation: a view's projection, or totals, fed with the hints that a page of the log gives.

use super::fill::Fill;
use super::pairs::{CaughtUp, RowSource};
use super::work::RebuildError;
use crate::ports::{Clock, Randomness};
use crate::read::advance::{AdvanceError, Advanced, Hint, LIVE_STEPS, Reach};
use crate::read::engine::outcome::{classify, pass_over};
use crate::read::engine::{CONCURRENCY, Fold, ProjectionEngine};
use crate::read::generation::Generation;
use crate::read::parked::{ParkingLot, Trouble};
use crate::read::views::Views;
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::totals::engine::TotalsEngine;
use crate::totals::{TotalsFold, TotalsStore};
use crate::write::log::{EventLog, LogError};
use crate::write::span::{LogSpans, Span};
use futures::{StreamExt, stream};

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
        let attempts: Vec<_> = hints.iter().map(|hint| self.engine.attempt(self.fold, generation, hint)).collect();
        let mut attempts = stream::iter(attempts).buffer_unordered(CONCURRENCY);
        while let Some(attempt) = attempts.next().await {
            pass_over(&self.engine.parked, attempt).await?;
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

impl<L: EventLog + LogSpans, V: Views, P: ParkingLot, H: Clock> RowSource for ViewFilling<'_, L, V, P, H> {
    async fn catch_up(&self, generation: Generation, key: &str, upto: Version) -> Result<CaughtUp, RebuildError> {
        let subscription = self.fold.subscription.as_ref();
        let Some(stream) = subscription.stream(key) else { return Ok(CaughtUp::Never("it has no stream".to_owned())) };
        let hint = Hint::of(stream, upto);
        // The store says that the row is behind, whatever this process remembers.
        self.engine.forget(self.fold, generation, hint.stream());
        let end = self.engine.attempt_in(self.fold, generation, &hint, Reach::Steps(LIVE_STEPS)).await;
        match end {
            Ok(Advanced::Behind(_)) => return Ok(CaughtUp::OnItsWay),
            // Nothing is passed over: the row that is read speaks of what the log does not hold.
            Err(error @ AdvanceError::Ahead { .. }) => return Ok(CaughtUp::Never(error.to_string())),
            Ok(_) | Err(_) => {}
        }
        let outcome = classify(subscription.name(), generation, &hint, end, self.engine.host().now());
        let never = outcome.as_ref().err().map(|trouble| trouble.error.clone());
        pass_over(&self.engine.parked, outcome).await.map_err(RebuildError::Stream)?;
        Ok(never.map_or(CaughtUp::Reached, CaughtUp::Never))
    }

    async fn lacks_since(&self, key: &str, behind: Version, ahead: Version) -> Result<Option<Timestamp>, RebuildError> {
        let subscription = self.fold.subscription.as_ref();
        let Some(stream) = subscription.stream(key) else { return Ok(None) };
        // A row that leads to a commit follows from that commit alone.
        let is_link = subscription.key(&stream) != key;
        let after = if is_link { Version(ahead.0.saturating_sub(1)) } else { behind };
        committed_after(self.engine.log(), &stream, after).await
    }
}

/// Checkpoints are brought up by those who add to the totals alone: a checkpoint without its amounts would be wrong.
impl<L: EventLog + LogSpans, R: TotalsStore, P: ParkingLot, H: Clock + Randomness> RowSource
    for TotalsFilling<'_, L, R, P, H>
{
    async fn catch_up(&self, _: Generation, _: &str, _: Version) -> Result<CaughtUp, RebuildError> {
        Ok(CaughtUp::Left)
    }

    async fn lacks_since(&self, key: &str, behind: Version, _: Version) -> Result<Option<Timestamp>, RebuildError> {
        let Some(stream) = self.fold.stream(key) else { return Ok(None) };
        committed_after(self.engine.log(), &stream, behind).await
    }
}

/// When the first commit after a version was made.
async fn committed_after<L: LogSpans>(
    log: &L,
    stream: &StreamName,
    version: Version,
) -> Result<Option<Timestamp>, RebuildError> {
    let first = Span { limit: Some(1), ..Span::behind(version) };
    match log.span(stream, first).await {
        Ok(commits) => Ok(commits.first().map(|commit| commit.committed_at)),
        // No row gets past it.
        Err(LogError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
