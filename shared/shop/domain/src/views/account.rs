//! The accounts: a row for each, found by its key alone. It contains masked cards only.

use crate::account::{Account, Event, OpenedAccount};
use crate::values::{AccountId, MaskedCard};
use foldlog::{Projection, Recorded};
use serde::{Deserialize, Serialize};

/// The read model.
pub struct View;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: AccountId,
    /// Its state.
    pub account: OpenedAccount<MaskedCard>,
}

impl Projection for View {
    const NAME: &'static str = "account";
    type Decider = Account;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let before = document.map(|document| document.account);
        let account = match (&recorded.event, before) {
            (Event::AccountOpened { profile }, _) => OpenedAccount::opened(profile.clone()),
            (event, before) => before?.evolve(event),
        };
        Some(Document { id: recorded.stream.id().parse().ok()?, account })
    }
}
