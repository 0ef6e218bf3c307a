//! The events of a process: noted outcomes, intents and deadlines.

use super::{Candidate, Step};
use crate::invoice::{Bill, CreditNote};
use crate::order::{Failure, Loss, Placement, Return};
use crate::payment::Charge;
use crate::shipment::is_none;
use crate::values::{
    AccountId, AddressId, Attempt, CardToken, Means, Money, Personal, Quantity, ShipmentId, Sku, TrackingNumber,
    WarehouseId,
};
use foldlog::write::event::Upcaster;
use foldlog::{Timestamp, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An event of a process: an outcome or a deadline that it noted, or an intent. Intents are named `…Requested`, and
/// each of them ends in an outcome.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    OrderPlacementRequested(Placement),
    /// Contains the warehouses that may have each product, sorted by id, with the quantity that a view showed there.
    PlacementNoted {
        candidates: BTreeMap<Sku, Vec<Candidate>>,
        means: Means,
    },
    ReservationRequested {
        warehouse: WarehouseId,
        sku: Sku,
        quantity: Quantity,
    },
    /// Contains what the warehouse holds. If that is less than asked, also the warehouses that may have the rest.
    ReservationNoted {
        warehouse: WarehouseId,
        sku: Sku,
        reservation: Option<Version>,
        quantity: Quantity,
        candidates: Option<Vec<Candidate>>,
    },
    /// Contains the warehouses that may have the goods instead.
    RejectionNoted {
        warehouse: WarehouseId,
        sku: Sku,
        reservation: Option<Version>,
        candidates: Option<Vec<Candidate>>,
    },
    ReservationReleaseRequested(StockPosition),
    ReleaseNoted(StockPosition),
    StockDispatchRequested(StockPosition),
    StockDispatchNoted(StockPosition),
    PaymentRequested {
        #[serde(flatten)]
        charge: Charge,
        #[serde(flatten)]
        of: OfPayment,
    },
    AuthorisationNoted(OfPayment),
    DeclineNoted(OfPayment),
    PaymentCaptureRequested(OfPayment),
    CaptureNoted(OfPayment),
    CaptureFailureNoted(OfPayment),
    PaymentVoidRequested(OfPayment),
    VoidNoted(OfPayment),
    PaymentRefundRequested(OfPayment),
    RefundNoted(OfPayment),
    ConfirmationRequested {},
    ConfirmationNoted {},
    InvoiceRequested(Bill),
    InvoiceNoted {},
    InvoiceSettlementRequested {},
    InvoiceSettlementNoted {},
    InvoiceCreditRequested {},
    InvoiceCreditNoted {},
    ShipmentRequested(Parcel),
    ShipmentNoted {
        warehouse: WarehouseId,
        shipment: ShipmentId,
    },
    ShippingNoted {
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    ShipmentDispatchRequested {
        warehouse: WarehouseId,
        tracking: Option<TrackingNumber>,
    },
    ShipmentDispatchNoted {
        warehouse: WarehouseId,
    },
    ShipmentDeliveryNoted {
        warehouse: WarehouseId,
    },
    /// The number is that of the withdrawals so far.
    ShipmentCancellationRequested {
        warehouse: WarehouseId,
        #[serde(default, skip_serializing_if = "is_none")]
        number: u32,
    },
    ShipmentCancellationNoted {
        warehouse: WarehouseId,
    },
    OrderDeliveryRequested {},
    OrderDeliveryNoted {},
    FailureRequested {
        reason: Failure,
    },
    FailureNoted {},
    CancellationNoted {},
    DeadlineSet {
        step: Step,
        at: Timestamp,
    },
    DeadlinePassed {
        step: Step,
    },
    /// The moment at which the hold of the last payment is to be authorised anew.
    RenewalSet {
        at: Timestamp,
    },
    RenewalDue {},
    /// The provider reports another amount than the charge's.
    DisputeNoted(OfPayment),
    RefundFailureNoted(OfPayment),
    PaymentLossRequested {
        reason: Loss,
    },
    PaymentLossNoted {},
    PaymentRegainRequested {},
    PaymentRegainNoted {},
    CardReplacementNoted {
        card: Personal<CardToken>,
        number: u32,
    },
    WriteOffNoted {},
    InvoiceWriteOffRequested {},
    InvoiceWriteOffNoted {},
    /// The staff withdrew goods. Contains the warehouses that may have them instead.
    WithdrawalNoted {
        warehouse: WarehouseId,
        sku: Sku,
        number: u32,
        candidates: Vec<Candidate>,
    },
    ReservationReplacementRequested {
        number: u32,
    },
    ReservationReplacementNoted {},
    /// The number is that of the withdrawals so far.
    ShipmentRepackingRequested {
        warehouse: WarehouseId,
        contents: BTreeMap<Sku, Quantity>,
        number: u32,
    },
    ReturnNoted(Return),
    /// Asks for a part of a captured payment. The number is that of the return.
    PartialRefundRequested {
        number: u32,
        amount: Money,
        #[serde(flatten)]
        of: OfPayment,
    },
    PartialRefundNoted {
        number: u32,
    },
    PartialRefundFailureNoted {
        number: u32,
    },
    CreditNoteRequested(CreditNote),
    CreditNoteNoted {
        number: u32,
    },
    StockReturnRequested(Receipt),
    StockReturnNoted {
        number: u32,
        sku: Sku,
    },
}

/// The payment that an event is about. Most orders have one payment, and their payloads do not mention it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfPayment {
    /// The attempt.
    #[serde(default, skip_serializing_if = "Attempt::is_first")]
    pub attempt: Attempt,
}

impl From<Attempt> for OfPayment {
    fn from(attempt: Attempt) -> Self {
        Self { attempt }
    }
}

/// One of an order's reservations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockPosition {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
    /// The identity of the reservation: the version of the intent that asked for it. Older stocks name none; it is the
    /// one of the first request to the warehouse then.
    pub reservation: Option<Version>,
}

/// The goods that one warehouse sends to a customer: a consignment without its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parcel {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The account that bought them.
    pub account: AccountId,
    /// The id of the account's address to ship to. Absent if the account has none.
    pub address: Option<AddressId>,
    /// The quantity of each product.
    pub contents: BTreeMap<Sku, Quantity>,
}

/// Goods that a warehouse is asked to take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The number of the return.
    pub number: u32,
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
    /// The quantity.
    pub quantity: Quantity,
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload has no categories: they are optional.
        Upcaster { event: "OrderPlacementRequested", from: 1, step: |data| data },
        // The older payload has no card or address: they are optional.
        Upcaster { event: "OrderPlacementRequested", from: 2, step: |data| data },
        Upcaster { event: "PlacementNoted", from: 1, step: |data| with_availability(&data) },
        // The older payload has no identity and no candidates, and the warehouse holds all that was asked.
        Upcaster { event: "ReservationNoted", from: 1, step: with_all_that_was_asked },
        Upcaster { event: "RejectionNoted", from: 1, step: |data| data },
        // The older payloads have no identity: it is optional.
        Upcaster { event: "ReservationReleaseRequested", from: 1, step: |data| data },
        Upcaster { event: "ReleaseNoted", from: 1, step: |data| data },
        Upcaster { event: "StockDispatchRequested", from: 1, step: |data| data },
        Upcaster { event: "StockDispatchNoted", from: 1, step: |data| data },
        // The older payload has no number: nothing was withdrawn then.
        Upcaster { event: "ShipmentCancellationRequested", from: 1, step: |data| data },
        // The older payloads are of the first attempt to pay: the attempt is optional.
        Upcaster { event: "PaymentRequested", from: 1, step: |data| data },
        Upcaster { event: "AuthorisationNoted", from: 1, step: |data| data },
        Upcaster { event: "DeclineNoted", from: 1, step: |data| data },
        Upcaster { event: "PaymentCaptureRequested", from: 1, step: |data| data },
        Upcaster { event: "CaptureNoted", from: 1, step: |data| data },
        Upcaster { event: "CaptureFailureNoted", from: 1, step: |data| data },
        Upcaster { event: "PaymentVoidRequested", from: 1, step: |data| data },
        Upcaster { event: "VoidNoted", from: 1, step: |data| data },
        Upcaster { event: "PaymentRefundRequested", from: 1, step: |data| data },
        Upcaster { event: "RefundNoted", from: 1, step: |data| data },
        // The older payloads are not sealed, and stay so.
        Upcaster { event: "PlacementNoted", from: 2, step: |data| data },
        Upcaster { event: "PaymentRequested", from: 2, step: |data| data },
        Upcaster { event: "CardReplacementNoted", from: 1, step: |data| data },
    ];
}

/// The older payload has only the ids of the candidates, because the process asked each of them for a whole line. The
/// upcaster keeps their order, and assumes that each has enough.
fn with_availability(data: &Value) -> Value {
    let candidate = |warehouse: &Value| json!({ "warehouse": warehouse, "available": Quantity::MOST });
    let of_line = |(sku, candidates): (&String, &Value)| {
        let candidates = candidates.as_array()?.iter().map(candidate).collect();
        Some((sku.clone(), candidates))
    };
    let lines =
        data["candidates"].as_object().and_then(|lines| lines.iter().map(of_line).collect::<Option<Map<_, _>>>());
    json!({ "candidates": lines, "means": {} })
}

/// The process takes no more than it asked for, so the largest quantity stands for all of that.
fn with_all_that_was_asked(mut data: Value) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.insert("quantity".to_owned(), json!(Quantity::MOST));
    }
    data
}
