//! Events on their way to subscribers.

use crate::react::message::EventMessage;
use crate::write::commit::Commit;
use crate::write::event::DecodeError;
use std::sync::LazyLock;

/// One event as it is put on the bus: rules match `source` and `detail_type`.
#[derive(Clone, Debug)]
pub struct BusEntry {
    /// `<system>.<category>`, such as `desk.loan`.
    pub source: String,
    /// The event's type.
    pub detail_type: String,
    /// The event with all that a subscriber needs.
    pub detail: EventMessage,
}

impl BusEntry {
    /// The entries of a commit, one an event, in order.
    pub fn of(system: &str, commit: &Commit) -> Result<Vec<Self>, DecodeError> {
        let source = format!("{system}.{}", commit.stream.category());
        let messages = EventMessage::of(commit)?;
        let entry = |detail: EventMessage| Self { source: source.clone(), detail_type: detail.name.clone(), detail };
        Ok(messages.into_iter().map(entry).collect())
    }
}

/// Why some entries were not published. You may publish them again without harm.
#[derive(Debug, thiserror::Error)]
#[error("the bus did not take the events: {reason}")]
pub struct BusError {
    /// The position of the first entry that is not known to have been published. All entries before it were.
    pub first: usize,
    /// The reason.
    pub reason: String,
}

/// The port on which commits are published to subscribers.
pub trait Bus: Send + Sync {
    /// Publishes all entries in their order, each at least once, or fails. An entry that is too large goes without its
    /// payload ([`EventMessage::reference`]).
    fn publish(&self, entries: &[BusEntry]) -> impl Future<Output = Result<(), BusError>> + Send;
}

/// A bus that is created when the first event is published.
impl<B: Bus, F: FnOnce() -> B + Send> Bus for LazyLock<B, F> {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        (**self).publish(entries).await
    }
}
