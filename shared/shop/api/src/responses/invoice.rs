//! Invoices as the billed customers see them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::invoice::{CreditNote, State, Status};
use shop_domain::values::OrderId;
use shop_domain::values::{Line, Money};
use shop_domain::views::invoice::Document;

/// The invoice of an order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Invoice {
    /// Its id, which is that of its order.
    pub id: OrderId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: InvoiceStatus,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
    /// The amount to pay.
    pub total: Money,
    /// When it was issued.
    pub issued_at: String,
    /// The credit notes for goods that came back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credit_notes: Vec<IssuedCreditNote>,
    /// The amount that the customer still has to pay: the total without the credit notes, until it is paid or not
    /// expected any more.
    pub due: Money,
}

/// A credit note, with its moment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct IssuedCreditNote {
    /// The note.
    #[serde(flatten)]
    pub note: CreditNote,
    /// When it was issued.
    pub at: String,
}

/// The status of an invoice.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum InvoiceStatus {
    Open,
    Sent,
    Paid,
    Credited,
    WrittenOff,
}

impl From<Status> for InvoiceStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Sent => Self::Sent,
            Status::Paid => Self::Paid,
            Status::Credited => Self::Credited,
            Status::WrittenOff => Self::WrittenOff,
        }
    }
}

impl Invoice {
    /// The invoice of a read model.
    #[must_use]
    pub fn of_view(version: Version, document: &Document) -> Option<Self> {
        let State::Issued { bill, status, credit_notes } = &document.state else { return None };
        let uncredited = document.state.uncredited();
        let due = match status {
            Status::Open | Status::Sent => uncredited,
            Status::Paid | Status::Credited | Status::WrittenOff => 0,
        };
        let issued = credit_notes.iter().zip(&document.credited_at);
        let credit_notes =
            issued.map(|(note, at)| IssuedCreditNote { note: note.clone(), at: at.to_string() }).collect();
        let is_credited = uncredited == 0 && bill.totals.total.amount() > 0;
        Some(Self {
            id: document.order.clone(),
            version,
            status: if is_credited { InvoiceStatus::Credited } else { (*status).into() },
            credit_notes,
            due: Money::new(due, bill.totals.total.currency()).ok()?,
            lines: bill.lines.clone(),
            net: bill.totals.net,
            tax: bill.totals.tax,
            total: bill.totals.total,
            issued_at: document.issued_at.to_string(),
        })
    }
}
