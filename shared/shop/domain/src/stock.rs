//! `stock-<warehouse>.<sku>`: the quantity of a product in a warehouse, and the quantity that is reserved of it.
//!
//! **Invariants.** The reserved quantity is never larger than the quantity on hand. A reservation is made at most once,
//! and closed at most once: its goods are released or dispatched, by whichever came first.
//!
//! - A reservation has an identity: the version of the intent in the stream of the order's process that asked for it.
//!   An order may have several, because its process may ask a warehouse again.
//! - A stock gives what it has: if that is less than asked, the reservation holds the rest of the stock. It rejects only
//!   if nothing is left.
//! - The state holds sums. So its size, and that of a row, does not depend on the number of reservations, and nothing
//!   limits that number.
//! - The log knows the reservations, and not the state. The stream is *marked* (the kernel's `write` room): a reaction
//!   is recognised for ever by the id of its command. The command that reserves has the id of its intent. The commands
//!   that close a reservation share one id, which follows from the reservation (`fulfilment::closed_by`). So the append
//!   itself refuses a second close, and one look at the marker finds what a reservation holds ([`Held`]).
//! - Reservations of the first schema have no identity. An order had at most one of them in a stock. The state keeps
//!   them by order until they are closed; there were at most a thousand, and there will be no more.
//!
//! **Attacked by** `tests/domain/world` (orders that compete for goods, with every message late and twice) and the
//! simulation, whose judge follows each reservation through the log.

mod event;

pub use event::{Discrepancy, Event, Held};

use crate::values::{DeliveryNote, OrderId, Quantity, Reason, StockId};
use crate::warehouse;
use foldlog::{Decider, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The maximum quantity on hand.
pub const MOST_ON_HAND: u64 = 1_000_000;

/// The decider of the stock of a product in a warehouse.
pub struct Stock;

/// A command to a stock.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Receive goods.
    Receive {
        /// The quantity.
        quantity: Quantity,
        /// The number of the delivery note.
        delivery_note: Option<DeliveryNote>,
        /// Whether the warehouse accepts deliveries.
        intake: Intake,
    },
    /// Reserve a quantity for an order, or as much of it as is available.
    Reserve {
        /// The order.
        order: OrderId,
        /// The identity of the reservation.
        reservation: Version,
        /// The quantity.
        quantity: Quantity,
    },
    /// Release a reservation of an order.
    Release {
        /// The order.
        order: OrderId,
        /// What the reservation holds.
        held: Held,
    },
    /// Dispatch the goods of a reservation of an order.
    Dispatch {
        /// The order.
        order: OrderId,
        /// What the reservation holds.
        held: Held,
    },
    /// Correct the quantity on hand after a count.
    Adjust {
        /// The counted quantity.
        on_hand: u64,
        /// The kind of the difference.
        cause: Discrepancy,
        /// The reason, in words.
        reason: Reason,
    },
    /// Take back goods of an order. They are there, so neither a full nor a closed warehouse refuses them.
    TakeBack {
        /// The order.
        order: OrderId,
        /// The number of the return.
        number: u32,
        /// The quantity.
        quantity: Quantity,
    },
}

/// Whether a warehouse accepts deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// It accepts deliveries. This includes warehouses that were never opened and have no name.
    Open,
    /// It was closed. Its goods can still leave.
    Closed,
}

impl From<&warehouse::State> for Intake {
    fn from(warehouse: &warehouse::State) -> Self {
        match warehouse {
            warehouse::State::Unopened | warehouse::State::Open(_) => Self::Open,
            warehouse::State::Closed(_) => Self::Closed,
        }
    }
}

/// The state of a stock. The reserved quantity is never larger than the quantity on hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The quantity on hand.
    pub on_hand: u64,
    /// The quantity that reservations with an identity hold. Absent from older rows, which have none.
    #[serde(default, skip_serializing_if = "is_zero")]
    reserved: u64,
    /// The reservations of the first schema, by order. It only shrinks.
    #[serde(rename = "reservations")]
    unnamed: BTreeMap<OrderId, Quantity>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(quantity: &u64) -> bool {
    *quantity == 0
}

impl State {
    /// The reserved quantity.
    #[must_use]
    pub fn reserved(&self) -> u64 {
        self.reserved + self.unnamed.values().map(|quantity| quantity.get()).sum::<u64>()
    }

    /// The quantity that can still be reserved.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.on_hand.saturating_sub(self.reserved())
    }

    /// The identity and the quantity of a reservation to close; none if so much is not reserved.
    fn open(&self, order: &OrderId, held: Held) -> Option<(Option<Version>, Quantity)> {
        match held {
            Held::Named { reservation, quantity } => {
                (quantity.get() <= self.reserved).then_some((Some(reservation), quantity))
            }
            Held::Unnamed => Some((None, *self.unnamed.get(order)?)),
        }
    }

    /// A reservation is closed.
    fn close(&mut self, order: &OrderId, reservation: Option<Version>, quantity: Quantity) {
        match reservation {
            Some(_) => self.reserved = self.reserved.saturating_sub(quantity.get()),
            None => drop(self.unnamed.remove(order)),
        }
    }
}

/// Why a stock refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The warehouse is closed.
    #[error("the warehouse is closed; receive the goods in another one")]
    WarehouseClosed,
    /// The quantity on hand would be too large.
    #[error("a warehouse holds at most {MOST_ON_HAND} of a product; this would make it {0}")]
    TooMuchStock(u64),
    /// A count cannot be below the reserved quantity.
    #[error("{reserved} are reserved for orders; withdraw some from their orders first, or count again")]
    CountBelowReserved {
        /// The reserved quantity.
        reserved: u64,
    },
    /// Damage or loss cannot increase the quantity.
    #[error("{on_hand} are on the books, and damage or loss leaves no more than that; count again")]
    LossAddsStock {
        /// The quantity on hand.
        on_hand: u64,
    },
}

impl foldlog::Refusal for Refusal {}

impl Decider for Stock {
    const CATEGORY: &'static str = "stock";
    const STATE_SCHEMA: u32 = 2;
    type Id = StockId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Receive { intake: Intake::Closed, .. } => Err(Refusal::WarehouseClosed),
            Command::Receive { quantity, delivery_note, intake: Intake::Open } => {
                match state.on_hand + quantity.get() {
                    on_hand if on_hand > MOST_ON_HAND => Err(Refusal::TooMuchStock(on_hand)),
                    _ => Ok(vec![Event::StockReceived { quantity: *quantity, delivery_note: delivery_note.clone() }]),
                }
            }
            Command::Reserve { order, reservation, quantity } => {
                Ok(vec![reserve(state, order.clone(), *reservation, *quantity)])
            }
            Command::Release { order, held } => {
                let released = |(reservation, quantity)| Event::ReservationReleased {
                    order: order.clone(),
                    reservation,
                    quantity,
                };
                Ok(state.open(order, *held).map(released).into_iter().collect())
            }
            Command::Dispatch { order, held } => {
                let dispatched =
                    |(reservation, quantity)| Event::StockDispatched { order: order.clone(), reservation, quantity };
                Ok(state.open(order, *held).map(dispatched).into_iter().collect())
            }
            Command::Adjust { on_hand, cause, reason } => adjust(state, *on_hand, *cause, reason),
            Command::TakeBack { order, number, quantity } => {
                let (order, number, quantity) = (order.clone(), *number, *quantity);
                Ok(vec![Event::StockReturned { order, number, quantity }])
            }
        }
    }

    fn evolve(mut state: State, event: &Event) -> State {
        match event {
            Event::StockReceived { quantity, .. } | Event::StockReturned { quantity, .. } => {
                state.on_hand += quantity.get();
            }
            Event::StockReserved { reservation: Some(_), quantity, .. } => state.reserved += quantity.get(),
            Event::StockReserved { order, reservation: None, quantity, .. } => {
                state.unnamed.insert(order.clone(), *quantity);
            }
            Event::ReservationRejected { .. } => {}
            Event::ReservationReleased { order, reservation, quantity } => {
                state.close(order, *reservation, *quantity);
            }
            Event::StockDispatched { order, reservation, quantity } => {
                state.close(order, *reservation, *quantity);
                state.on_hand = state.on_hand.saturating_sub(quantity.get());
            }
            Event::StockAdjusted { on_hand, .. } => state.on_hand = *on_hand,
        }
        state
    }
}

/// A rejected reservation is an outcome, not a refusal, because the process waits for an outcome.
fn reserve(state: &State, order: OrderId, reservation: Version, asked: Quantity) -> Event {
    let (reservation, available) = (Some(reservation), state.available());
    match available.min(asked.get()).try_into() {
        Ok(quantity) => Event::StockReserved { order, reservation, quantity, asked },
        Err(_) => Event::ReservationRejected { order, reservation, quantity: asked, available },
    }
}

fn adjust(state: &State, on_hand: u64, cause: Discrepancy, reason: &Reason) -> Result<Vec<Event>, Refusal> {
    let less = match cause {
        Discrepancy::Miscount => false,
        Discrepancy::Damage | Discrepancy::Loss => true,
    };
    match on_hand {
        more if more > MOST_ON_HAND => Err(Refusal::TooMuchStock(more)),
        fewer if fewer < state.reserved() => Err(Refusal::CountBelowReserved { reserved: state.reserved() }),
        same if same == state.on_hand => Ok(vec![]),
        more if less && more > state.on_hand => Err(Refusal::LossAddsStock { on_hand: state.on_hand }),
        on_hand => Ok(vec![Event::StockAdjusted { on_hand, cause, reason: reason.clone() }]),
    }
}

#[cfg(test)]
mod tests;
