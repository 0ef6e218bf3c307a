//! `order-<id>`: what was bought, and what became of it. This stream alone arbitrates between cancelling and
//! everything that would come after.

use crate::values::{AccountId, Line, Reason, Sku, Totals};
use eventsourcing::event::Upcaster;
use eventsourcing::{Decider, RefusalKind};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The stream type.
pub struct Stream;

/// What can be asked of an order.
#[derive(Clone, Debug)]
pub enum Command {
    /// Begin with it, as the cart was checked out.
    Place(Placement),
    /// Everything is reserved: it will be delivered.
    Confirm,
    /// It cannot be delivered.
    Fail(Failure),
    /// The customer wants it no more.
    Cancel {
        /// The account that asks.
        by: AccountId,
        /// Why.
        reason: Option<Reason>,
    },
}

/// What was bought, by whom, at what price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Who bought it.
    pub account: AccountId,
    /// What.
    pub lines: Vec<Line>,
    /// For how much.
    pub totals: Totals,
}

/// Why an order cannot be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No warehouse has enough of a product.
    OutOfStock {
        /// The product.
        sku: Sku,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfStock { sku } => write!(formatter, "out of stock: no warehouse has enough of {sku}"),
        }
    }
}

/// What happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    OrderPlaced(Placement),
    OrderConfirmed {},
    OrderFailed { reason: Failure },
    OrderCancelled { reason: Option<Reason> },
}

impl eventsourcing::Event for Event {
    // Lines without a category are what they were.
    const UPCASTERS: &'static [Upcaster] = &[Upcaster { event: "OrderPlaced", from: 1, step: |data| data }];

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// What an order is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none.
    #[default]
    Unplaced,
    /// It was placed, and something became of it.
    Placed {
        /// What was bought.
        placement: Placement,
        /// What became of it.
        status: Status,
    },
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing yet.
    Purchased,
    /// It will be delivered.
    Confirmed,
    /// It could not be delivered.
    Failed(Failure),
    /// The customer cancelled it.
    Cancelled(Option<Reason>),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing there, or somebody else's.
    #[error("there is no such order")]
    UnknownOrder,
    /// It is over.
    #[error("the order failed ({0}); there is nothing to cancel")]
    OrderFailed(Failure),
}

impl eventsourcing::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownOrder => RefusalKind::NotFound,
            Self::OrderFailed(_) => RefusalKind::Broken,
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

impl Decider for Stream {
    const CATEGORY: &'static str = "order";
    const STATE_SCHEMA: u32 = 2;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let State::Placed { placement, status } = state else {
            return match command {
                Command::Place(placement) => Ok(vec![Event::OrderPlaced(placement.clone())]),
                Command::Confirm | Command::Fail(_) | Command::Cancel { .. } => Err(Refusal::UnknownOrder),
            };
        };
        match (status, command) {
            (_, Command::Cancel { by, .. }) if *by != placement.account => Err(Refusal::UnknownOrder),
            (Status::Purchased, Command::Confirm) => Ok(vec![Event::OrderConfirmed {}]),
            (Status::Purchased, Command::Fail(reason)) => Ok(vec![Event::OrderFailed { reason: reason.clone() }]),
            (Status::Purchased | Status::Confirmed, Command::Cancel { reason, .. }) => {
                Ok(vec![Event::OrderCancelled { reason: reason.clone() }])
            }
            (Status::Failed(reason), Command::Cancel { .. }) => Err(Refusal::OrderFailed(reason.clone())),
            // What the order has become is the answer to whoever asks for what can no longer be.
            (_, Command::Place(_))
            | (Status::Confirmed | Status::Failed(_) | Status::Cancelled(_), Command::Confirm | Command::Fail(_))
            | (Status::Cancelled(_), Command::Cancel { .. }) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        let status = match event.clone() {
            Event::OrderPlaced(placement) => return State::Placed { placement, status: Status::Purchased },
            Event::OrderConfirmed {} => Status::Confirmed,
            Event::OrderFailed { reason } => Status::Failed(reason),
            Event::OrderCancelled { reason } => Status::Cancelled(reason),
        };
        match state {
            State::Placed { placement, .. } => State::Placed { placement, status },
            State::Unplaced => State::Unplaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Money;
    use eventsourcing::specification::given;
    use iso_currency::Currency;

    fn account(name: char) -> AccountId {
        name.to_string().repeat(32).parse().unwrap()
    }

    fn placement() -> Placement {
        let euro = |amount| Money::new(amount, Currency::EUR).unwrap();
        Placement {
            account: account('a'),
            lines: vec![Line {
                sku: "mug".parse().unwrap(),
                quantity: 2.try_into().unwrap(),
                unit_price: euro(1_000),
                category: None,
            }],
            totals: Totals { net: euro(2_000), tax: euro(380), total: euro(2_380) },
        }
    }

    fn failure() -> Failure {
        Failure::OutOfStock { sku: "mug".parse().unwrap() }
    }

    fn cancel(name: char) -> Command {
        Command::Cancel { by: account(name), reason: None }
    }

    fn placed() -> Vec<Event> {
        vec![Event::OrderPlaced(placement())]
    }

    fn cancelled() -> Event {
        Event::OrderCancelled { reason: None }
    }

    fn then(event: Event) -> Vec<Event> {
        [placed(), vec![event]].concat()
    }

    #[test]
    fn an_order_is_placed_once() {
        given::<Stream>([]).when(Command::Place(placement())).then(placed());
        given::<Stream>(placed()).when(Command::Place(placement())).then_nothing();
    }

    #[test]
    fn a_placed_order_is_confirmed_or_fails() {
        given::<Stream>(placed()).when(Command::Confirm).then([Event::OrderConfirmed {}]);
        given::<Stream>(placed()).when(Command::Fail(failure())).then([Event::OrderFailed { reason: failure() }]);
    }

    #[test]
    fn what_came_first_stands() {
        let failed = Event::OrderFailed { reason: failure() };
        for end in [Event::OrderConfirmed {}, failed, cancelled()] {
            given::<Stream>(then(end.clone())).when(Command::Confirm).then_nothing();
            given::<Stream>(then(end)).when(Command::Fail(failure())).then_nothing();
        }
    }

    #[test]
    fn its_owner_cancels_it_before_or_after_confirmation() {
        given::<Stream>(placed()).when(cancel('a')).then([cancelled()]);
        given::<Stream>(then(Event::OrderConfirmed {})).when(cancel('a')).then([cancelled()]);
        given::<Stream>(then(cancelled())).when(cancel('a')).then_nothing();
        let failed = then(Event::OrderFailed { reason: failure() });
        given::<Stream>(failed).when(cancel('a')).then_refused(Refusal::OrderFailed(failure()));
    }

    #[test]
    fn a_foreign_or_unplaced_order_does_not_exist() {
        given::<Stream>(placed()).when(cancel('b')).then_refused(Refusal::UnknownOrder);
        for command in [cancel('a'), Command::Confirm, Command::Fail(failure())] {
            given::<Stream>([]).when(command).then_refused(Refusal::UnknownOrder);
        }
    }
}
