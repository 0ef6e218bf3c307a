//! The orders: a row for each with its timeline, found by account, by when they were placed, and where they were
//! cancelled, by when.

use super::shard;
use crate::order::{self, Event, State};
use crate::values::{AccountId, OrderId};
use eventsourcing::{Decider, Projection, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

/// The partition key of the index by account.
pub const ACCOUNT: &str = "account";
/// Its sort key: when the order was placed, and its id.
pub const PLACED: &str = "placed";

/// The index of the cancelled ones, and its partition key: a shard.
pub const CANCELLED: &str = "cancelled";
/// Its sort key: when the order was cancelled, and its id.
pub const CANCELLED_AT: &str = "cancelled_at";
/// Over how many partitions they are spread.
pub const CANCELLED_SHARDS: u64 = 4;

/// The read model.
pub struct View;

/// An order with what happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: OrderId,
    /// What it is now.
    pub state: State,
    /// What happened, oldest first.
    pub timeline: Vec<Step>,
}

/// A status that the order took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub status: StatusName,
    /// When.
    pub at: Timestamp,
}

/// What the outside calls an order's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum StatusName {
    Purchased,
    Confirmed,
    Failed,
    Cancelled,
}

impl From<&order::Status> for StatusName {
    fn from(status: &order::Status) -> Self {
        match status {
            order::Status::Purchased => Self::Purchased,
            order::Status::Confirmed => Self::Confirmed,
            order::Status::Failed(_) => Self::Failed,
            order::Status::Cancelled(_) => Self::Cancelled,
        }
    }
}

impl Document {
    /// Who placed it.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        match &self.state {
            State::Unplaced => None,
            State::Placed { placement, .. } => Some(&placement.account),
        }
    }
}

impl Projection for View {
    const NAME: &'static str = "order";
    const CATEGORY: &'static str = order::Stream::CATEGORY;
    type Event = Event;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let (before, mut timeline) = document.map(|document| (document.state, document.timeline)).unwrap_or_default();
        let state = order::Stream::evolve(before, &recorded.event);
        if let State::Placed { status, .. } = &state {
            timeline.push(Step { status: status.into(), at: recorded.committed_at });
        }
        Some(Document { id: recorded.stream.id().parse().ok()?, state, timeline })
    }

    fn index(document: &Document) -> Vec<(&'static str, String)> {
        let placed = document.timeline.first().zip(document.account()).into_iter().flat_map(|(placed, account)| {
            [(ACCOUNT, account.to_string()), (PLACED, format!("{}#{}", placed.at, document.id))]
        });
        // A customer cancels without having been asked to: whoever acts on it may have missed it.
        let cancelled = document.timeline.iter().find(|step| step.status == StatusName::Cancelled);
        let cancelled = cancelled.into_iter().flat_map(|step| {
            let shard = shard(document.id.as_str(), CANCELLED_SHARDS).to_string();
            [(CANCELLED, shard), (CANCELLED_AT, format!("{}#{}", step.at, document.id))]
        });
        placed.chain(cancelled).collect()
    }
}
