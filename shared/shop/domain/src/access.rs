//! `access-<account>`: who of the staff and the operators read the data of an account, and why.
//!
//! A reading is recorded before it is answered, so a reading that cannot be recorded is not answered. The actor of the
//! commit is the reader. The stream refuses nothing, and no function reacts to it. It is a category of its own, and not
//! a part of `audit-…`, so that the function that shows accounts cannot record the action of an operator.

use crate::values::{AccountId, RevealReason, RouteName};
use foldlog::{Decider, NoRefusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decider of the readings of an account.
pub struct Access;

/// A command to the readings of an account.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Record a reading.
    Record(Event),
}

/// A reading.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A request read the account without its personal data.
    AccountRead {
        /// The route.
        route: RouteName,
    },
    /// A request read the account with its personal data.
    PersonalDataRevealed {
        /// The route.
        route: RouteName,
        /// Why, as the reader says.
        reason: RevealReason,
    },
}

impl foldlog::Event for Event {}

/// How often an account was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The number of readings without personal data.
    pub read: u64,
    /// The number of readings with them.
    pub revealed: u64,
}

impl Decider for Access {
    const CATEGORY: &'static str = "access";
    const STATE_SCHEMA: u32 = 1;
    type Id = AccountId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = NoRefusal;

    fn decide(_: &State, Command::Record(event): &Command) -> Result<Vec<Event>, NoRefusal> {
        Ok(vec![event.clone()])
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::AccountRead { .. } => State { read: state.read + 1, ..state },
            Event::PersonalDataRevealed { .. } => State { revealed: state.revealed + 1, ..state },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog::write::decider::fold;
    use foldlog_testing::specification::given;

    #[test]
    fn each_reading_is_recorded_and_counted() {
        let route = || "GET /accounts/{id}".parse().unwrap();
        let read = Event::AccountRead { route: route() };
        let revealed = Event::PersonalDataRevealed { route: route(), reason: "a call".parse().unwrap() };
        given::<Access>([]).when(Command::Record(read.clone())).then([read.clone()]);
        given::<Access>([read.clone()]).when(Command::Record(read.clone())).then([read.clone()]);
        let state = fold::<Access>(State::default(), &[read, revealed.clone(), revealed]);
        assert_eq!(state, State { read: 1, revealed: 2 });
    }
}
