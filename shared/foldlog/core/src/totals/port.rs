//! What a service says of its totals, and the store that holds them.

use crate::hash::Hash;
use crate::read::generations::Generations;
use crate::read::projection::Recorded;
use crate::read::views::{Generation, RowKey, ViewError};
use crate::stream::Version;
use crate::write::decider::Decider;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

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
