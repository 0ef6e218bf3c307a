//! Totals: sums that many streams share, exact whatever happened to the messages in between.
//!
//! **Promise.** Each commit is added once, whatever is delivered, in whatever order, however often, and wherever a
//! process dies.
//!
//! **Invariant.** A [`Checkpoint`] for each stream holds its version, and what must be known of the stream to tell what
//! the next event adds. The next checkpoint and all additions are written in one transaction, on the condition that the
//! checkpoint is still the one that was read.
//!
//! **Attacked by** `tests/kernel/totals.rs` and `tests/kernel/totals/` (any hints lead to the sum of all folds), the
//! contract suite that every store of totals passes, and the simulation.
//!
//! [`advance_totals`] reads the checkpoint and takes the commits after it as a projection does. Streams of one batch
//! share a transaction as long as it has at most 100 items; if one of them fails, they go on one by one. A commit that
//! adds to more rows than that is added in parts, which the checkpoint counts.
//!
//! Each sum is spread over several rows (the shop has 8, by order) and added up when it is read. A row takes some 500
//! of these transactions a second. Two at once on one row are one too many; the second waits and tries again. So a
//! function on a queue should run in few places (the shop's in two). The rows of a product that is in every order take
//! some thousands of orders a second. The two places with their batches of ten messages are the narrower limit, and
//! beyond it the queue only grows longer.

mod advance;
pub mod engine;
mod fold;
mod step;

pub use advance::advance_totals;
pub use fold::TotalsFold;

use crate::hash::Hash;
use crate::read::generations::Generations;
use crate::read::projection::Recorded;
use crate::read::views::{Generation, RowKey, ViewError};
use crate::stream::Version;
use crate::write::commit::Commit;
use crate::write::decider::Decider;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
pub(crate) use step::first_parts;

/// The most items that one transaction writes, checkpoints and rows together: what `TransactWriteItems` takes.
pub const MOST_ITEMS: usize = 100;

/// A cross-stream view of one stream type: what each event adds to which rows.
pub trait Totals: Send + Sync + 'static {
    /// The view's name.
    const NAME: &'static str;
    /// The version of the fold, as [`crate::Projection::VERSION`].
    const VERSION: u32 = 1;
    /// The stream type whose streams it follows.
    type Decider: Decider;
    /// What has to be known of a stream to tell what its next event adds.
    type Document: Serialize + DeserializeOwned;

    /// Every partition that a row can be in.
    fn partitions() -> Vec<String>;

    /// What is known of the stream after one more event, and what that adds. A commit that adds to more rows than a
    /// transaction takes is added in parts, each from a call of its own.
    fn apply(
        document: Option<Self::Document>,
        recorded: &Recorded<'_, <Self::Decider as Decider>::Event>,
    ) -> (Option<Self::Document>, Sums);
}

/// Where a row of totals stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TotalKey {
    /// The rows that are read together.
    pub partition: String,
    /// Which of them.
    pub name: String,
}

/// A row's numbers, or what is added to them, by name.
pub type Amounts = BTreeMap<String, i64>;

/// Rows of totals, or what is added to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(pub BTreeMap<TotalKey, Amounts>);

impl Sums {
    /// Adds to one number of one row.
    pub fn add(&mut self, key: TotalKey, amount: &str, by: i64) {
        *self.0.entry(key).or_default().entry(amount.to_owned()).or_default() += by;
    }

    /// Adds all of these.
    pub fn merge(&mut self, others: Self) {
        for (key, amounts) in others.0 {
            for (amount, by) in amounts {
                self.add(key.clone(), &amount, by);
            }
        }
    }
}

/// How far a stream is added to the totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// What is known of the stream then: the document's JSON text, `null` where there is none.
    pub document: String,
    /// The version of the last event of which everything is added.
    pub version: Version,
    /// Of the commit behind that, how many parts are added already.
    pub part: u32,
    /// The stream's chain up to the version.
    pub hash: Hash,
}

/// A stream's next checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: RowKey,
    /// The one that stands there, as far as is known.
    pub seen: Option<Checkpoint>,
    /// The one to be.
    pub next: Checkpoint,
}

/// Whether checkpoints were written, and the sums added with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// All of it.
    Yes,
    /// Nothing: for each entry what stands there, if anything, as a strongly consistent read would have shown it; for one
    /// that was not to blame, what was seen.
    No(Vec<Option<Checkpoint>>),
    /// Nothing: somebody else was writing one of the rows or checkpoints.
    Busy,
}

/// The rows of totals, and the checkpoints of the streams that were added to them.
pub trait TotalsStore: Generations {
    /// How far a stream is added. It may be old news: [`TotalsStore::post`] checks whatever is made of it.
    fn checkpoint(&self, place: &RowKey) -> impl Future<Output = Result<Option<Checkpoint>, ViewError>> + Send;

    /// Writes the next checkpoint of each of these streams of one view and generation, if version and part of those that
    /// stand are those that were seen, and adds the sums: all or nothing, at most [`MOST_ITEMS`] items.
    fn post(&self, entries: &[Entry], sums: &Sums) -> impl Future<Output = Result<Posted, ViewError>> + Send;

    /// The rows of a partition by name, from one to another inclusive, strongly consistent.
    fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> impl Future<Output = Result<BTreeMap<String, Amounts>, ViewError>> + Send;
}

/// What a whole stream adds, up to the first commit that cannot be understood: what the totals of all streams have to
/// be the sum of.
#[must_use]
pub fn fold(fold: &dyn TotalsFold, commits: &[Commit]) -> (Option<Checkpoint>, Sums) {
    let (mut loaded, mut all) = (None, Sums::default());
    for commit in commits {
        let Ok((checkpoint, sums)) = fold.fold(loaded.as_ref(), commit) else { break };
        loaded = Some(checkpoint);
        all.merge(sums);
    }
    (loaded, all)
}
