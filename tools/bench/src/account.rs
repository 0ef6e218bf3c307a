//! The stream type of the benches: an account with stored events of about 200 bytes and a small state.

use foldlog::{Decider, Event as Stored, Refusal, RefusalKind};
use serde::{Deserialize, Serialize};
use shop_domain::values::AccountId;

/// The text of an entry that is booked alone: it brings the stored event to 200 bytes.
pub(crate) const LONG: &str = "Booked by a benchmark: what an ordinary entry says about itself, its reason, \
                               its counterpart and the note that somebody left beside it, in full.";
/// The text of each of several entries that are booked together, so that all of them fit into one write unit.
pub(crate) const SHORT: &str = "One of several entries, each with a note";

/// The account's decider.
pub(crate) struct Account;

/// Book an amount several times.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Book {
    /// The amount of each entry.
    pub(crate) amount: u64,
    /// The number of entries.
    pub(crate) entries: usize,
    /// The text of each entry.
    pub(crate) text: &'static str,
    /// Whether the account is new.
    #[serde(skip)]
    pub(crate) first: bool,
}

/// An event of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
pub(crate) enum Event {
    /// An entry.
    Booked {
        /// The booked amount.
        amount: u64,
        /// Its text.
        text: String,
    },
}

impl Stored for Event {}

/// The state: the balance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Balance {
    /// The sum of the entries.
    pub(crate) amount: u64,
    /// The number of entries.
    pub(crate) entries: u64,
}

/// The balance would be too large.
#[derive(Debug, thiserror::Error)]
#[error("the balance would be too large")]
pub(crate) struct Full;

impl Refusal for Full {
    fn kind(&self) -> RefusalKind {
        RefusalKind::RuleViolated
    }
}

impl From<&Full> for &'static str {
    fn from(_: &Full) -> Self {
        "full"
    }
}

impl Decider for Account {
    const CATEGORY: &'static str = "account";
    const STATE_SCHEMA: u32 = 1;
    type Id = AccountId;
    type State = Balance;
    type Command = Book;
    type Event = Event;
    type Refusal = Full;

    fn creates(command: &Book) -> bool {
        command.first
    }

    fn decide(state: &Balance, command: &Book) -> Result<Vec<Event>, Full> {
        let added = command.amount.checked_mul(command.entries as u64).ok_or(Full)?;
        state.amount.checked_add(added).ok_or(Full)?;
        Ok(vec![Event::Booked { amount: command.amount, text: command.text.to_owned() }; command.entries])
    }

    fn evolve(state: Balance, event: &Event) -> Balance {
        let Event::Booked { amount, .. } = event;
        Balance { amount: state.amount.saturating_add(*amount), entries: state.entries + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog::Events;

    #[test]
    fn an_entry_by_itself_is_stored_in_about_200_bytes_and_five_together_in_less_than_600() {
        let stored = |command: &Book| {
            let events = Account::decide(&Balance::default(), command).unwrap();
            Events::encode(&events).unwrap().text().len()
        };
        assert!((195..=210).contains(&stored(&Book { amount: 1, entries: 1, text: LONG, first: false })));
        assert!(stored(&Book { amount: 1, entries: 5, text: SHORT, first: false }) < 600);
    }

    #[test]
    fn an_account_that_would_run_over_refuses() {
        let full = Balance { amount: u64::MAX, entries: 1 };
        assert!(Account::decide(&full, &Book { amount: 1, entries: 1, text: LONG, first: false }).is_err());
        assert!(Account::decide(&full, &Book { amount: u64::MAX, entries: 2, text: LONG, first: false }).is_err());
    }
}
