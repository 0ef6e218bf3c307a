//! Whether a log and everything folded from it agree: each stream with its own chain, each row with its stream.
//!
//! **Promise.** If a commit, a row, a total or a checkpoint was changed behind the back of the functions, verification
//! names it, and says which side was changed.
//!
//! **Invariant.** Rows are witnesses: each keeps version and hash of the commit that it was folded at.
//!
//! **Attacked by** `tests/kernel/verify.rs` and `tests/kernel/verify/`, and by tests of the command that change tables
//! on disk.
//!
//! A stream is read once, page by page. Its chain is followed, with the rows as witnesses. Meanwhile every fold that
//! follows the stream is made again, to be compared where its row stands.
//!
//! If a row remembers another hash than the chain has, and another row knows the end of the chain, the row was changed.
//! If no row knows the end, the stream was changed. The rows that are left of a stream also reveal a stream that is
//! gone. If somebody recomputes all later hashes and changes all rows that remember one, verification cannot see it.

mod anew;
mod pointers;
mod sample;
mod totals;
mod whole;

pub use sample::sample;
pub use totals::TotalsVerification;
pub use whole::{Limits, Surveyed};

use crate::past::changes::changes;
use crate::ports::Clock;
use crate::read::engine::ProjectionVersions;
use crate::read::generations::Registry;
use crate::read::projection::{Row, Subscription};
use crate::read::views::{RowKey, ViewError, Views};
use crate::stream::{StreamName, Version};
use crate::write::chain::{Broken, Chain, ChainError, follow_chain, verify_chain};
use crate::write::log::{Consistency, LogError};
use crate::write::scan::LogScan;
use anew::Anew;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use std::time::Duration;

/// How many streams are looked at side by side.
const CONCURRENCY: usize = 8;
/// So many streams are taken up together.
const AT_A_TIME: usize = 64;
/// How often a row that is behind is looked at, since nothing says that the log stands still meanwhile.
const LOOKS: u32 = 20;
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// The first thing found that is not as the log says, or that the log itself does not bear out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The stream is not what was written; a row may be what remembers that.
    #[error("the log: {0}")]
    Log(Broken),
    /// A row is not the fold of its stream.
    #[error("{stream}@{version}: {field} of its row in view {view} is {found}, its stream says {folded}")]
    Row {
        /// The stream.
        stream: StreamName,
        /// The version of the row, or where the row is behind, that of its stream.
        version: Version,
        /// The view.
        view: &'static str,
        /// `version`, `hash`, or where in the document (`document/lines/0/quantity`).
        field: String,
        /// What stands there.
        found: String,
        /// What should.
        folded: String,
    },
    /// A view cannot follow its stream beyond a version.
    #[error("{stream}: view {view} cannot read the commit at version {version}: {error}")]
    Stuck {
        /// The stream.
        stream: StreamName,
        /// The view.
        view: &'static str,
        /// The commit's version.
        version: Version,
        /// Why.
        error: String,
    },
    /// A total is not the sum of what all streams added to it.
    #[error("{amount} of {row} in view {view} is {found}, all streams together say {summed}")]
    Total {
        /// The view.
        view: &'static str,
        /// The row: its partition and name.
        row: String,
        /// Which of its numbers.
        amount: String,
        /// What stands there.
        found: String,
        /// What should.
        summed: String,
    },
}

/// Why a verification ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It found something.
    #[error(transparent)]
    Different(#[from] Difference),
    /// The log could not be read.
    #[error(transparent)]
    Log(LogError),
    /// A row could not be read.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl From<ChainError> for VerifyError {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Broken(broken) => Self::Different(Difference::Log(broken)),
            ChainError::Log(error) => Self::Log(error),
        }
    }
}

/// How much was found to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Streams whose chain is whole.
    pub streams: usize,
    /// Their commits.
    pub commits: usize,
    /// Rows that are the folds of their streams.
    pub rows: usize,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What agrees.
    pub verified: Verified,
    /// What does not: of each stream and row the first difference.
    pub differences: Vec<Difference>,
}

impl Findings {
    /// Takes in what was found elsewhere.
    pub fn add(&mut self, others: Self) {
        let Verified { streams, commits, rows } = others.verified;
        self.verified.streams += streams;
        self.verified.commits += commits;
        self.verified.rows += rows;
        self.differences.extend(others.differences);
    }
}

/// What is compared with what.
pub struct Verification<'a, L, V, H> {
    /// The log.
    pub log: &'a L,
    /// The rows.
    pub views: &'a V,
    /// What waits for a row that is behind.
    pub host: &'a H,
    /// Who keeps rows.
    pub subscriptions: &'a [Box<dyn Subscription>],
    /// Which set of them is read.
    pub registry: &'a Registry,
}

impl<L: LogScan, V: Views, H: Clock> Verification<'_, L, V, H> {
    /// Verifies these streams; the first difference is that of the first stream, in the order given. `done` is told
    /// of each stream that agrees.
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

    /// Verifies these streams, all of them: the differences are in the order of the streams.
    pub async fn survey(&self, streams: &[StreamName]) -> Result<Findings, VerifyError> {
        let each: Vec<_> = streams.iter().map(|stream| self.stream(stream)).collect();
        let add = async |mut sum: Findings, of_stream: Findings| {
            sum.add(of_stream);
            Ok(sum)
        };
        stream::iter(each).buffered(CONCURRENCY).try_fold(Findings::default(), add).await
    }

    /// The folds whose rows are read: one of which nobody reads the rows yet, or any more, is compared where it is rebuilt.
    fn read(&self) -> impl Iterator<Item = &dyn Subscription> {
        let versions: ProjectionVersions =
            self.subscriptions.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        let all = self.subscriptions.iter().map(AsRef::as_ref);
        all.filter(move |fold: &&dyn Subscription| {
            versions.read(self.registry, fold.name()) == Some(fold.fold_version())
        })
    }

    /// Verifies one stream. A row that is only behind is given some time to follow.
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

    /// The rows first, then the log: whatever a row has seen has to be there.
    async fn look(&self, stream: &StreamName) -> Result<Look, VerifyError> {
        let mut folds = Vec::new();
        for subscription in self.read().filter(|all| all.follows(stream.category())) {
            let (view, key) = (subscription.name(), subscription.key(stream));
            let place = RowKey { view, generation: self.registry.read(view), key };
            let found = self.views.row(&place, Consistency::Strong).await?;
            folds.push(Anew::of(subscription, found));
        }
        let mut commits = 0;
        let end = follow_chain(self.log, Chain::of(stream.clone(), &[]), |commit| {
            commits += 1;
            for fold in &mut folds {
                fold.take(commit);
            }
        });
        let end = match end.await {
            Ok(end) => end,
            Err(ChainError::Broken(broken)) => return Ok(Look::Differs(vec![Difference::Log(broken)])),
            Err(ChainError::Log(error)) => return Err(VerifyError::Log(error)),
        };
        let odd: Vec<_> = folds.iter().filter_map(Anew::at_odds).collect();
        if !odd.is_empty() && !folds.iter().any(|fold| fold.knows_end(&end)) {
            // None of the rows bears this end out: it is the stream that is not what it was.
            return Ok(match verify_chain(self.log, stream, &odd).await {
                Err(ChainError::Broken(broken)) => Look::Differs(vec![Difference::Log(broken)]),
                Err(ChainError::Log(error)) => return Err(VerifyError::Log(error)),
                // It was written on meanwhile, up to where the rows had been.
                Ok(_) => Look::Behind(folds.iter().filter_map(|fold| fold.odd(stream, &end)).collect()),
            });
        }
        let wrong = |fold: &Anew<'_>| fold.odd(stream, &end).or_else(|| fold.difference(stream));
        let mut differences: Vec<_> = folds.iter().filter_map(wrong).collect();
        let (pointers, wrong) = self.pointers(stream, &folds).await?;
        differences.extend(wrong);
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

/// The first place where two rows of one version and link are not alike, and what stands there in each. What a row is
/// found by follows from its document, and stores need not read it back.
pub(crate) fn unlike(found: &Row, folded: &Row) -> Option<(String, String, String)> {
    unlike_text(&found.document, &folded.document)
}

fn unlike_text(found: &str, folded: &str) -> Option<(String, String, String)> {
    if found == folded {
        return None;
    }
    let [one, other] = [found, folded].map(|document| serde_json::from_str::<Value>(document).ok());
    let place = one.as_ref().zip(other.as_ref()).and_then(|(one, other)| first_unlike(one, other));
    Some(match place {
        Some((path, one, other)) => (format!("document{path}"), one, other),
        // No JSON, or the same values in other words.
        None => ("document".to_owned(), found.to_owned(), folded.to_owned()),
    })
}

/// Where two values differ first: a path into them, and what stands there.
fn first_unlike(one: &Value, other: &Value) -> Option<(String, String, String)> {
    let first = changes(one, other).into_iter().next()?;
    Some((first.path, shown(first.before.as_ref()), shown(first.after.as_ref())))
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), ToString::to_string)
}
