//! `shipment-<id>`: what goes from one warehouse to the customer of one order.

use crate::values::{AccountId, AddressId, OrderId, Quantity, ShipmentId, Sku, TrackingNumber, WarehouseId};
use foldlog::stream::InvalidName;
use foldlog::{Decider, RefusalKind, StreamName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The stream type.
pub struct Stream;

/// The stream of an order's shipment from a warehouse.
pub fn stream(order: &OrderId, warehouse: &WarehouseId) -> Result<StreamName, InvalidName> {
    StreamName::new(Stream::CATEGORY, ShipmentId::of(order, warehouse).as_str())
}

/// What can be asked of a shipment.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Begin with it: its order is confirmed.
    Create(Consignment),
    /// It leaves: its order accepted that it is shipped.
    Dispatch {
        /// The number under which the carrier knows it.
        tracking: Option<TrackingNumber>,
    },
    /// It arrived.
    Deliver,
    /// It stays.
    Cancel,
}

/// What is sent to whom, from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consignment {
    /// The order.
    pub order: OrderId,
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// Who bought it.
    pub account: AccountId,
    /// The account's address that it goes to; none where the account has given none.
    pub address: Option<AddressId>,
    /// How many of which product.
    pub contents: BTreeMap<Sku, Quantity>,
}

/// What happened to a shipment, and to which order's, from where.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    ShipmentCreated(Consignment),
    ShipmentDispatched { order: OrderId, warehouse: WarehouseId, tracking: Option<TrackingNumber> },
    ShipmentDelivered { order: OrderId, warehouse: WarehouseId },
    ShipmentCancelled { order: OrderId, warehouse: WarehouseId },
}

impl foldlog::Event for Event {
    fn name(&self) -> &'static str {
        self.into()
    }
}

/// What a shipment is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none.
    #[default]
    Uncreated,
    /// It was created, and something became of it.
    Created {
        /// What is sent to whom, from where.
        consignment: Consignment,
        /// What became of it.
        status: Status,
    },
}

/// What became of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing yet.
    Waiting,
    /// It is on its way.
    Dispatched {
        /// The number under which the carrier knows it.
        tracking: Option<TrackingNumber>,
    },
    /// It arrived.
    Delivered {
        /// The number under which the carrier knew it.
        tracking: Option<TrackingNumber>,
    },
    /// It stays.
    Cancelled,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing there.
    #[error("there is no such shipment")]
    UnknownShipment,
    /// The id is that of another one.
    #[error("there is a shipment with this id and other contents, and it stays as it is")]
    OtherConsignment,
    /// It is still in its warehouse.
    #[error("the shipment was not dispatched; ship its order first")]
    ShipmentNotDispatched,
    /// It is on its way, or there.
    #[error("the shipment was dispatched and cannot be cancelled any more")]
    ShipmentDispatched,
    /// It stays.
    #[error("the shipment was cancelled with its order")]
    ShipmentCancelled,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownShipment => RefusalKind::NotFound,
            Self::OtherConsignment
            | Self::ShipmentNotDispatched
            | Self::ShipmentDispatched
            | Self::ShipmentCancelled => RefusalKind::RuleViolated,
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

impl Decider for Stream {
    const CATEGORY: &'static str = "shipment";
    const STATE_SCHEMA: u32 = 1;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let State::Created { consignment, status } = state else {
            return match command {
                Command::Create(consignment) => Ok(vec![Event::ShipmentCreated(consignment.clone())]),
                Command::Dispatch { .. } | Command::Deliver | Command::Cancel => Err(Refusal::UnknownShipment),
            };
        };
        let (order, warehouse) = (consignment.order.clone(), consignment.warehouse.clone());
        match (status, command) {
            (_, Command::Create(asked)) if asked != consignment => Err(Refusal::OtherConsignment),
            (Status::Waiting, Command::Dispatch { tracking }) => {
                Ok(vec![Event::ShipmentDispatched { order, warehouse, tracking: tracking.clone() }])
            }
            (Status::Waiting, Command::Deliver) => Err(Refusal::ShipmentNotDispatched),
            (Status::Waiting, Command::Cancel) => Ok(vec![Event::ShipmentCancelled { order, warehouse }]),
            (Status::Dispatched { .. }, Command::Deliver) => Ok(vec![Event::ShipmentDelivered { order, warehouse }]),
            (Status::Dispatched { .. } | Status::Delivered { .. }, Command::Cancel) => Err(Refusal::ShipmentDispatched),
            (Status::Cancelled, Command::Dispatch { .. } | Command::Deliver) => Err(Refusal::ShipmentCancelled),
            (_, Command::Create(_))
            | (Status::Dispatched { .. } | Status::Delivered { .. }, Command::Dispatch { .. })
            | (Status::Delivered { .. }, Command::Deliver)
            | (Status::Cancelled, Command::Cancel) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event.clone()) {
            (_, Event::ShipmentCreated(consignment)) => State::Created { consignment, status: Status::Waiting },
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
            Event::ShipmentCreated(_) => self,
            Event::ShipmentDispatched { tracking, .. } => Self::Dispatched { tracking },
            Event::ShipmentDelivered { .. } => Self::Delivered { tracking: self.tracking().cloned() },
            Event::ShipmentCancelled { .. } => Self::Cancelled,
        }
    }

    /// The number under which the carrier knows it.
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
        given::<Stream>([]).when(Command::Create(consignment(2))).then(created());
        given::<Stream>(created()).when(Command::Create(consignment(2))).then_nothing();
        given::<Stream>(created()).when(Command::Create(consignment(3))).then_refused(Refusal::OtherConsignment);
    }

    #[test]
    fn it_is_dispatched_once_and_keeps_its_number() {
        given::<Stream>(created()).when(dispatch("1Z")).then([dispatched("1Z")]);
        let underway = [created(), vec![dispatched("1Z")]].concat();
        given::<Stream>(&underway).when(dispatch("2Z")).then_nothing();
        let delivered = Event::ShipmentDelivered { order: order(), warehouse: warehouse() };
        given::<Stream>(&underway).when(Command::Deliver).then([delivered.clone()]);
        let state = fold::<Stream>(State::default(), &[underway, vec![delivered]].concat());
        let status = Status::Delivered { tracking: Some("1Z".parse().unwrap()) };
        assert_eq!(state, State::Created { consignment: consignment(2), status });
    }

    #[test]
    fn it_either_leaves_or_stays() {
        let cancelled = Event::ShipmentCancelled { order: order(), warehouse: warehouse() };
        given::<Stream>(created()).when(Command::Cancel).then([cancelled.clone()]);
        let stays = [created(), vec![cancelled]].concat();
        given::<Stream>(stays).when(dispatch("1Z")).then_refused(Refusal::ShipmentCancelled);
        let leaves = [created(), vec![dispatched("1Z")]].concat();
        given::<Stream>(leaves).when(Command::Cancel).then_refused(Refusal::ShipmentDispatched);
    }
}
