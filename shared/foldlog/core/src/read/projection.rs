//! Projections: pure folds of one stream into the row of a view.

use crate::hash::Hash;
use crate::json;
use crate::read::generation::ViewError;
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::{Actor, Commit};
use crate::write::decider::Decider;
use crate::write::event::{DecodeError, Event};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// An event as a projection sees it.
#[derive(Clone, Debug)]
pub struct Recorded<'a, E> {
    /// What happened.
    pub event: E,
    /// Its stream.
    pub stream: &'a StreamName,
    /// Its version.
    pub version: Version,
    /// When.
    pub committed_at: Timestamp,
    /// Who acted.
    pub actor: &'a Actor,
}

/// The events of a commit, in order.
pub(crate) fn recorded<E: Event>(commit: &Commit) -> Result<impl Iterator<Item = Recorded<'_, E>>, DecodeError> {
    let events: Vec<E> = commit.events.decode()?;
    Ok((0..).zip(events).map(|(index, event)| Recorded {
        event,
        stream: &commit.stream,
        version: commit.version.after(index),
        committed_at: commit.committed_at,
        actor: &commit.actor,
    }))
}

/// The events that a projection folds.
pub type EventOf<P> = <<P as Projection>::Decider as Decider>::Event;

/// A read model of one stream type: a pure fold of each of its streams into one document. It declares everything about
/// its view.
pub trait Projection: Send + Sync + 'static {
    /// The view's name.
    const NAME: &'static str;
    /// The version of this projection, from 1. If you change what it makes of events, give it the next number, and keep
    /// the old projection beside it until the release after readers were sent to the new rows.
    const VERSION: u32 = 1;
    /// Those attributes by which rows are found that are partition keys of indexes.
    const PARTITIONS: &'static [&'static str] = &[];
    /// The stream type whose streams it folds.
    type Decider: Decider;
    /// The content of a row.
    type Document: Serialize + DeserializeOwned;

    /// The document after one more event; none if the stream has nothing to show yet.
    fn apply(document: Option<Self::Document>, recorded: &Recorded<'_, EventOf<Self>>) -> Option<Self::Document>;

    /// The attributes by which rows are found, other than by key. A row without an attribute is not in its index.
    #[must_use]
    fn index(_: &Self::Document) -> Vec<(&'static str, String)> {
        vec![]
    }

    /// The projections that may have made the view's rows: this one, and beside it the one that it replaces, until the
    /// release after readers were sent to this one's rows.
    #[must_use]
    fn folds() -> Vec<Box<dyn DocumentReader<Self::Document>>>
    where
        Self: Sized,
    {
        vec![Box::new(PerStream::<Self>::new())]
    }
}

/// The projections of a view, as they follow the log.
#[must_use]
pub fn subscriptions_of<P: Projection>() -> Vec<Box<dyn Subscription>> {
    P::folds().into_iter().map(|fold| fold as Box<dyn Subscription>).collect()
}

/// A view's row for one stream: the folded document, and its position in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The document's JSON text; `null` if the stream has nothing to show.
    pub document: String,
    /// The version of the last event that is folded in.
    pub version: Version,
    /// The link of the stream's chain at that version.
    pub hash: Hash,
    /// The attributes by which it is found.
    pub index: BTreeMap<&'static str, String>,
}

impl Row {
    /// Its document; none if the stream has nothing to show.
    pub fn document<D: DeserializeOwned>(&self) -> Result<Option<D>, ViewError> {
        json::read(&self.document).map_err(|error| ViewError::Damaged(error.to_string()))
    }
}

/// The result of a fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The row after the commits that could be folded; none if even the first could not.
    pub row: Option<Row>,
    /// The first commit that could not be folded, and the reason.
    pub failed: Option<(Version, String)>,
}

/// A projection that keeps a row for each stream it follows, with the types of its events and document erased.
pub trait Subscription: Send + Sync {
    /// Its name: that of its view.
    fn name(&self) -> &'static str;

    /// The version of the projection. Its rows are its own; other projections of the view have theirs.
    fn fold_version(&self) -> u32 {
        1
    }

    /// Those attributes by which its rows are found that are partition keys of indexes.
    fn partitions(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether it follows streams of a category.
    fn follows(&self, category: &str) -> bool;

    /// The key of a stream's row.
    fn key(&self, stream: &StreamName) -> String;

    /// The stream of the row that has a key; none if no row of this view has such a key.
    fn stream(&self, key: &str) -> Option<StreamName>;

    /// Folds commits over a row, in order, up to the first one that fails.
    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded;

    /// Further rows, with their keys, that lead to these commits. Each commit gives the same ones, even if it is folded
    /// together with others. They are written before the row moves on, once and for all.
    fn pointers(&self, _row: Option<&Row>, _commits: &[Commit]) -> Vec<(String, Row)> {
        vec![]
    }
}

/// A projection whose rows are shown as documents of type `D`.
pub trait DocumentReader<D>: Subscription {
    /// A row's document; none if its stream has nothing to show.
    fn document(&self, row: &Row) -> Result<Option<D>, ViewError>;
}

/// A projection that is replaced goes on making its own rows. They are shown as documents of the one that replaces it, as
/// far as they contain enough.
impl<P: Projection, D: From<P::Document>> DocumentReader<D> for PerStream<P> {
    fn document(&self, row: &Row) -> Result<Option<D>, ViewError> {
        Ok(row.document::<P::Document>()?.map(D::from))
    }
}

/// The index attributes of each view that are partition keys. The newest projection of a view stands first and defines
/// them.
#[must_use]
pub fn partitions_of(views: &[Box<dyn Subscription>]) -> BTreeMap<&'static str, &'static [&'static str]> {
    let mut partitions = BTreeMap::new();
    for view in views {
        partitions.entry(view.name()).or_insert_with(|| view.partitions());
    }
    partitions
}

/// Any [`Projection`] as a [`Subscription`].
pub struct PerStream<P>(PhantomData<P>);

impl<P> PerStream<P> {
    /// The subscription of projection `P`.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P> Default for PerStream<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Projection> Subscription for PerStream<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn fold_version(&self) -> u32 {
        P::VERSION
    }

    fn partitions(&self) -> &'static [&'static str] {
        P::PARTITIONS
    }

    fn follows(&self, category: &str) -> bool {
        category == P::Decider::CATEGORY
    }

    fn key(&self, stream: &StreamName) -> String {
        stream.id().to_owned()
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        StreamName::new(P::Decider::CATEGORY, key).ok()
    }

    /// The document is parsed once before the commits, and serialised once after them. So the cost of a commit is that
    /// of a replay.
    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        let Some(first) = commits.first() else { return Folded { row: None, failed: None } };
        let unusable = |error: String| Folded { row: None, failed: Some((first.version, error)) };
        let before: Option<P::Document> = match row.map(|row| json::read(&row.document)).transpose() {
            Ok(document) => document.flatten(),
            Err(error) => return unusable(format!("the row does not read: {error}")),
        };
        let (mut document, mut last, mut failed) = (before, None, None);
        for commit in commits {
            match recorded(commit) {
                Ok(events) => document = events.fold(document, |document, recorded| P::apply(document, &recorded)),
                Err(error) => {
                    failed = Some((commit.version, error.to_string()));
                    break;
                }
            }
            last = Some(commit);
        }
        let Some(last) = last else { return Folded { row: None, failed } };
        match serde_json::to_string(&document) {
            Ok(text) => {
                let index = document.iter().flat_map(P::index).collect();
                let row = Row { document: text, version: last.last_version(), hash: last.hash, index };
                Folded { row: Some(row), failed }
            }
            Err(error) => unusable(error.to_string()),
        }
    }
}
