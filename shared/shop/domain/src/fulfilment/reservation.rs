//! The ids of the commands that make and close a reservation. They follow from its identity, so the marked log of its
//! stock makes it once, closes it once, and finds both.

use super::{Fulfilment, REACTION};
use crate::values::OrderId;
use foldlog::{CommandId, EventId, StreamName, Version};

/// The name of the step in which a stock closes a reservation.
const CLOSING: &str = "close";

/// The command of the reaction to an intent: for a reservation, the one that makes it.
#[must_use]
pub fn reaction_to(order: &OrderId, intent: Version) -> CommandId {
    CommandId::of_event(&event(order, intent), REACTION)
}

/// The command that closes a reservation. A release and a dispatch share it, whatever intents ask for them.
#[must_use]
pub fn closed_by(order: &OrderId, reservation: Version) -> CommandId {
    CommandId::of_event(&event(order, reservation), CLOSING)
}

fn event(order: &OrderId, version: Version) -> EventId {
    EventId { stream: StreamName::of::<Fulfilment>(order), version }
}
