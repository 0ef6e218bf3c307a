//! The events of a process: noted outcomes, intents and deadlines.

use super::{Candidate, Step};
use crate::invoice::Bill;
use crate::order::{Failure, Placement};
use crate::payment::Charge;
use crate::values::{AccountId, AddressId, Means, Quantity, ShipmentId, Sku, TrackingNumber, WarehouseId};
use foldlog::Timestamp;
use foldlog::write::event::Upcaster;
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
    ReservationNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    RejectionNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    ReservationReleaseRequested {
        warehouse: WarehouseId,
        sku: Sku,
    },
    ReleaseNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    StockDispatchRequested {
        warehouse: WarehouseId,
        sku: Sku,
    },
    StockDispatchNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    PaymentRequested(Charge),
    AuthorisationNoted {},
    DeclineNoted {},
    PaymentCaptureRequested {},
    CaptureNoted {},
    CaptureFailureNoted {},
    PaymentVoidRequested {},
    VoidNoted {},
    PaymentRefundRequested {},
    RefundNoted {},
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
    ShipmentCancellationRequested {
        warehouse: WarehouseId,
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

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload has no categories: they are optional.
        Upcaster { event: "OrderPlacementRequested", from: 1, step: |data| data },
        // The older payload has no card or address: they are optional.
        Upcaster { event: "OrderPlacementRequested", from: 2, step: |data| data },
        Upcaster { event: "PlacementNoted", from: 1, step: |data| with_availability(&data) },
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
