//! What the shop holds about a customer.

use super::{Account, Cart, Invoice, Order, Payment};
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of an export.
pub const EXPORT_SCHEMA: u32 = 1;

/// What the shop holds about a customer, with a page of the orders. `GET /accounts/{id}/events` has the history of the
/// account.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The number of this schema. Fields may be added under the same number.
    pub schema: u32,
    /// The account.
    pub account: Account,
    /// Orders of the account, newest first.
    pub orders: Vec<ExportedOrder>,
    /// The link to the same document with the next orders, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An order with everything that belongs to it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExportedOrder {
    /// The order.
    pub order: Order,
    /// The cart that it was placed from.
    pub cart: Option<Cart>,
    /// Its payments, oldest first: one for each attempt.
    pub payments: Vec<Payment>,
    /// Its invoice. Null if none was issued.
    pub invoice: Option<Invoice>,
}
