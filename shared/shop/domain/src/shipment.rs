//! `shipment-<id>`: the goods that one warehouse sends for one order.

use crate::values::{AccountId, AddressId, OrderId, Quantity, ShipmentId, Sku, TrackingNumber, WarehouseId};
use foldlog::write::event::Upcaster;
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The decider of a shipment.
pub struct Shipment;

/// A command to a shipment.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Create the shipment: its order is confirmed.
    Create(Consignment),
    /// Change its contents: the reservations of its order changed. A cancelled shipment waits again.
    Repack {
        /// The quantity of each product.
        contents: BTreeMap<Sku, Quantity>,
        /// The number of withdrawals of the order so far.
        number: u32,
    },
    /// Dispatch it: its order was shipped.
    Dispatch {
        /// Its tracking number, if it has one.
        tracking: Option<TrackingNumber>,
    },
    /// Mark it as delivered.
    Deliver,
    /// Cancel it.
    Cancel {
        /// The number of withdrawals of the order so far.
        number: u32,
    },
}

/// The content of a shipment: the goods, their origin and their recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consignment {
    /// The order.
    pub order: OrderId,
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The account that bought the goods.
    pub account: AccountId,
    /// The id of the account's address to ship to. Absent if the account has none.
    pub address: Option<AddressId>,
    /// The quantity of each product.
    pub contents: BTreeMap<Sku, Quantity>,
}

/// An event of a shipment, with its order and warehouse.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    ShipmentCreated(Consignment),
    ShipmentDispatched {
        order: OrderId,
        warehouse: WarehouseId,
        tracking: Option<TrackingNumber>,
    },
    ShipmentDelivered {
        order: OrderId,
        warehouse: WarehouseId,
    },
    /// The number tells which request this answers: that of the withdrawals of its order then. Most orders have none.
    ShipmentCancelled {
        order: OrderId,
        warehouse: WarehouseId,
        #[serde(default, skip_serializing_if = "is_none")]
        number: u32,
    },
    /// Numbered as a cancellation is.
    ShipmentRepacked {
        order: OrderId,
        warehouse: WarehouseId,
        contents: BTreeMap<Sku, Quantity>,
        number: u32,
    },
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload has no number: nothing was withdrawn then.
        Upcaster { event: "ShipmentCancelled", from: 1, step: |data| data },
    ];
}

/// Whether nothing was withdrawn.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) const fn is_none(number: &u32) -> bool {
    *number == 0
}

/// The state of a shipment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The shipment does not exist.
    #[default]
    Uncreated,
    /// The shipment was created.
    Created {
        /// Its order, warehouse, recipient and contents.
        consignment: Consignment,
        /// Its status.
        status: Status,
    },
}

/// The status of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits in its warehouse.
    Waiting,
    /// It was dispatched.
    Dispatched {
        /// Its tracking number, if it has one.
        tracking: Option<TrackingNumber>,
    },
    /// It was delivered.
    Delivered {
        /// Its tracking number, if it had one.
        tracking: Option<TrackingNumber>,
    },
    /// It was cancelled.
    Cancelled,
}

/// Why a shipment refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The shipment does not exist.
    #[error("there is no such shipment")]
    UnknownShipment,
    /// Another shipment has this id.
    #[error("there is a shipment with this id and other contents, and it stays as it is")]
    OtherConsignment,
    /// The shipment was not dispatched yet.
    #[error("the shipment was not dispatched; ship its order first")]
    ShipmentNotDispatched,
    /// The shipment was dispatched or delivered.
    #[error("the shipment was dispatched and cannot be changed any more")]
    ShipmentDispatched,
    /// The shipment was cancelled.
    #[error("the shipment was cancelled")]
    ShipmentCancelled,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownShipment) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl Decider for Shipment {
    const CATEGORY: &'static str = "shipment";
    const STATE_SCHEMA: u32 = 1;
    type Id = ShipmentId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Create(_))
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let State::Created { consignment, status } = state else {
            return match command {
                Command::Create(consignment) => Ok(vec![Event::ShipmentCreated(consignment.clone())]),
                Command::Repack { .. } | Command::Dispatch { .. } | Command::Deliver | Command::Cancel { .. } => {
                    Err(Refusal::UnknownShipment)
                }
            };
        };
        let (order, warehouse) = (consignment.order.clone(), consignment.warehouse.clone());
        match (status, command) {
            (_, Command::Create(asked)) if asked != consignment => Err(Refusal::OtherConsignment),
            (Status::Waiting, Command::Dispatch { tracking }) => {
                Ok(vec![Event::ShipmentDispatched { order, warehouse, tracking: tracking.clone() }])
            }
            (Status::Waiting | Status::Cancelled, Command::Repack { contents, number }) => {
                Ok(vec![Event::ShipmentRepacked { order, warehouse, contents: contents.clone(), number: *number }])
            }
            (Status::Waiting, Command::Deliver) => Err(Refusal::ShipmentNotDispatched),
            (Status::Waiting, Command::Cancel { number }) => {
                Ok(vec![Event::ShipmentCancelled { order, warehouse, number: *number }])
            }
            (Status::Dispatched { .. }, Command::Deliver) => Ok(vec![Event::ShipmentDelivered { order, warehouse }]),
            (Status::Dispatched { .. } | Status::Delivered { .. }, Command::Cancel { .. } | Command::Repack { .. }) => {
                Err(Refusal::ShipmentDispatched)
            }
            (Status::Cancelled, Command::Dispatch { .. } | Command::Deliver) => Err(Refusal::ShipmentCancelled),
            (_, Command::Create(_))
            | (Status::Dispatched { .. } | Status::Delivered { .. }, Command::Dispatch { .. })
            | (Status::Delivered { .. }, Command::Deliver)
            | (Status::Cancelled, Command::Cancel { .. }) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event.clone()) {
            (_, Event::ShipmentCreated(consignment)) => State::Created { consignment, status: Status::Waiting },
            (State::Created { consignment, .. }, Event::ShipmentRepacked { contents, .. }) => {
                State::Created { consignment: Consignment { contents, ..consignment }, status: Status::Waiting }
            }
            (State::Created { consignment, status }, event) => {
                State::Created { consignment, status: status.evolve(event) }
            }
            (State::Uncreated, _) => State::Uncreated,
        }
    }
}

impl Status {
    fn evolve(self, event: Event) -> Self {
        match event {
            Event::ShipmentCreated(_) | Event::ShipmentRepacked { .. } => self,
            Event::ShipmentDispatched { tracking, .. } => Self::Dispatched { tracking },
            Event::ShipmentDelivered { .. } => Self::Delivered { tracking: self.tracking().cloned() },
            Event::ShipmentCancelled { .. } => Self::Cancelled,
        }
    }

    /// Its tracking number, if it has one.
    #[must_use]
    pub const fn tracking(&self) -> Option<&TrackingNumber> {
        match self {
            Self::Dispatched { tracking } | Self::Delivered { tracking } => tracking.as_ref(),
            Self::Waiting | Self::Cancelled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog::write::decider::fold;
    use foldlog_testing::specification::given;

    fn order() -> OrderId {
        "0b".repeat(16).parse().unwrap()
    }

    fn warehouse() -> WarehouseId {
        "berlin".parse().unwrap()
    }

    fn consignment(number: u64) -> Consignment {
        Consignment {
            order: order(),
            warehouse: warehouse(),
            account: "a1".repeat(16).parse().unwrap(),
            address: None,
            contents: [("mug".parse().unwrap(), number.try_into().unwrap())].into(),
        }
    }

    fn created() -> Vec<Event> {
        vec![Event::ShipmentCreated(consignment(2))]
    }

    fn dispatched(tracking: &str) -> Event {
        let tracking = Some(tracking.parse().unwrap());
        Event::ShipmentDispatched { order: order(), warehouse: warehouse(), tracking }
    }

    fn dispatch(tracking: &str) -> Command {
        Command::Dispatch { tracking: Some(tracking.parse().unwrap()) }
    }

    #[test]
    fn an_id_names_one_consignment() {
        given::<Shipment>([]).when(Command::Create(consignment(2))).then(created());
        given::<Shipment>(created()).when(Command::Create(consignment(2))).then_nothing();
        given::<Shipment>(created()).when(Command::Create(consignment(3))).then_refused(Refusal::OtherConsignment);
    }

    #[test]
    fn it_is_dispatched_once_and_keeps_its_number() {
        given::<Shipment>(created()).when(dispatch("1Z")).then([dispatched("1Z")]);
        let underway = [created(), vec![dispatched("1Z")]].concat();
        given::<Shipment>(&underway).when(dispatch("2Z")).then_nothing();
        let delivered = Event::ShipmentDelivered { order: order(), warehouse: warehouse() };
        given::<Shipment>(&underway).when(Command::Deliver).then([delivered.clone()]);
        let state = fold::<Shipment>(State::default(), &[underway, vec![delivered]].concat());
        let status = Status::Delivered { tracking: Some("1Z".parse().unwrap()) };
        assert_eq!(state, State::Created { consignment: consignment(2), status });
    }

    #[test]
    fn it_either_leaves_or_stays() {
        let cancelled = Event::ShipmentCancelled { order: order(), warehouse: warehouse(), number: 0 };
        given::<Shipment>(created()).when(Command::Cancel { number: 0 }).then([cancelled.clone()]);
        let stays = [created(), vec![cancelled]].concat();
        given::<Shipment>(stays).when(dispatch("1Z")).then_refused(Refusal::ShipmentCancelled);
        let leaves = [created(), vec![dispatched("1Z")]].concat();
        given::<Shipment>(leaves).when(Command::Cancel { number: 0 }).then_refused(Refusal::ShipmentDispatched);
    }
}
