//! Whether a log and all that was folded from it agree: each stream with its own chain, each row with its stream.
//!
//! A stream is read once, page by page. Its chain is followed with the rows as witnesses, since each keeps the link that
//! it was folded at; meanwhile every fold that follows the stream is made anew, to be compared where its row stands.

mod links;
mod totals;

pub use totals::TotalsVerification;

use crate::chain::{Broken, Chain, ChainError, Witness, follow_chain};
use crate::changes::changes;
use crate::commit::Commit;
use crate::generations::Registry;
use crate::log::{Consistency, LogError};
use crate::ports::Clock;
use crate::projection::{Row, Subscription};
use crate::scan::LogScan;
use crate::stream::{StreamName, Version};
use crate::views::{Place, ViewError, Views};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use std::time::Duration;

/// How many streams are looked at side by side.
const CONCURRENCY: usize = 8;
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
    #[error("{stream}: {field} of its row in view {view} is {found}, its stream says {folded}")]
    Row {
        /// The stream.
        stream: StreamName,
        /// The view.
        view: &'static str,
        /// `version`, or where in the document (`document/lines/0/quantity`).
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

/// A fold made anew, beside the row that it should equal.
struct Anew<'a> {
    subscription: &'a dyn Subscription,
    found: Option<Row>,
    /// As it was at the version of the row that was found.
    beside: Option<Row>,
    now: Option<Row>,
    /// The rows that lead to the commits which the row that was found has taken in.
    links: Vec<(String, Row)>,
    stuck: Option<(Version, String)>,
}

impl<L: LogScan, V: Views, H: Clock> Verification<'_, L, V, H> {
    /// Verifies these streams; the first difference is that of the first stream, in the order given. `done` is told
    /// of each stream that agrees.
    pub async fn run(&self, streams: &[StreamName], done: impl Fn() + Send) -> Result<Verified, VerifyError> {
        let each: Vec<_> = streams.iter().map(|stream| self.stream(stream)).collect();
        let add = async |sum: Verified, of_stream: Verified| {
            done();
            Ok(Verified {
                streams: sum.streams + of_stream.streams,
                commits: sum.commits + of_stream.commits,
                rows: sum.rows + of_stream.rows,
            })
        };
        stream::iter(each).buffered(CONCURRENCY).try_fold(Verified::default(), add).await
    }

    /// Verifies one stream. A row that is only behind is given some time to follow.
    async fn stream(&self, stream: &StreamName) -> Result<Verified, VerifyError> {
        let mut looks = 1;
        loop {
            match self.look(stream).await? {
                Look::Agrees(verified) => return Ok(verified),
                Look::Behind(_) if looks < LOOKS => self.host.sleep(PAUSE).await,
                Look::Behind(difference) => return Err(difference.into()),
            }
            looks += 1;
        }
    }

    /// The rows first, then the log: whatever a row has seen has to be there.
    async fn look(&self, stream: &StreamName) -> Result<Look, VerifyError> {
        let mut folds = Vec::new();
        // A fold whose rows nobody reads yet, or any more, is compared where it is rebuilt.
        let read = |fold: &&Box<dyn Subscription>| self.registry.is_read(fold.name(), fold.schema());
        for subscription in self.subscriptions.iter().filter(|all| all.follows(stream.category())).filter(read) {
            let (view, key) = (subscription.name(), subscription.key(stream));
            let place = Place { view, generation: self.registry.read(view), key };
            let found = self.views.row(&place, Consistency::Strong).await?;
            let subscription = subscription.as_ref();
            folds.push(Anew { subscription, found, beside: None, now: None, links: vec![], stuck: None });
        }
        let seen = folds.iter().filter_map(|fold| fold.found.as_ref());
        let witnesses: Vec<_> = seen.map(|row| Witness { version: row.version, hash: row.hash }).collect();
        let mut commits = 0;
        let chain = Chain::of(stream.clone(), &witnesses);
        follow_chain(self.log, chain, |commit| {
            commits += 1;
            for fold in &mut folds {
                fold.take(commit);
            }
        })
        .await?;
        for fold in &folds {
            if let Some(difference) = fold.difference(stream) {
                return Err(difference.into());
            }
        }
        let links = self.links(stream, &folds).await?;
        let behind = folds.iter().find_map(|fold| fold.behind(stream));
        let verified = Verified { streams: 1, commits, rows: folds.len() + links };
        Ok(behind.map_or(Look::Agrees(verified), Look::Behind))
    }
}

enum Look {
    Agrees(Verified),
    Behind(Difference),
}

impl Anew<'_> {
    fn take(&mut self, commit: &Commit) {
        if self.stuck.is_some() {
            return;
        }
        let commits = std::slice::from_ref(commit);
        if commit.last_version() <= version(self.found.as_ref()) {
            self.links.extend(self.subscription.links(self.now.as_ref(), commits));
        }
        let folded = self.subscription.fold(self.now.as_ref(), commits);
        self.now = folded.row.or(self.now.take());
        self.stuck = folded.failed;
        if version(self.found.as_ref()) == version(self.now.as_ref()) {
            self.beside.clone_from(&self.now);
        }
    }

    /// What is wrong with the row as far as it came, or with the stream beyond it.
    fn difference(&self, stream: &StreamName) -> Option<Difference> {
        let view = self.subscription.name();
        if let (Some(found), Some(beside)) = (&self.found, &self.beside)
            && let Some((field, found, folded)) = unlike(found, beside)
        {
            return Some(Difference::Row { stream: stream.clone(), view, field, found, folded });
        }
        let (version, error) = self.stuck.clone()?;
        Some(Difference::Stuck { stream: stream.clone(), view, version, error })
    }

    /// That the row has not come as far as its stream.
    fn behind(&self, stream: &StreamName) -> Option<Difference> {
        let (found, now) = (version(self.found.as_ref()), version(self.now.as_ref()));
        (found < now).then(|| Difference::Row {
            stream: stream.clone(),
            view: self.subscription.name(),
            field: "version".to_owned(),
            found: found.to_string(),
            folded: now.to_string(),
        })
    }
}

fn version(row: Option<&Row>) -> Version {
    row.map_or(Version::NONE, |row| row.version)
}

/// The first place where two rows of one version and link are not alike, and what stands there in each. What a row is
/// found by follows from its document, and stores need not read it back.
pub(crate) fn unlike(found: &Row, folded: &Row) -> Option<(String, String, String)> {
    if found.document == folded.document {
        return None;
    }
    let [one, other] = [found, folded].map(|row| serde_json::from_str::<Value>(&row.document).ok());
    let place = one.as_ref().zip(other.as_ref()).and_then(|(one, other)| first_unlike(one, other));
    Some(match place {
        Some((path, one, other)) => (format!("document{path}"), one, other),
        // No JSON, or the same values in other words.
        None => ("document".to_owned(), found.document.clone(), folded.document.clone()),
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
