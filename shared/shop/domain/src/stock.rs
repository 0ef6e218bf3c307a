//! `stock-<warehouse>.<sku>`: the quantity of a product in a warehouse, and its reservations.

use crate::values::{DeliveryNote, OrderId, Quantity, Reason, StockId};
use crate::warehouse;
use foldlog::{Decider, Upcaster};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The maximum quantity on hand.
pub const MOST_ON_HAND: u64 = 1_000_000;
/// The maximum number of open reservations.
pub const MOST_RESERVATIONS: usize = 1_000;

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
    /// Reserve a quantity for an order.
    Reserve {
        /// The order.
        order: OrderId,
        /// The quantity.
        quantity: Quantity,
    },
    /// Release the reservation of an order.
    Release {
        /// The order.
        order: OrderId,
    },
    /// Dispatch the goods that are reserved for an order.
    Dispatch {
        /// The order.
        order: OrderId,
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

/// Why the counted quantity and the recorded quantity differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Discrepancy {
    /// The count had another result, and the cause is unknown.
    #[default]
    Miscount,
    /// Goods are damaged and cannot be sold any longer.
    Damage,
    /// Goods were lost.
    Loss,
}

/// An event of a stock.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    StockReceived { quantity: Quantity, delivery_note: Option<DeliveryNote> },
    StockReserved { order: OrderId, quantity: Quantity },
    ReservationRejected { order: OrderId, quantity: Quantity, available: u64 },
    ReservationReleased { order: OrderId, quantity: Quantity },
    StockDispatched { order: OrderId, quantity: Quantity },
    StockAdjusted { on_hand: u64, cause: Discrepancy, reason: Reason },
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        Upcaster { event: "StockReceived", from: 1, step: |data| with(data, "delivery_note", Value::Null) },
        // The first schema has no cause: it recorded only that a count had another result.
        Upcaster { event: "StockAdjusted", from: 1, step: |data| with(data, "cause", json!("miscount")) },
    ];
}

/// A payload with one more field. A payload that is not an object stays as it is; the next schema cannot decode it
/// either.
fn with(mut data: Value, field: &str, value: Value) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    data
}

/// The state of a stock. The reserved quantity is never larger than the quantity on hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The quantity on hand.
    pub on_hand: u64,
    /// The reserved quantity of each order.
    pub reservations: BTreeMap<OrderId, Quantity>,
}

impl State {
    /// The reserved quantity.
    #[must_use]
    pub fn reserved(&self) -> u64 {
        self.reservations.values().map(|quantity| quantity.get()).sum()
    }

    /// The quantity that can still be reserved.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.on_hand.saturating_sub(self.reserved())
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
    #[error("{reserved} are reserved for orders; release those first, or count again")]
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
    const STATE_SCHEMA: u32 = 1;
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
            Command::Reserve { order, quantity } => Ok(reserve(state, order, *quantity)),
            Command::Release { order } => {
                let released = |quantity| Event::ReservationReleased { order: order.clone(), quantity };
                Ok(state.reservations.get(order).copied().map(released).into_iter().collect())
            }
            Command::Dispatch { order } => {
                let dispatched = |quantity| Event::StockDispatched { order: order.clone(), quantity };
                Ok(state.reservations.get(order).copied().map(dispatched).into_iter().collect())
            }
            Command::Adjust { on_hand, cause, reason } => adjust(state, *on_hand, *cause, reason),
        }
    }

    fn evolve(mut state: State, event: &Event) -> State {
        match event {
            Event::StockReceived { quantity, .. } => state.on_hand += quantity.get(),
            Event::StockReserved { order, quantity } => {
                state.reservations.insert(order.clone(), *quantity);
            }
            Event::ReservationRejected { .. } => {}
            Event::ReservationReleased { order, .. } => {
                state.reservations.remove(order);
            }
            Event::StockDispatched { order, quantity } => {
                state.reservations.remove(order);
                state.on_hand = state.on_hand.saturating_sub(quantity.get());
            }
            Event::StockAdjusted { on_hand, .. } => state.on_hand = *on_hand,
        }
        state
    }
}

/// A rejected reservation is an outcome, not a refusal, because the process waits for an outcome.
fn reserve(state: &State, order: &OrderId, quantity: Quantity) -> Vec<Event> {
    let order = order.clone();
    let available = if state.reservations.len() < MOST_RESERVATIONS { state.available() } else { 0 };
    if state.reservations.contains_key(&order) {
        vec![]
    } else if quantity.get() <= available {
        vec![Event::StockReserved { order, quantity }]
    } else {
        vec![Event::ReservationRejected { order, quantity, available }]
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
