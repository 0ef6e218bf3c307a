//! The waiting processes. Each process has a row. While the process waits, the row is in the first index, by the moment
//! when it began to wait or began its current step. Until its deadline has passed, the row is in the second index, by
//! the deadline, or by the moment at which its hold is to be renewed if that comes first. Each cart has a row, too. It is in the first index from the checkout on, because the stream of a cart
//! does not say whether its process began.

use super::shard;
use crate::cart::{self, Cart};
use crate::fulfilment::{self, Fulfilment, Process};
use foldlog::read::projection::{Folded, PerStream};
use foldlog::{Commit, Decider, Index, Projection, Recorded, Row, StreamName, Subscription, Timestamp};
use serde::{Deserialize, Serialize};

/// The view's name.
pub const NAME: &str = "waiting";
/// The index of waiting processes.
pub const INDEX: &str = "since";
/// The index of processes with a deadline.
pub const DEADLINES: &str = "due";
/// The partition key of both: a category and a shard, so that the few processes never queue behind the many carts.
pub const SHARD: &str = "shard";
/// The sort key of the first: since when, and the stream's name.
pub const SINCE: &str = "since";
/// The sort key of the second: until when, and the stream's name.
pub const DUE: &str = "due";
/// The waiting streams, by the moment since which they wait.
pub const BY_SINCE: Index = Index { view: NAME, name: INDEX, partition: SHARD, sort: SINCE };
/// The processes by their deadline.
pub const BY_DEADLINE: Index = Index { view: NAME, name: DEADLINES, partition: SHARD, sort: DUE };
/// The number of partitions of a category.
const SHARDS: u64 = 4;

/// The read model.
pub struct View;

/// The part that follows the processes.
struct Processes;

/// The part that follows the carts.
struct Carts;

/// A process, and the moment since which it waits or waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ProcessDocument {
    stream: StreamName,
    state: fulfilment::State,
    since: Timestamp,
    /// The moment since which it waits for nothing.
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
    type Decider = Fulfilment;
    type Document = ProcessDocument;

    fn apply(document: Option<ProcessDocument>, recorded: &Recorded<'_, fulfilment::Event>) -> Option<ProcessDocument> {
        let now = recorded.committed_at;
        let (before, since, idle) = match document {
            Some(document) => (document.state, document.since, document.idle),
            None => (fulfilment::State::default(), now, None),
        };
        let state = Fulfilment::evolve(before, &recorded.event);
        // An outcome and the next intent share one commit. So a process that continues to wait keeps its place in the
        // index, unless it begins its next step, which may be days later.
        let begins = matches!(recorded.event, fulfilment::Event::DeadlineSet { .. });
        let since = if !begins && idle.is_none_or(|idle| idle == now) { since } else { now };
        let idle = if process(&state).is_some_and(Process::waits) { None } else { idle.or(Some(now)) };
        Some(ProcessDocument { stream: recorded.stream.clone(), state, since, idle })
    }

    fn index(document: &ProcessDocument) -> Vec<(&'static str, String)> {
        let since = document.idle.is_none().then_some((SINCE, document.since));
        let due = process(&document.state).and_then(Process::next_due).map(|at| (DUE, at));
        found(&document.stream, since.into_iter().chain(due))
    }
}

const fn process(state: &fulfilment::State) -> Option<&Process> {
    match state {
        fulfilment::State::Started(process) => Some(process),
        fulfilment::State::NotStarted => None,
    }
}

impl Projection for Carts {
    const NAME: &'static str = NAME;
    type Decider = Cart;
    type Document = CartDocument;

    fn apply(document: Option<CartDocument>, recorded: &Recorded<'_, cart::Event>) -> Option<CartDocument> {
        let before = document.and_then(|document| document.checked_out_at);
        let checked_out_at = if recorded.event.placement().is_some() { Some(recorded.committed_at) } else { before };
        Some(CartDocument { stream: recorded.stream.clone(), checked_out_at })
    }

    fn index(document: &CartDocument) -> Vec<(&'static str, String)> {
        found(&document.stream, document.checked_out_at.map(|at| (SINCE, at)))
    }
}

/// The index attributes of a row with these moments.
fn found(
    stream: &StreamName,
    moments: impl IntoIterator<Item = (&'static str, Timestamp)>,
) -> Vec<(&'static str, String)> {
    let mut moments: Vec<_> = moments.into_iter().map(|(key, at)| (key, format!("{at}#{stream}"))).collect();
    if !moments.is_empty() {
        moments.push((SHARD, partition(stream.category(), shard(stream.as_str(), SHARDS))));
    }
    moments
}

fn partition(category: &str, shard: u64) -> String {
    format!("{category}.{shard}")
}

/// Every partition of the index.
#[must_use]
pub fn partitions() -> Vec<String> {
    let categories = [Fulfilment::CATEGORY, Cart::CATEGORY];
    categories.iter().flat_map(|category| (0..SHARDS).map(|shard| partition(category, shard))).collect()
}

/// Every partition of the processes: those of the second index.
pub fn process_partitions() -> impl Iterator<Item = String> {
    (0..SHARDS).map(|shard| partition(Fulfilment::CATEGORY, shard))
}

/// A sort key before all rows of a moment and after all earlier rows.
#[must_use]
pub fn before(moment: Timestamp) -> String {
    format!("{moment}#")
}

impl Subscription for View {
    fn name(&self) -> &'static str {
        NAME
    }

    fn partitions(&self) -> &'static [&'static str] {
        &[SHARD]
    }

    fn follows(&self, category: &str) -> bool {
        category == Fulfilment::CATEGORY || category == Cart::CATEGORY
    }

    fn key(&self, stream: &StreamName) -> String {
        stream.to_string()
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        key.parse().ok()
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        match commits.first().map(|commit| commit.stream.category()) {
            Some(Fulfilment::CATEGORY) => PerStream::<Processes>::new().fold(row, commits),
            Some(Cart::CATEGORY) => PerStream::<Carts>::new().fold(row, commits),
            Some(_) | None => Folded { row: None, failed: None },
        }
    }
}

#[cfg(test)]
mod tests;
