//! Invoices as the billed customers see them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::invoice::{State, Status};
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
}

impl From<Status> for InvoiceStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Sent => Self::Sent,
            Status::Paid => Self::Paid,
            Status::Credited => Self::Credited,
        }
    }
}

impl Invoice {
    /// The invoice of a read model.
    #[must_use]
    pub fn of_view(version: Version, document: &Document) -> Option<Self> {
        let State::Issued { bill, status } = &document.state else { return None };
        Some(Self {
            id: document.order.clone(),
            version,
            status: (*status).into(),
            lines: bill.lines.clone(),
            net: bill.totals.net,
            tax: bill.totals.tax,
            total: bill.totals.total,
            issued_at: document.issued_at.to_string(),
        })
    }
}
