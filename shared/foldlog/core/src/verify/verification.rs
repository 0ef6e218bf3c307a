//! The verification of streams, each with its rows.

use super::difference::{Difference, VerifyError};
use super::findings::{Findings, Verified};
use super::refolded::Refolded;
use super::snapshots::{self, Snapshots};
use crate::past::replay::StreamType;
use crate::ports::Clock;
use crate::read::engine::ProjectionVersions;
use crate::read::generations::Registry;
use crate::read::projection::Subscription;
use crate::read::views::{RowKey, Views};
use crate::stream::StreamName;
use crate::write::chain::{Chain, ChainError, follow_chain, verify_chain};
use crate::write::log::Consistency;
use crate::write::scan::LogScan;
use futures::{StreamExt, TryStreamExt, stream};
use std::time::Duration;

/// How many streams are verified side by side.
pub(super) const CONCURRENCY: usize = 8;
/// How many streams are verified together.
pub(super) const AT_A_TIME: usize = 64;
/// How often a row that is behind is read again, since the log may be written meanwhile.
pub(super) const LOOKS: u32 = 20;
/// The pause between two reads.
pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// The verification of a log, and of the rows that are folded from it.
pub struct Verification<'a, L, V, H> {
    /// The log.
    pub log: &'a L,
    /// The rows.
    pub views: &'a V,
    /// The clock for waiting for a row that is behind.
    pub host: &'a H,
    /// The projections that keep rows.
    pub subscriptions: &'a [Box<dyn Subscription>],
    /// The register of their generations.
    pub registry: &'a Registry,
    /// The types of streams whose snapshots are compared.
    pub types: &'a [Box<dyn StreamType>],
}

impl<L: LogScan, V: Views, H: Clock> Verification<'_, L, V, H> {
    /// Verifies these streams. The error is the first difference of the first stream that has one, in the order given.
    /// `done` is called for each stream that agrees.
    pub async fn run(&self, streams: &[StreamName], done: impl Fn() + Send) -> Result<Verified, VerifyError> {
        let mut findings = Findings::default();
        for streams in streams.chunks(CONCURRENCY) {
            findings.add(self.survey(streams).await?);
            if let Some(difference) = findings.differences.into_iter().next() {
                return Err(difference.into());
            }
            findings.differences = vec![];
            for _ in streams {
                done();
            }
        }
        Ok(findings.verified)
    }

    /// Verifies all of these streams. The differences are in the order of the streams.
    pub async fn survey(&self, streams: &[StreamName]) -> Result<Findings, VerifyError> {
        let each: Vec<_> = streams.iter().map(|stream| self.stream(stream)).collect();
        let add = async |mut sum: Findings, of_stream: Findings| {
            sum.add(of_stream);
            Ok(sum)
        };
        stream::iter(each).buffered(CONCURRENCY).try_fold(Findings::default(), add).await
    }

    /// The projections whose rows are read. Other generations are compared when they are rebuilt.
    pub(super) fn read(&self) -> impl Iterator<Item = &dyn Subscription> {
        let versions: ProjectionVersions =
            self.subscriptions.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        let all = self.subscriptions.iter().map(AsRef::as_ref);
        all.filter(move |fold: &&dyn Subscription| {
            versions.read(self.registry, fold.name()) == Some(fold.fold_version())
        })
    }

    /// Verifies one stream. It gives some time to a row that is only behind.
    async fn stream(&self, stream: &StreamName) -> Result<Findings, VerifyError> {
        let mut looks = 1;
        loop {
            match self.look(stream).await? {
                Look::Agrees(verified) => return Ok(Findings { verified, differences: vec![] }),
                Look::Behind(_) if looks < LOOKS => self.host.sleep(PAUSE).await,
                Look::Behind(differences) | Look::Differs(differences) => {
                    return Ok(Findings { verified: Verified::default(), differences });
                }
            }
            looks += 1;
        }
    }

    /// Reads the rows first, then the log: every commit that a row has folded must be there.
    async fn look(&self, stream: &StreamName) -> Result<Look, VerifyError> {
        let mut folds = Vec::new();
        for subscription in self.read().filter(|all| all.follows(stream.category())) {
            let (view, key) = (subscription.name(), subscription.key(stream));
            let place = RowKey { view, generation: self.registry.read(view), key };
            let found = self.views.row(&place, Consistency::Strong).await?;
            folds.push(Refolded::of(subscription, found));
        }
        let mut snapshots = Snapshots::of(self.types, stream);
        let mut commits = 0;
        let end = follow_chain(self.log, Chain::of(stream.clone(), &[]), |commit| {
            commits += 1;
            for fold in &mut folds {
                fold.take(commit);
            }
            snapshots.take(commit);
        });
        let end = match end.await {
            Ok(end) => end,
            Err(ChainError::Broken(broken)) => return Ok(Look::Differs(vec![Difference::Log(broken)])),
            Err(ChainError::Log(error)) => return Err(VerifyError::Log(error)),
        };
        let odd: Vec<_> = folds.iter().filter_map(Refolded::at_odds).collect();
        if !odd.is_empty() && !folds.iter().any(|fold| fold.knows_end(&end)) {
            // No row confirms this end, so the stream is not as it was written.
            return Ok(match verify_chain(self.log, stream, &odd).await {
                Err(ChainError::Broken(broken)) => Look::Differs(vec![Difference::Log(broken)]),
                Err(ChainError::Log(error)) => return Err(VerifyError::Log(error)),
                // The stream was written meanwhile, up to the versions of the rows.
                Ok(_) => Look::Behind(folds.iter().filter_map(|fold| fold.odd(stream, &end)).collect()),
            });
        }
        let wrong = |fold: &Refolded<'_>| fold.odd(stream, &end).or_else(|| fold.difference(stream));
        let mut differences: Vec<_> = folds.iter().filter_map(wrong).collect();
        let (pointers, wrong) = self.pointers(stream, &folds).await?;
        differences.extend(wrong);
        let of_other = snapshots::prepared(self.log, self.types, snapshots.prepared).await?;
        differences.extend(snapshots.difference.or(of_other));
        if !differences.is_empty() {
            return Ok(Look::Differs(differences));
        }
        let behind: Vec<_> = folds.iter().filter_map(|fold| fold.behind(stream)).collect();
        let verified = Verified { streams: 1, commits, rows: folds.len() + pointers };
        Ok(if behind.is_empty() { Look::Agrees(verified) } else { Look::Behind(behind) })
    }
}

enum Look {
    Agrees(Verified),
    Behind(Vec<Difference>),
    Differs(Vec<Difference>),
}
