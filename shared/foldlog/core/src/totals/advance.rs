//! Adding streams to totals: the counterpart of [`crate::read::advance()`], with several streams in a transaction.

use super::fold::TotalsFold;
use super::port::{Checkpoint, Entry, MOST_ITEMS, Posted, Sums, TotalsStore};
use super::step::{Step, step};
use crate::ports::{Clock, Randomness};
use crate::read::advance::{ATTEMPTS, AdvanceError, Advanced, Hint, RowAdvance};
use crate::read::views::{Generation, RowKey, ViewError};
use crate::stream::Version;
use crate::write::commands::pause;
use crate::write::commit::Commit;
use crate::write::log::{CommitPage, EventLog};
use futures::{StreamExt, stream};

/// How many streams are read at a time.
const CONCURRENCY: usize = 8;

/// Adds streams to a generation of totals, each at least up to the version that its hint names. It returns one result
/// for each hint, in order.
///
/// It reads each checkpoint, and the commits after it: from the hint if they are the next ones and reach the target,
/// otherwise from the log, strongly consistent and one answer at a time, so that each answer is added before the next one
/// is read. It puts as many streams into a transaction as fit, so that a row to
/// which many of them add is written once. It goes on from the checkpoints that the transaction wrote, or from those
/// that it found stored. A stream that fails together with others tries again alone, so that no stream holds up
/// another.
pub async fn advance_totals<L: EventLog, R: TotalsStore, H: Clock + Randomness>(
    fold: &dyn TotalsFold,
    log: &L,
    totals_store: &R,
    host: &H,
    generation: Generation,
    hints: &[Hint],
) -> Vec<Result<Advanced, AdvanceError>> {
    let begun: Vec<_> = hints.iter().map(|hint| StreamRun::begin(fold, totals_store, generation, hint)).collect();
    let mut runs: Vec<StreamRun> = stream::iter(begun).buffered(CONCURRENCY).collect().await;
    loop {
        for (run, hint) in runs.iter_mut().zip(hints) {
            run.refill(log, hint).await;
        }
        let Some(pack) = pack(fold, &mut runs) else { break };
        let posted = totals_store.post(&pack.entries, &pack.sums).await;
        if matches!(posted, Ok(Posted::Busy)) {
            host.sleep(pause(pack.lost, host.bits())).await;
        }
        pack.settle(&mut runs, posted);
    }
    runs.into_iter().map(|run| run.end.unwrap_or(Err(AdvanceError::Contended))).collect()
}

/// A stream on its way to its target version.
struct StreamRun {
    place: RowKey,
    commits: Vec<Commit>,
    repaired: bool,
    loaded: Option<Checkpoint>,
    /// How many commits were added.
    added: usize,
    /// How many of its transactions failed.
    lost: u32,
    end: Option<Result<Advanced, AdvanceError>>,
}

impl StreamRun {
    async fn begin<R: TotalsStore>(
        fold: &dyn TotalsFold,
        totals_store: &R,
        generation: Generation,
        hint: &Hint,
    ) -> Self {
        let place = fold.place(generation, hint.stream());
        let mut run = Self { place, commits: vec![], repaired: false, loaded: None, added: 0, lost: 0, end: None };
        run.end = run.read(totals_store, hint).await.transpose();
        run
    }

    /// Reads the checkpoint, takes the commits that the hint brings after it, and returns the result so far.
    async fn read<R: TotalsStore>(&mut self, totals_store: &R, hint: &Hint) -> Result<Option<Advanced>, AdvanceError> {
        self.loaded = totals_store.checkpoint(&self.place).await?;
        let seen = self.version();
        if seen >= hint.target() {
            return Ok(Some(Advanced::Already));
        }
        if let Some(next) = hint.following(seen) {
            self.commits = next.to_vec();
        }
        Ok(None)
    }

    /// Reads the next commits when those that were read are added, and more are needed.
    async fn refill<L: EventLog>(&mut self, log: &L, hint: &Hint) {
        let seen = self.version();
        let left = self.commits.last().is_some_and(|last| last.last_version() > seen);
        if self.end.is_some() || left || seen >= hint.target() {
            return;
        }
        self.repaired |= hint.brings_commits();
        match log.page_since(hint.stream(), seen).await {
            Ok(CommitPage { commits, more }) => {
                // The checkpoint may be older than the stored one, never newer: the log was asked for enough.
                let head = commits.last().map_or(seen, Commit::last_version);
                if head < hint.target() && !more {
                    self.end = Some(Err(AdvanceError::Ahead { head, target: hint.target() }));
                }
                self.commits = commits;
            }
            Err(error) => self.end = Some(Err(error.into())),
        }
    }

    fn version(&self) -> Version {
        self.loaded.as_ref().map_or(Version::NONE, |loaded| loaded.version)
    }

    /// What it writes next; none once it has ended.
    fn next(&mut self, fold: &dyn TotalsFold) -> Option<Step> {
        if self.end.is_some() {
            return None;
        }
        let seen = self.version();
        let rest = self.commits.partition_point(|commit| commit.version <= seen);
        match step(fold, self.loaded.as_ref(), self.commits.get(rest..).unwrap_or_default()) {
            Ok(Some(step)) => return Some(step),
            Ok(None) if self.added == 0 => self.end = Some(Ok(Advanced::Already)),
            Ok(None) => {
                let committed_at = self.commits.last().map(|commit| commit.committed_at).unwrap_or_default();
                let progress = RowAdvance { version: seen, commits: self.added, committed_at, repaired: self.repaired };
                self.end = Some(Ok(Advanced::To(progress)));
            }
            Err((version, error)) => self.end = Some(Ok(Advanced::Stuck { version, error })),
        }
        None
    }
}

/// One transaction.
#[derive(Default)]
struct Pack {
    entries: Vec<Entry>,
    sums: Sums,
    /// For each entry, its stream and the number of commits that it completes.
    members: Vec<(usize, usize)>,
    /// How often its member failed before. A stream that failed is alone.
    lost: u32,
}

/// The next transaction; none once all streams have ended.
fn pack(fold: &dyn TotalsFold, runs: &mut [StreamRun]) -> Option<Pack> {
    let mut pack = Pack::default();
    for (position, run) in runs.iter_mut().enumerate() {
        let in_company = !pack.entries.is_empty();
        let Some(Step { checkpoint, sums, commits }) = run.next(fold) else { continue };
        if in_company && (run.lost > 0 || pack.entries.iter().any(|entry| entry.place == run.place)) {
            continue;
        }
        let mut together = pack.sums.clone();
        together.merge(sums);
        if in_company && pack.entries.len() + 1 + together.0.len() > MOST_ITEMS {
            continue;
        }
        let (place, seen) = (run.place.clone(), run.loaded.clone());
        pack.entries.push(Entry { place, seen, next: checkpoint });
        pack.members.push((position, commits));
        (pack.sums, pack.lost) = (together, run.lost);
        if run.lost > 0 {
            break;
        }
    }
    (!pack.entries.is_empty()).then_some(pack)
}

impl Pack {
    /// Takes in the result.
    fn settle(self, runs: &mut [StreamRun], posted: Result<Posted, ViewError>) {
        let alone = self.members.len() == 1;
        let (posted, failure) = match posted {
            Ok(posted) => (posted, None),
            Err(error) => (Posted::Busy, Some(error).filter(|_| alone)),
        };
        for (index, (entry, (position, commits))) in self.entries.into_iter().zip(&self.members).enumerate() {
            let Some(run) = runs.get_mut(*position) else { continue };
            match &posted {
                Posted::Yes => {
                    run.loaded = Some(entry.next);
                    run.added += commits;
                    continue;
                }
                Posted::No(stands) => run.loaded = stands.get(index).cloned().flatten(),
                Posted::Busy => {}
            }
            run.lost += 1;
            if run.lost >= ATTEMPTS {
                run.end = Some(Err(AdvanceError::Contended));
            }
        }
        let member = self.members.first().and_then(|(position, _)| runs.get_mut(*position));
        if let (Some(run), Some(error)) = (member, failure) {
            run.end = Some(Err(error.into()));
        }
    }
}
