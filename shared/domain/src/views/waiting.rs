//! Who waits: a row for each process, in the index while an intent of it has no outcome, by since when that is so
//! without a break; and a row for each cart, in the index from its checkout on. A cart's own stream does not say whether
//! its process began.

use super::shard;
use crate::cart;
use crate::fulfilment;
use eventsourcing::projection::{Folded, PerStream};
use eventsourcing::{Commit, Decider, Projection, Recorded, Row, StreamName, Subscription, Timestamp};
use serde::{Deserialize, Serialize};

/// The view's name.
pub const NAME: &str = "waiting";
/// The index of those who wait.
pub const INDEX: &str = "since";
/// Its partition key: a category and a shard, so that the many carts never stand before the few processes.
pub const SHARD: &str = "shard";
/// Its sort key: since when, and the stream's name.
pub const SINCE: &str = "since";
/// Over how many partitions the rows of a category are spread.
const SHARDS: u64 = 4;

/// The read model.
pub struct View;

/// The part of it that follows the processes.
struct Processes;

/// The part of it that follows the carts.
struct Carts;

/// A process, and since when it waits or waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ProcessDocument {
    stream: StreamName,
    state: fulfilment::State,
    since: Timestamp,
    /// Since when it waits for nothing.
    idle: Option<Timestamp>,
}

/// A cart and its checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CartDocument {
    stream: StreamName,
    checked_out_at: Option<Timestamp>,
}

impl Projection for Processes {
    const NAME: &'static str = NAME;
    const CATEGORY: &'static str = fulfilment::Stream::CATEGORY;
    type Event = fulfilment::Event;
    type Document = ProcessDocument;

    fn apply(document: Option<ProcessDocument>, recorded: &Recorded<'_, fulfilment::Event>) -> Option<ProcessDocument> {
        let now = recorded.committed_at;
        let (before, since, idle) = match document {
            Some(document) => (document.state, document.since, document.idle),
            None => (fulfilment::State::default(), now, None),
        };
        let state = fulfilment::Stream::evolve(before, &recorded.event);
        // An outcome and the next intent are of one commit: whoever waits on does not move in the index.
        let since = if idle.is_none_or(|idle| idle == now) { since } else { now };
        let idle = if waits(&state) { None } else { idle.or(Some(now)) };
        Some(ProcessDocument { stream: recorded.stream.clone(), state, since, idle })
    }

    fn index(document: &ProcessDocument) -> Vec<(&'static str, String)> {
        if document.idle.is_none() { found(&document.stream, document.since) } else { vec![] }
    }
}

fn waits(state: &fulfilment::State) -> bool {
    match state {
        fulfilment::State::Started(process) => process.waits(),
        fulfilment::State::NotStarted => false,
    }
}

impl Projection for Carts {
    const NAME: &'static str = NAME;
    const CATEGORY: &'static str = cart::Stream::CATEGORY;
    type Event = cart::Event;
    type Document = CartDocument;

    fn apply(document: Option<CartDocument>, recorded: &Recorded<'_, cart::Event>) -> Option<CartDocument> {
        let before = document.and_then(|document| document.checked_out_at);
        let checked_out_at = match recorded.event {
            cart::Event::CartCheckedOut { .. } => Some(recorded.committed_at),
            cart::Event::CartOpened { .. }
            | cart::Event::ItemAdded { .. }
            | cart::Event::QuantityChanged { .. }
            | cart::Event::ItemRemoved { .. }
            | cart::Event::CartCleared {} => before,
        };
        Some(CartDocument { stream: recorded.stream.clone(), checked_out_at })
    }

    fn index(document: &CartDocument) -> Vec<(&'static str, String)> {
        document.checked_out_at.map(|at| found(&document.stream, at)).unwrap_or_default()
    }
}

/// The attributes of a row that waits.
fn found(stream: &StreamName, since: Timestamp) -> Vec<(&'static str, String)> {
    let partition = partition(stream.category(), shard(stream.as_str(), SHARDS));
    vec![(SHARD, partition), (SINCE, format!("{since}#{stream}"))]
}

fn partition(category: &str, shard: u64) -> String {
    format!("{category}.{shard}")
}

/// Every partition of the index.
#[must_use]
pub fn partitions() -> Vec<String> {
    let categories = [Processes::CATEGORY, Carts::CATEGORY];
    categories.iter().flat_map(|category| (0..SHARDS).map(|shard| partition(category, shard))).collect()
}

/// A bound between the sort keys of those who wait since before a moment and of those who wait since then or later.
#[must_use]
pub fn before(moment: Timestamp) -> String {
    format!("{moment}#")
}

impl Subscription for View {
    fn name(&self) -> &'static str {
        NAME
    }

    fn follows(&self, category: &str) -> bool {
        category == Processes::CATEGORY || category == Carts::CATEGORY
    }

    fn key(&self, stream: &StreamName) -> String {
        stream.to_string()
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        match commits.first().map(|commit| commit.stream.category()) {
            Some(Processes::CATEGORY) => PerStream::<Processes>::new().fold(row, commits),
            Some(Carts::CATEGORY) => PerStream::<Carts>::new().fold(row, commits),
            Some(_) | None => Folded { row: None, failed: None },
        }
    }
}

#[cfg(test)]
mod tests;
