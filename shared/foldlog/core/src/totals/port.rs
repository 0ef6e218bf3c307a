//! The declaration of totals, and the port of the store that holds them.

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

/// The most items that one transaction writes, checkpoints and rows together: the limit of `TransactWriteItems`.
pub const MOST_ITEMS: usize = 100;

/// A cross-stream view of one stream type: which amounts each event adds to which rows.
pub trait Totals: Send + Sync + 'static {
    /// The view's name.
    const NAME: &'static str;
    /// The version of the projection, as [`crate::Projection::VERSION`].
    const VERSION: u32 = 1;
    /// The stream type whose streams it follows.
    type Decider: Decider;
    /// What must be known of a stream to tell what its next event adds.
    type Document: Serialize + DeserializeOwned;

    /// Every partition that a row can be in.
    fn partitions() -> Vec<String>;

    /// What is known of the stream after one more event, and what that event adds. If a commit adds to more rows than
    /// fit into a transaction, it is added in parts, and each part calls this again.
    fn apply(
        document: Option<Self::Document>,
        recorded: &Recorded<'_, <Self::Decider as Decider>::Event>,
    ) -> (Option<Self::Document>, Sums);
}

/// The key of a row of totals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TotalKey {
    /// The rows that are read together.
    pub partition: String,
    /// The row among them.
    pub name: String,
}

/// A row's numbers, or what is added to them, by name.
pub type Amounts = BTreeMap<String, i64>;

/// Rows of totals, or amounts that are added to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(pub BTreeMap<TotalKey, Amounts>);

impl Sums {
    /// Adds to one number of one row.
    pub fn add(&mut self, key: TotalKey, amount: &str, by: i64) {
        *self.0.entry(key).or_default().entry(amount.to_owned()).or_default() += by;
    }

    /// Adds all amounts of another.
    pub fn merge(&mut self, others: Self) {
        for (key, amounts) in others.0 {
            for (amount, by) in amounts {
                self.add(key.clone(), &amount, by);
            }
        }
    }
}

/// How far a stream has been added to the totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// What is known of the stream at that version: the document's JSON text, `null` if there is none.
    pub document: String,
    /// The version of the last event that is added completely.
    pub version: Version,
    /// How many parts of the next commit are added already.
    pub part: u32,
    /// The link of the stream's chain at that version.
    pub hash: Hash,
}

/// A stream's next checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub place: RowKey,
    /// The stored checkpoint, as far as it is known.
    pub seen: Option<Checkpoint>,
    /// The new checkpoint.
    pub next: Checkpoint,
}

/// Whether checkpoints and sums were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// All of it was written.
    Yes,
    /// Nothing was written. For each entry, this is the stored checkpoint, if any, as a strongly consistent read would
    /// have returned it; for an entry that did not cause the failure, it is the one in `seen`.
    No(Vec<Option<Checkpoint>>),
    /// Nothing was written: another writer was writing one of the rows or checkpoints.
    Busy,
}

/// The store of the rows of totals, and of the checkpoints of the streams that were added to them.
pub trait TotalsStore: Generations {
    /// The checkpoint of a stream. It may be stale: [`TotalsStore::post`] checks it.
    fn checkpoint(&self, place: &RowKey) -> impl Future<Output = Result<Option<Checkpoint>, ViewError>> + Send;

    /// Writes the next checkpoint of each of these streams, of one view and generation, and adds the sums: all or
    /// nothing, at most [`MOST_ITEMS`] items. The condition is that version and part of the stored checkpoints are
    /// those in `seen`.
    fn post(&self, entries: &[Entry], sums: &Sums) -> impl Future<Output = Result<Posted, ViewError>> + Send;

    /// The rows of a partition by name, from the first name to the last, inclusive, strongly consistent.
    fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> impl Future<Output = Result<BTreeMap<String, Amounts>, ViewError>> + Send;
}
