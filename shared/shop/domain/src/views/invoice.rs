//! The invoices: a row for each, found by its key alone. The key is the id of the order.

use crate::invoice::{self, Event, State};
use crate::values::{AccountId, OrderId};
use foldlog::{Decider, Projection, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

/// The read model.
pub struct View;

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The order that it bills.
    pub order: OrderId,
    /// Its state.
    pub state: State,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When its credit notes were issued: a moment for each of the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credited_at: Vec<Timestamp>,
}

impl Document {
    /// The account that is billed.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        match &self.state {
            State::Unissued => None,
            State::Issued { bill, .. } => Some(&bill.account),
        }
    }
}

impl Projection for View {
    const NAME: &'static str = "invoice";
    type Decider = invoice::Invoice;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let now = recorded.committed_at;
        let (before, issued_at, mut credited_at) = document.map_or_else(
            || (State::default(), now, vec![]),
            |document| (document.state, document.issued_at, document.credited_at),
        );
        if matches!(recorded.event, Event::InvoicePartlyCredited(_)) {
            credited_at.push(now);
        }
        let state = invoice::Invoice::evolve(before, &recorded.event);
        Some(Document { order: recorded.stream.id().parse().ok()?, state, issued_at, credited_at })
    }
}
