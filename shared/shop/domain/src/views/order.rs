//! The orders: a row for each, with its timeline. You find orders by account and by status, in the order in which they
//! were placed. You find orders that people moved (cancelled, shipped, named another card, wrote the amount off, withdrew
//! goods or took them back) by the moment at which they did.
//!
//! An order that takes goods back stays delivered, because its delivery is as true as before. Its row has the returns.

use super::shard;
use crate::order::{self, Debt, Event, State};
use crate::values::{Invalid, OrderId};
use foldlog::{Decider, Index, Projection, Recorded, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The partition key of the index by account.
pub const ACCOUNT: &str = "account";
/// The partition key of the index by status: status and shard.
pub const STATUS: &str = "status";
/// The sort key of both: when the order was placed, and its id.
pub const PLACED: &str = "placed";

/// The orders of an account.
pub const BY_ACCOUNT: Index = Index { view: View::NAME, name: ACCOUNT, partition: ACCOUNT, sort: PLACED };
/// The orders of a status.
pub const BY_STATUS: Index = Index { view: View::NAME, name: STATUS, partition: STATUS, sort: PLACED };
/// The number of partitions of each status.
pub const SHARDS: u64 = 8;
/// The index of orders that a customer or the staff moved, and its partition key: a shard.
pub const MOVED: &str = "moved";
/// Its sort key: when it was moved, and its id.
pub const MOVED_AT: &str = "moved_at";
/// The orders that people moved.
pub const BY_MOVE: Index = Index { view: View::NAME, name: MOVED, partition: MOVED, sort: MOVED_AT };
/// The number of its partitions.
pub const MOVED_SHARDS: u64 = 4;

/// The read model.
pub struct View;

/// An order with its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: OrderId,
    /// Its state.
    pub state: State,
    /// The statuses that it took, oldest first.
    pub timeline: Vec<Step>,
    /// When a person last named another card, wrote the amount off or withdrew goods, until the process answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted_at: Option<Timestamp>,
    /// When goods came back, oldest first: a moment for each return of the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned_at: Vec<Timestamp>,
}

/// A status that the order took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The status.
    pub status: StatusName,
    /// The moment.
    pub at: Timestamp,
}

/// The status of an order, as clients see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::EnumString, strum::Display)]
#[serde(rename_all = "UPPERCASE")]
#[strum(serialize_all = "UPPERCASE", parse_err_ty = Invalid, parse_err_fn = unknown_status)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum StatusName {
    Purchased,
    Pending,
    Confirmed,
    Shipped,
    Delivered,
    Failed,
    Cancelled,
    /// It lost its payment, and is not shipped until it has one again.
    Unpaid,
    /// Its goods have left, and it lost its payment.
    Overdue,
}

fn unknown_status(text: &str) -> Invalid {
    Invalid::new(
        text,
        "a status (PURCHASED, PENDING, CONFIRMED, SHIPPED, DELIVERED, FAILED, CANCELLED, UNPAID or OVERDUE)",
    )
}

impl From<&order::Status> for StatusName {
    fn from(status: &order::Status) -> Self {
        match status {
            order::Status::Purchased => Self::Purchased,
            order::Status::Reserving | order::Status::Reserved | order::Status::Paying | order::Status::Paid => {
                Self::Pending
            }
            order::Status::Confirmed => Self::Confirmed,
            order::Status::Shipped => Self::Shipped,
            order::Status::Delivered => Self::Delivered,
            order::Status::Failed(_) => Self::Failed,
            order::Status::Cancelled(_) => Self::Cancelled,
        }
    }
}

impl StatusName {
    /// Whether nothing more is to come of an order of this status, unless goods come back.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        match self {
            Self::Delivered | Self::Failed | Self::Cancelled => true,
            Self::Purchased | Self::Pending | Self::Confirmed | Self::Shipped | Self::Unpaid | Self::Overdue => false,
        }
    }

    /// The status of an order with its debt.
    #[must_use]
    pub fn of(status: &order::Status, debt: &Debt) -> Self {
        match (debt, Self::from(status)) {
            (Debt::Unpaid(_) | Debt::Collecting(_), Self::Confirmed) => Self::Unpaid,
            (Debt::Unpaid(_) | Debt::Collecting(_), Self::Shipped | Self::Delivered) => Self::Overdue,
            (_, status) => status,
        }
    }
}

/// The partition of a status and shard in the index by status.
#[must_use]
pub fn status_partition(status: StatusName, shard: u64) -> String {
    format!("{status}/{shard}")
}

impl Projection for View {
    const NAME: &'static str = "order";
    const PARTITIONS: &'static [&'static str] = &[ACCOUNT, STATUS, MOVED];
    type Decider = order::Order;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let (before, mut timeline, acted_at, mut returned_at) = document
            .map(|document| (document.state, document.timeline, document.acted_at, document.returned_at))
            .unwrap_or_default();
        let state = order::Order::evolve(before, &recorded.event).without_sealed_card();
        if let State::Placed { status, owed, .. } = &state {
            // An order that owes something arrives all the same: its timeline has both.
            let arrives = matches!(recorded.event, Event::OrderDelivered {}).then(|| StatusName::from(status));
            for status in arrives.into_iter().chain([StatusName::of(status, &owed.debt)]) {
                if timeline.last().is_none_or(|last: &Step| last.status != status) {
                    timeline.push(Step { status, at: recorded.committed_at });
                }
            }
        }
        let acted_at = match &recorded.event {
            Event::CardReplaced { .. } | Event::PaymentWrittenOff { .. } | Event::ReservationWithdrawn { .. } => {
                Some(recorded.committed_at)
            }
            Event::PaymentLost { .. } | Event::PaymentRegained {} | Event::ReservationReplaced { .. } => None,
            Event::GoodsReturned(_) => {
                returned_at.push(recorded.committed_at);
                acted_at
            }
            Event::OrderPlaced(_)
            | Event::AccountConnected(_)
            | Event::ReservationRequested {}
            | Event::ReservationSucceeded {}
            | Event::ReservationFailed { .. }
            | Event::PaymentConnected {}
            | Event::PaymentSucceeded {}
            | Event::PaymentFailed {}
            | Event::OrderConfirmed {}
            | Event::OrderShipped { .. }
            | Event::OrderDelivered {}
            | Event::OrderCancelled { .. }
            | Event::OrderFailed { .. } => acted_at,
        };
        Some(Document { id: recorded.stream.id().parse().ok()?, state, timeline, acted_at, returned_at })
    }

    fn index(document: &Document) -> Vec<(&'static str, String)> {
        let Some((placed, now)) = document.timeline.first().zip(document.timeline.last()) else { return vec![] };
        let listed = document.state.account().into_iter().flat_map(|account| {
            [
                (ACCOUNT, account.to_string()),
                (STATUS, status_partition(now.status, shard(document.id.as_str(), SHARDS))),
                (PLACED, format!("{}#{}", placed.at, document.id)),
            ]
        });
        // Customers and staff do this without a request of the process, so the process may have missed it.
        let unasked = matches!(now.status, StatusName::Cancelled | StatusName::Shipped).then_some(now.at);
        let moved = document.acted_at.max(unasked).max(document.returned_at.last().copied()).map(|at| {
            let shard = shard(document.id.as_str(), MOVED_SHARDS).to_string();
            [(MOVED, shard), (MOVED_AT, format!("{at}#{}", document.id))]
        });
        listed.chain(moved.into_iter().flatten()).collect()
    }
}
