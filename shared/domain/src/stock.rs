//! `stock-<warehouse>.<sku>`: how many of a product lie in a warehouse, and for whom they are held.

use crate::values::{OrderId, Quantity, Reason, Sku, WarehouseId};
use eventsourcing::stream::InvalidName;
use eventsourcing::{Decider, RefusalKind, StreamName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most that can be on hand.
pub const MOST_ON_HAND: u64 = 1_000_000;
/// The most reservations that are open at a time.
pub const MOST_RESERVATIONS: usize = 1_000;

/// The stream type.
pub struct Stream;

/// The stream of a product in a warehouse.
pub fn stream(warehouse: &WarehouseId, sku: &Sku) -> Result<StreamName, InvalidName> {
    StreamName::new(Stream::CATEGORY, &format!("{warehouse}.{sku}"))
}

/// The warehouse and product of a stock stream.
#[must_use]
pub fn of_stream(stream: &StreamName) -> Option<(WarehouseId, Sku)> {
    let (warehouse, sku) = stream.id().split_once('.').filter(|_| stream.category() == Stream::CATEGORY)?;
    Some((warehouse.parse().ok()?, sku.parse().ok()?))
}

/// What can be asked of a stock.
#[derive(Clone, Debug)]
pub enum Command {
    /// Goods came in.
    Receive(Quantity),
    /// Hold some for an order.
    Reserve {
        /// The order.
        order: OrderId,
        /// How many.
        quantity: Quantity,
    },
    /// Hold nothing for an order any more.
    Release {
        /// The order.
        order: OrderId,
    },
    /// Correct what is on hand after a count.
    Adjust {
        /// What was counted.
        on_hand: u64,
        /// Why it differs.
        reason: Reason,
    },
}

/// What happened to a stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    StockReceived { quantity: Quantity },
    StockReserved { order: OrderId, quantity: Quantity },
    ReservationRejected { order: OrderId, quantity: Quantity, available: u64 },
    ReservationReleased { order: OrderId, quantity: Quantity },
    StockAdjusted { on_hand: u64, reason: Reason },
}

impl eventsourcing::Event for Event {
    fn name(&self) -> &'static str {
        self.into()
    }
}

/// What lies there. Reserved ≤ on hand, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How many there are.
    pub on_hand: u64,
    /// For whom how many of them are held.
    pub reservations: BTreeMap<OrderId, Quantity>,
}

impl State {
    /// How many are held.
    #[must_use]
    pub fn reserved(&self) -> u64 {
        self.reservations.values().map(|quantity| quantity.get()).sum()
    }

    /// How many can still be reserved.
    #[must_use]
    pub fn available(&self) -> u64 {
        self.on_hand.saturating_sub(self.reserved())
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// More than a warehouse holds of one product.
    #[error("a warehouse holds at most {MOST_ON_HAND} of a product; this would make it {0}")]
    TooMuchStock(u64),
    /// Goods that are held for orders cannot be counted away.
    #[error("{reserved} are reserved for orders; release those first, or count again")]
    CountBelowReserved {
        /// How many are held.
        reserved: u64,
    },
}

impl eventsourcing::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        RefusalKind::Broken
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

impl Decider for Stream {
    const CATEGORY: &'static str = "stock";
    const STATE_SCHEMA: u32 = 1;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Receive(quantity) => match state.on_hand + quantity.get() {
                on_hand if on_hand > MOST_ON_HAND => Err(Refusal::TooMuchStock(on_hand)),
                _ => Ok(vec![Event::StockReceived { quantity: *quantity }]),
            },
            Command::Reserve { order, quantity } => Ok(reserve(state, order, *quantity)),
            Command::Release { order } => {
                let held = state.reservations.get(order);
                Ok(held
                    .map(|quantity| Event::ReservationReleased { order: order.clone(), quantity: *quantity })
                    .into_iter()
                    .collect())
            }
            Command::Adjust { on_hand, .. } if *on_hand > MOST_ON_HAND => Err(Refusal::TooMuchStock(*on_hand)),
            Command::Adjust { on_hand, .. } if *on_hand < state.reserved() => {
                Err(Refusal::CountBelowReserved { reserved: state.reserved() })
            }
            Command::Adjust { on_hand, .. } if *on_hand == state.on_hand => Ok(vec![]),
            Command::Adjust { on_hand, reason } => {
                Ok(vec![Event::StockAdjusted { on_hand: *on_hand, reason: reason.clone() }])
            }
        }
    }

    fn evolve(mut state: State, event: &Event) -> State {
        match event {
            Event::StockReceived { quantity } => state.on_hand += quantity.get(),
            Event::StockReserved { order, quantity } => {
                state.reservations.insert(order.clone(), *quantity);
            }
            Event::ReservationRejected { .. } => {}
            Event::ReservationReleased { order, .. } => {
                state.reservations.remove(order);
            }
            Event::StockAdjusted { on_hand, .. } => state.on_hand = *on_hand,
        }
        state
    }
}

/// A reservation that cannot be is an outcome too, not a refusal: whoever asked waits for one.
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

#[cfg(test)]
mod tests {
    use super::*;
    use eventsourcing::specification::given;

    fn quantity(number: u64) -> Quantity {
        number.try_into().unwrap()
    }

    fn order(number: u32) -> OrderId {
        format!("{number:032x}").parse().unwrap()
    }

    fn received(number: u64) -> Event {
        Event::StockReceived { quantity: quantity(number) }
    }

    fn reserved(number: u32, amount: u64) -> Event {
        Event::StockReserved { order: order(number), quantity: quantity(amount) }
    }

    #[test]
    fn what_comes_in_is_received_up_to_the_most_that_fits() {
        given::<Stream>([]).when(Command::Receive(quantity(5))).then([received(5)]);
        let full = Event::StockAdjusted { on_hand: MOST_ON_HAND, reason: "count".parse().unwrap() };
        given::<Stream>([full])
            .when(Command::Receive(quantity(1)))
            .then_refused(Refusal::TooMuchStock(MOST_ON_HAND + 1));
    }

    #[test]
    fn what_is_available_is_reserved_and_no_more() {
        let reserve = |number| Command::Reserve { order: order(2), quantity: quantity(number) };
        given::<Stream>([received(5), reserved(1, 3)]).when(reserve(2)).then([reserved(2, 2)]);
        given::<Stream>([received(5), reserved(1, 3)]).when(reserve(3)).then([Event::ReservationRejected {
            order: order(2),
            quantity: quantity(3),
            available: 2,
        }]);
    }

    #[test]
    fn an_order_has_one_reservation() {
        given::<Stream>([received(5), reserved(1, 3)])
            .when(Command::Reserve { order: order(1), quantity: quantity(1) })
            .then_nothing();
    }

    #[test]
    fn a_thousand_reservations_are_open_at_most() {
        let open = (0..1_000).map(|number| reserved(number, 1));
        let events: Vec<_> = std::iter::repeat_n(received(1_000), 2).chain(open).collect();
        given::<Stream>(events)
            .when(Command::Reserve { order: order(5_000), quantity: quantity(1) })
            .then([Event::ReservationRejected { order: order(5_000), quantity: quantity(1), available: 0 }]);
    }

    #[test]
    fn a_release_gives_back_what_was_held_once() {
        let released = Event::ReservationReleased { order: order(1), quantity: quantity(3) };
        let release = Command::Release { order: order(1) };
        given::<Stream>([received(5), reserved(1, 3)]).when(release.clone()).then([released.clone()]);
        given::<Stream>([received(5), reserved(1, 3), released]).when(release).then_nothing();
    }

    #[test]
    fn a_count_below_what_is_reserved_is_refused() {
        let adjust = |on_hand| Command::Adjust { on_hand, reason: "count".parse().unwrap() };
        let history = [received(5), reserved(1, 3)];
        given::<Stream>(&history).when(adjust(2)).then_refused(Refusal::CountBelowReserved { reserved: 3 });
        given::<Stream>(&history).when(adjust(5)).then_nothing();
        given::<Stream>(&history)
            .when(adjust(3))
            .then([Event::StockAdjusted { on_hand: 3, reason: "count".parse().unwrap() }]);
    }

    #[test]
    fn a_stream_names_its_warehouse_and_product() {
        let (warehouse, sku) = ("berlin-2".parse().unwrap(), "mug-large".parse().unwrap());
        let stream = stream(&warehouse, &sku).unwrap();
        assert_eq!((stream.as_str(), of_stream(&stream)), ("stock-berlin-2.mug-large", Some((warehouse, sku))));
    }
}
