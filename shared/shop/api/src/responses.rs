//! Bodies of answers. A command and a query answer with the same shapes, made from the same states.

mod account;
mod audit;
mod invoice;
mod payment;
mod product;
mod shipment;
mod warehouse;

pub use account::{Account, AccountAddress, AccountCard, AccountStatus};
pub use audit::{AuditEvent, EventOrder, Observer};
pub use invoice::{Invoice, InvoiceStatus};
pub use payment::{Payment, PaymentStatus};
pub use product::{ListedProduct, Product, Stock};
pub use shipment::{Shipment, ShipmentStatus};
pub use warehouse::{Warehouse, WarehouseStatus};

use foldlog::{Timestamp, Version};
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::cart;
use shop_domain::order;
use shop_domain::values::{CartId, Line, Money, OrderId, ShipmentId, Sku, Totals};
use shop_domain::views::order::{Document as OrderDocument, StatusName};

/// A cart.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// The version of its stream.
    pub version: Version,
    /// Whether it can still be changed.
    pub status: CartStatus,
    /// What is in it.
    pub lines: Vec<PricedLine>,
    /// What the lines cost together, without tax, in minor units of their currency.
    pub net: i64,
    /// What is to be paid, from checkout on.
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

/// A line with what it costs.
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
    /// A cart as its stream has it; none where it was not opened.
    #[must_use]
    pub fn of(id: &CartId, version: Version, state: &cart::State) -> Option<Self> {
        let (status, totals) = match state {
            cart::State::Unopened => return None,
            cart::State::Open { .. } => (CartStatus::Open, None),
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
    /// The version of its stream.
    pub version: Version,
    /// What became of it.
    pub status: StatusName,
    /// Why it failed or was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was bought.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
    /// What is to be paid.
    pub total: Money,
    /// When it was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<String>,
    /// What happened to it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineStep>,
    /// What was made ready for it, one shipment from each warehouse. Left out of an order as it was: shipments are
    /// streams of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<ShipmentId>,
}

/// A status that an order took.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TimelineStep {
    /// Which.
    pub status: StatusName,
    /// When.
    pub at: String,
}

impl Order {
    /// An order as its stream has it, without its timeline and shipments; none where it was not placed.
    #[must_use]
    pub fn of(id: &OrderId, version: Version, state: &order::State) -> Option<Self> {
        let order::State::Placed { placement, status, .. } = state else { return None };
        let reason = match status {
            order::Status::Purchased
            | order::Status::Reserving
            | order::Status::Reserved
            | order::Status::Paying
            | order::Status::Paid
            | order::Status::Confirmed
            | order::Status::Shipped
            | order::Status::Delivered => None,
            order::Status::Failed(failure) => Some(failure.to_string()),
            order::Status::Cancelled(reason) => reason.as_ref().map(ToString::to_string),
        };
        Some(Self {
            id: id.clone(),
            version,
            status: status.into(),
            reason,
            lines: placement.lines.clone(),
            net: placement.totals.net,
            tax: placement.totals.tax,
            total: placement.totals.total,
            placed_at: None,
            timeline: vec![],
            shipments: vec![],
        })
    }

    /// An order as its read model has it, without its shipments.
    #[must_use]
    pub fn of_view(version: Version, document: &OrderDocument) -> Option<Self> {
        let order = Self::of(&document.id, version, &document.state)?;
        let step =
            |step: &shop_domain::views::order::Step| TimelineStep { status: step.status, at: step.at.to_string() };
        let timeline: Vec<TimelineStep> = document.timeline.iter().map(step).collect();
        Some(Self { placed_at: timeline.first().map(|step| step.at.clone()), timeline, ..order })
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page is, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One event of the log, as operators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
    /// What it belongs to.
    pub correlation: String,
    /// The client's own correlation id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_correlation: Option<String>,
    /// The event it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// Who acted.
    pub actor: String,
}

/// All that came of a request, as operators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Trace {
    /// The correlation id that was asked for.
    pub correlation: String,
    /// The events: each stands right behind the one that it follows from and what else followed from that before, those
    /// that follow from nothing here by when they were committed.
    pub events: Vec<TracedEvent>,
    /// Whether more belongs to it than one answer has room for: then the earliest are here.
    pub truncated: bool,
}

/// An event, and how far it is from what all began with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TracedEvent {
    /// How many events lead to it, one following from the other.
    pub depth: usize,
    /// The event.
    #[serde(flatten)]
    pub event: LogEvent,
}

/// A stream's state at a version, as operators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StreamState {
    /// The stream.
    pub stream: String,
    /// The version that the state is of.
    pub version: Version,
    /// When that version was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The state.
    pub state: serde_json::Value,
}

/// A stream and how far it came, as operators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StreamEnd {
    /// The stream.
    pub stream: String,
    /// The version of its last event.
    pub version: Version,
    /// When that was committed.
    pub moved_at: String,
}

/// What changed in a stream's state between two places of its life.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StreamDiff {
    /// The stream.
    pub stream: String,
    /// The one place.
    pub from: StreamPlace,
    /// The other.
    pub to: StreamPlace,
    /// Where the states differ: nowhere, if there is nothing here.
    pub changes: Vec<StateChange>,
}

/// A place in a stream's life.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StreamPlace {
    /// The version of the last event before it; 0 before the first.
    pub version: Version,
    /// When that was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A place where two states differ.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StateChange {
    /// A JSON pointer into both (RFC 6901).
    pub path: String,
    /// What stands there in the one; left out where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// What stands there in the other; left out where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
}

/// That somebody is there.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Health {
    /// How it is.
    pub status: HealthStatus,
    /// Whether commands are carried out; reads are answered in any case.
    pub commands: Switch,
}

/// Whether it is on.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Switch {
    On,
    Off,
}

/// How it is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum HealthStatus {
    Ok,
}

/// A product in every warehouse that has or had it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StockOfProduct {
    /// The product.
    pub sku: Sku,
    /// How many lie there, together.
    pub on_hand: u64,
    /// How many of them are held for orders.
    pub reserved: u64,
    /// How many can still be reserved.
    pub available: u64,
    /// Each warehouse.
    pub warehouses: Vec<Stock>,
}

/// The moment as answers show it.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.to_string()
}
