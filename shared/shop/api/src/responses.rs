//! Bodies of answers. A command and a query answer with the same types, made from the same states.

mod account;
mod audit;
mod export;
mod invoice;
mod payment;
mod product;
mod returns;
mod shipment;
mod sight;
mod warehouse;

pub use account::{Account, AccountAddress, AccountCard, AccountStatus};
pub use audit::{AuditEvent, EventOrder, Observer};
pub use export::{EXPORT_SCHEMA, Export, ExportedOrder};
pub use invoice::{Invoice, InvoiceStatus, IssuedCreditNote};
pub use payment::{Payment, PaymentStatus};
pub use product::{ListedProduct, Product, Stock};
pub use returns::GoodsReturn;
pub use shipment::{Shipment, ShipmentStatus};
pub use sight::{PersonalData, Sight};
pub use warehouse::{Warehouse, WarehouseStatus};

use foldlog::seal::Unreadable;
use foldlog::{Opener, StreamName, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::cart;
use shop_domain::order;
use shop_domain::values::{CartId, Line, Money, OrderId, ShipmentId, Sku, TaxRate, Totals};
use shop_domain::views::order::{Document as OrderDocument, StatusName};

/// A cart.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Its version.
    pub version: Version,
    /// Whether it can still be changed.
    pub status: CartStatus,
    /// Its lines.
    pub lines: Vec<PricedLine>,
    /// The sum of the lines, without tax, in minor units of their currency.
    pub net: i64,
    /// The amount to pay. Before the checkout, it is that of the lines as they are shown, if it can be paid; the shop
    /// fixes the prices at the checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
}

/// Whether a cart can still be changed.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum CartStatus {
    Open,
    CheckedOut,
}

/// A line with its amount.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PricedLine {
    /// The line.
    #[serde(flatten)]
    pub line: Line,
    /// Quantity × unit price, in minor units of its currency.
    pub amount: i64,
}

impl From<&Line> for PricedLine {
    fn from(line: &Line) -> Self {
        let quantity = i64::try_from(line.quantity.get()).unwrap_or(i64::MAX);
        Self { line: line.clone(), amount: line.unit_price.amount().saturating_mul(quantity) }
    }
}

impl Cart {
    /// The cart of a stream, if it was opened.
    #[must_use]
    pub fn of(id: &CartId, version: Version, state: &cart::State, tax_rate: TaxRate) -> Option<Self> {
        let (status, totals) = match state {
            cart::State::Unopened => return None,
            cart::State::Open { lines, .. } => (CartStatus::Open, Totals::of(lines, tax_rate)),
            cart::State::CheckedOut { totals, .. } => (CartStatus::CheckedOut, Some(*totals)),
        };
        let lines: Vec<PricedLine> = state.lines().iter().map(PricedLine::from).collect();
        let net = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount));
        Some(Self { id: id.clone(), version, status, lines, net, totals })
    }
}

/// An order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Order {
    /// Its id: that of its cart.
    pub id: OrderId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: StatusName,
    /// The reason why it failed, was cancelled, is unpaid or cannot be shipped yet. What a person gave as the reason of a
    /// cancellation is shown to the customer, and left out once it is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who cancelled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<CancelledBy>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
    /// The amount to pay.
    pub total: Money,
    /// When it was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<String>,
    /// The statuses that it has had, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineStep>,
    /// Its shipments, one from each warehouse. An order of the past shows none, because shipments are streams of their
    /// own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<ShipmentId>,
    /// The goods that came back after the delivery. Its invoice has the credit notes for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<GoodsReturn>,
}

/// Who cancelled an order.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum CancelledBy {
    /// Its customer.
    Customer,
    /// The staff of the shop.
    Staff,
}

/// Why a confirmed order cannot be shipped.
const REPLACED: &str = "goods of the order are being reserved in another warehouse";

/// A status that an order took.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TimelineStep {
    /// The status.
    pub status: StatusName,
    /// When it took it.
    pub at: String,
}

impl Order {
    /// The order of a stream, without its timeline and shipments, if it was placed. Only if it
    /// [has a reason of a person](order::State::sealed_for), the key of its account is needed to show all of it.
    pub fn of(
        id: &OrderId,
        version: Version,
        state: &order::State,
        sight: Sight<'_>,
    ) -> Result<Option<Self>, Unreadable> {
        let order::State::Placed { placement, status, owed, withdrawals, is_cancelled_by_staff, returns, .. } = state
        else {
            return Ok(None);
        };
        let reason = match status {
            order::Status::Purchased
            | order::Status::Reserving
            | order::Status::Reserved
            | order::Status::Paying
            | order::Status::Paid
            | order::Status::Confirmed
            | order::Status::Shipped
            | order::Status::Delivered => match &owed.debt {
                order::Debt::None if withdrawals.is_open() => Some(REPLACED.to_owned()),
                order::Debt::None => None,
                order::Debt::Unpaid(loss) => Some(loss.to_string()),
                order::Debt::Collecting(_) => Some("another card is being charged".to_owned()),
                order::Debt::WrittenOff(reason) => Some(format!("the amount was written off: {reason}")),
            },
            order::Status::Failed(failure) => Some(failure.to_string()),
            order::Status::Cancelled(_) if sight.is_sealed() => None,
            order::Status::Cancelled(reason) => {
                let opener = Opener { key: sight.key(), stream: &StreamName::of::<order::Order>(id) };
                let reason = reason.as_ref().map(|reason| order::opened_reason(reason, &opener)).transpose()?;
                reason.flatten().map(|reason| reason.to_string())
            }
        };
        let by = if *is_cancelled_by_staff { CancelledBy::Staff } else { CancelledBy::Customer };
        let cancelled_by = matches!(status, order::Status::Cancelled(_)).then_some(by);
        Ok(Some(Self {
            id: id.clone(),
            version,
            status: StatusName::of(status, &owed.debt),
            reason,
            cancelled_by,
            lines: placement.lines.clone(),
            net: placement.totals.net,
            tax: placement.totals.tax,
            total: placement.totals.total,
            placed_at: None,
            timeline: vec![],
            shipments: vec![],
            returns: returns.iter().map(GoodsReturn::from).collect(),
        }))
    }

    /// The order of a read model, without its shipments.
    pub fn of_view(version: Version, document: &OrderDocument, sight: Sight<'_>) -> Result<Option<Self>, Unreadable> {
        let Some(order) = Self::of(&document.id, version, &document.state, sight)? else { return Ok(None) };
        let step =
            |step: &shop_domain::views::order::Step| TimelineStep { status: step.status, at: step.at.to_string() };
        let timeline: Vec<TimelineStep> = document.timeline.iter().map(step).collect();
        let moments = document.returned_at.iter().map(|at| Some(at.to_string()));
        let returns = order.returns.into_iter().zip(moments).map(|(each, at)| GoodsReturn { at, ..each }).collect();
        Ok(Some(Self { placed_at: timeline.first().map(|step| step.at.clone()), timeline, returns, ..order }))
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The link to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One event of the log, as operators see it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogEvent {
    /// `stream@version`
    pub id: String,
    /// When its commit was committed.
    pub at: String,
    /// The stream.
    pub stream: String,
    /// The event's version.
    pub version: Version,
    /// Its stored type.
    #[serde(rename = "type")]
    pub name: String,
    /// Its stored payload.
    pub data: serde_json::Value,
    /// Its correlation id.
    pub correlation: String,
    /// The client's own correlation id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_correlation: Option<String>,
    /// The event that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// The subject of the token, or the name of the function.
    pub actor: String,
}

/// Everything that followed from a request, as operators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Trace {
    /// The correlation id of the request.
    pub correlation: String,
    /// The events. Each event comes after its cause, and after everything that followed from that cause earlier. Events
    /// without a cause in this list are in the order of their commits.
    pub events: Vec<TracedEvent>,
    /// Whether events are missing because they do not fit into one answer. The answer contains the earliest ones.
    pub truncated: bool,
}

/// An event, and its depth below the first one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TracedEvent {
    /// The number of events that lead to it, each causing the next.
    pub depth: usize,
    /// The event.
    #[serde(flatten)]
    pub event: LogEvent,
}

/// The state of a stream at a version, as operators see it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StreamState {
    /// The stream.
    pub stream: String,
    /// The version of the state.
    pub version: Version,
    /// When that version was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The state.
    pub state: serde_json::Value,
}

/// A stream and its last version, as operators see it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StreamEnd {
    /// The stream.
    pub stream: String,
    /// The version of its last event.
    pub version: Version,
    /// When that event was committed.
    pub moved_at: String,
}

/// The differences between two states of a stream.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StreamDiff {
    /// The stream.
    pub stream: String,
    /// The first place.
    pub from: StreamPlace,
    /// The second place.
    pub to: StreamPlace,
    /// The differences. The list is empty if the states are equal.
    pub changes: Vec<StateChange>,
}

/// A place in the history of a stream.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StreamPlace {
    /// The version of the last event before it. 0 is before the first event.
    pub version: Version,
    /// When that event was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A place where two states differ.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StateChange {
    /// A JSON pointer into both (RFC 6901).
    pub path: String,
    /// The value in the first state, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// The value in the second state, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
}

/// The health of the shop.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Health {
    /// The status.
    pub status: HealthStatus,
    /// Whether the shop carries out commands. It always answers reads.
    pub commands: Switch,
}

/// On or off.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Switch {
    On,
    Off,
}

/// The status.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum HealthStatus {
    Ok,
}

/// The stock of a product in every warehouse that has or had it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StockOfProduct {
    /// The product.
    pub sku: Sku,
    /// The units in all warehouses.
    pub on_hand: u64,
    /// The units that are reserved for orders.
    pub reserved: u64,
    /// The units that can still be reserved.
    pub available: u64,
    /// Each warehouse.
    pub warehouses: Vec<Stock>,
}
