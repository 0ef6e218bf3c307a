//! `warehouse-<id>`: a warehouse, with its name and address.

use crate::values::{Address, Name, WarehouseId};
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decider of a warehouse.
pub struct Warehouse;

/// A command to a warehouse.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Open the warehouse.
    Open(Site),
    /// Move the warehouse to another address, with its stock.
    Move {
        /// The new address.
        address: Address,
    },
    /// Rename the warehouse.
    Rename {
        /// The new name.
        name: Name,
    },
    /// Close the warehouse.
    Close,
}

/// The content of a warehouse: its name and address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// Its name.
    pub name: Name,
    /// Its address.
    pub address: Option<Address>,
}

/// An event of a warehouse.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    WarehouseOpened(Site),
    WarehouseMoved { address: Address },
    WarehouseRenamed { name: Name },
    WarehouseClosed {},
}

impl foldlog::Event for Event {}

/// The state of a warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The warehouse was never opened.
    #[default]
    Unopened,
    /// The warehouse is open.
    Open(Site),
    /// The warehouse is closed.
    Closed(Site),
}

/// Why a warehouse refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The warehouse does not exist.
    #[error("there is no warehouse with this id; open it first")]
    UnknownWarehouse,
    /// Another warehouse has this id.
    #[error("a warehouse with this id is open already; choose another id, or move that warehouse")]
    WarehouseAlreadyOpen,
    /// The warehouse is closed.
    #[error("the warehouse is closed; open one with another id")]
    WarehouseClosed,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownWarehouse) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl Decider for Warehouse {
    const CATEGORY: &'static str = "warehouse";
    const STATE_SCHEMA: u32 = 1;
    type Id = WarehouseId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Open(_))
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match (state, command) {
            (State::Unopened, Command::Open(site)) => Ok(vec![Event::WarehouseOpened(site.clone())]),
            (State::Unopened, Command::Move { .. } | Command::Rename { .. } | Command::Close) => {
                Err(Refusal::UnknownWarehouse)
            }
            (State::Open(site), Command::Open(asked)) if site == asked => Ok(vec![]),
            (State::Open(_), Command::Open(_)) => Err(Refusal::WarehouseAlreadyOpen),
            (State::Open(site), Command::Move { address }) if site.address.as_ref() == Some(address) => Ok(vec![]),
            (State::Open(_), Command::Move { address }) => Ok(vec![Event::WarehouseMoved { address: address.clone() }]),
            (State::Open(site), Command::Rename { name }) if site.name == *name => Ok(vec![]),
            (State::Open(_), Command::Rename { name }) => Ok(vec![Event::WarehouseRenamed { name: name.clone() }]),
            (State::Open(_), Command::Close) => Ok(vec![Event::WarehouseClosed {}]),
            (State::Closed(_), Command::Open(_) | Command::Move { .. } | Command::Rename { .. }) => {
                Err(Refusal::WarehouseClosed)
            }
            (State::Closed(_), Command::Close) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event.clone()) {
            (_, Event::WarehouseOpened(site)) => State::Open(site),
            (State::Open(site), Event::WarehouseMoved { address }) => {
                State::Open(Site { address: Some(address), ..site })
            }
            (State::Open(site), Event::WarehouseRenamed { name }) => State::Open(Site { name, ..site }),
            (State::Open(site), Event::WarehouseClosed {}) => State::Closed(site),
            (
                other @ (State::Unopened | State::Closed(_)),
                Event::WarehouseMoved { .. } | Event::WarehouseRenamed { .. } | Event::WarehouseClosed {},
            ) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog_testing::specification::given;

    fn address(city: &str) -> Address {
        let lines = vec!["Hafen 3".parse().unwrap()];
        Address::new(lines, city.parse().unwrap(), "10115".parse().unwrap(), "DE".parse().unwrap()).unwrap()
    }

    fn site(city: &str) -> Site {
        Site { name: "East".parse().unwrap(), address: Some(address(city)) }
    }

    fn opened() -> Vec<Event> {
        vec![Event::WarehouseOpened(site("Berlin"))]
    }

    #[test]
    fn an_id_names_one_warehouse_for_ever() {
        given::<Warehouse>([]).when(Command::Open(site("Berlin"))).then(opened());
        given::<Warehouse>(opened()).when(Command::Open(site("Berlin"))).then_nothing();
        given::<Warehouse>(opened()).when(Command::Open(site("Bonn"))).then_refused(Refusal::WarehouseAlreadyOpen);
        let closed = [opened(), vec![Event::WarehouseClosed {}]].concat();
        given::<Warehouse>(closed).when(Command::Open(site("Berlin"))).then_refused(Refusal::WarehouseClosed);
    }

    #[test]
    fn a_warehouse_moves_where_it_is_not_yet() {
        let moved = Event::WarehouseMoved { address: address("Bonn") };
        given::<Warehouse>(opened()).when(Command::Move { address: address("Berlin") }).then_nothing();
        given::<Warehouse>(opened()).when(Command::Move { address: address("Bonn") }).then([moved.clone()]);
        let there = [opened(), vec![moved]].concat();
        given::<Warehouse>(there).when(Command::Move { address: address("Bonn") }).then_nothing();
    }

    #[test]
    fn a_warehouse_is_renamed_as_long_as_it_is_one() {
        let rename = |name: &str| Command::Rename { name: name.parse().unwrap() };
        let renamed = Event::WarehouseRenamed { name: "East 2".parse().unwrap() };
        given::<Warehouse>([]).when(rename("East 2")).then_refused(Refusal::UnknownWarehouse);
        given::<Warehouse>(opened()).when(rename("East")).then_nothing();
        given::<Warehouse>(opened()).when(rename("East 2")).then([renamed.clone()]);
        let so_called = [opened(), vec![renamed]].concat();
        given::<Warehouse>(&so_called).when(rename("East 2")).then_nothing();
        let closed = [so_called, vec![Event::WarehouseClosed {}]].concat();
        given::<Warehouse>(closed).when(rename("East 2")).then_refused(Refusal::WarehouseClosed);
    }
}
