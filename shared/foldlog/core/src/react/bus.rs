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

/// How a system's events go onto the bus.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// The system, by whose name they are known there.
    pub system: String,
    /// The categories of streams with personal data. Their events go without their payload, even though that is sealed:
    /// what has left the system cannot be erased. A subscriber that may read the log finds the payload there.
    pub personal: Vec<String>,
}

impl Publication {
    /// The entries of a commit, one an event, in order.
    pub fn entries(&self, commit: &Commit) -> Result<Vec<BusEntry>, DecodeError> {
        let category = commit.stream.category();
        let source = format!("{}.{category}", self.system);
        let is_personal = self.personal.iter().any(|personal| personal == category);
        let entry = |message: EventMessage| BusEntry {
            source: source.clone(),
            detail_type: message.name.clone(),
            detail: if is_personal { message.reference() } else { message },
        };
        Ok(EventMessage::of(commit)?.into_iter().map(entry).collect())
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
