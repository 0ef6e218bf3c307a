//! The events of every stream but the processes'.

use crate::golden::samples::{
    address, bill, card, charge, checked_out, consignment, entry, euro, first_placement, means, opened_account,
    placement, report, second_placement, site, tracking,
};
use crate::golden::{frozen, upcast};
use shop_domain::order::Failure;
use shop_domain::product::Registration;
use shop_domain::stock::Discrepancy;
use shop_domain::{account, audit, cart, invoice, order, payment, product, shipment, stock, warehouse};

#[test]
fn products_are_stored_as_ever() {
    let registration = Registration {
        name: "Mug".parse().unwrap(),
        description: Some("Holds tea".parse().unwrap()),
        category: Some("kitchen".parse().unwrap()),
        price: euro(1_299),
    };
    frozen(
        "product",
        &[
            product::Event::ProductRegistered(registration),
            product::Event::ProductDescribed { name: "Mug".parse().unwrap(), description: None },
            product::Event::ProductCategorised { category: "kitchen".parse().unwrap() },
            product::Event::ProductRepriced { price: euro(999) },
            product::Event::ProductListed {},
            product::Event::ProductDelisted {},
        ],
    );
    upcast::<product::Event>("product", &[]);
}

#[test]
fn stock_is_stored_as_ever() {
    let order = || "0b".repeat(16).parse().unwrap();
    let quantity = |number: u64| number.try_into().unwrap();
    let adjusted = |cause| stock::Event::StockAdjusted { on_hand: 98, cause, reason: "two broken".parse().unwrap() };
    frozen(
        "stock",
        &[
            stock::Event::StockReceived {
                quantity: quantity(100),
                delivery_note: Some("LS 2026/1187".parse().unwrap()),
            },
            stock::Event::StockReserved { order: order(), quantity: quantity(2) },
            stock::Event::ReservationRejected { order: order(), quantity: quantity(2), available: 1 },
            stock::Event::ReservationReleased { order: order(), quantity: quantity(2) },
            stock::Event::StockDispatched { order: order(), quantity: quantity(2) },
            adjusted(Discrepancy::Damage),
        ],
    );
    upcast::<stock::Event>(
        "stock",
        &[
            ("StockReceived.1", stock::Event::StockReceived { quantity: quantity(100), delivery_note: None }),
            ("StockAdjusted.1", adjusted(Discrepancy::Miscount)),
        ],
    );
}

#[test]
fn carts_are_stored_as_ever() {
    let sku = || "mug".parse().unwrap();
    frozen(
        "cart",
        &[
            cart::Event::CartOpened { owner: placement().account },
            cart::Event::ItemAdded { sku: sku(), quantity: 2.try_into().unwrap(), unit_price: euro(1_299) },
            cart::Event::QuantityChanged { sku: sku(), quantity: 3.try_into().unwrap() },
            cart::Event::ItemRemoved { sku: sku() },
            cart::Event::CartCleared {},
            checked_out(placement()),
        ],
    );
    upcast(
        "cart",
        &[("CartCheckedOut.1", checked_out(first_placement())), ("CartCheckedOut.2", checked_out(second_placement()))],
    );
}

#[test]
fn orders_are_stored_as_ever() {
    frozen(
        "order",
        &[
            order::Event::OrderPlaced(placement()),
            order::Event::AccountConnected(means()),
            order::Event::ReservationRequested {},
            order::Event::ReservationSucceeded {},
            order::Event::ReservationFailed { sku: "mug".parse().unwrap() },
            order::Event::PaymentConnected {},
            order::Event::PaymentSucceeded {},
            order::Event::PaymentFailed {},
            order::Event::OrderConfirmed {},
            order::Event::OrderShipped { tracking: tracking() },
            order::Event::OrderDelivered {},
            order::Event::OrderFailed { reason: Failure::OutOfStock { sku: "mug".parse().unwrap() } },
            order::Event::OrderCancelled { reason: Some("changed my mind".parse().unwrap()) },
        ],
    );
    upcast(
        "order",
        &[
            ("OrderPlaced.1", order::Event::OrderPlaced(first_placement())),
            ("OrderPlaced.2", order::Event::OrderPlaced(second_placement())),
        ],
    );
}

#[test]
fn accounts_are_stored_as_ever() {
    let id = || "ad".repeat(16).parse().unwrap();
    frozen(
        "account",
        &[
            opened_account(),
            account::Event::AccountConfirmed {},
            account::Event::AccountActivated {},
            account::Event::AccountSuspended {},
            account::Event::AccountArchived {},
            account::Event::AddressAdded(entry()),
            account::Event::AddressRemoved { id: id() },
            account::Event::DefaultAddressChosen { id: id() },
            account::Event::CardAdded(card()),
            account::Event::CardRemoved { id: card().token.id() },
            account::Event::DefaultCardChosen { id: card().token.id() },
        ],
    );
    upcast::<account::Event>("account", &[]);
}

#[test]
fn warehouses_are_stored_as_ever() {
    frozen(
        "warehouse",
        &[
            warehouse::Event::WarehouseOpened(site()),
            warehouse::Event::WarehouseMoved { address: address() },
            warehouse::Event::WarehouseRenamed { name: "East 2".parse().unwrap() },
            warehouse::Event::WarehouseClosed {},
        ],
    );
    upcast::<warehouse::Event>("warehouse", &[]);
}

#[test]
fn payments_are_stored_as_ever() {
    let reason = || "expired".parse().unwrap();
    frozen(
        "payment",
        &[
            payment::Event::PaymentCreated(charge()),
            payment::Event::PaymentAuthorised {},
            payment::Event::PaymentDeclined { reason: reason() },
            payment::Event::PaymentCaptured {},
            payment::Event::PaymentCaptureFailed { reason: reason() },
            payment::Event::PaymentVoided {},
            payment::Event::PaymentRefunded {},
        ],
    );
    upcast::<payment::Event>("payment", &[]);
}

#[test]
fn shipments_are_stored_as_ever() {
    let shipment::Consignment { order, warehouse, .. } = consignment();
    frozen(
        "shipment",
        &[
            shipment::Event::ShipmentCreated(consignment()),
            shipment::Event::ShipmentDispatched {
                order: order.clone(),
                warehouse: warehouse.clone(),
                tracking: Some("1Z 999".parse().unwrap()),
            },
            shipment::Event::ShipmentDelivered { order: order.clone(), warehouse: warehouse.clone() },
            shipment::Event::ShipmentCancelled { order, warehouse },
        ],
    );
    upcast::<shipment::Event>("shipment", &[]);
}

#[test]
fn invoices_are_stored_as_ever() {
    frozen(
        "invoice",
        &[
            invoice::Event::InvoiceIssued(bill()),
            invoice::Event::InvoiceSent {},
            invoice::Event::InvoicePaid {},
            invoice::Event::InvoiceCredited {},
        ],
    );
    upcast::<invoice::Event>("invoice", &[]);
}

#[test]
fn audits_are_stored_as_ever() {
    let note = || "stock/g1:stock-berlin.mug".parse().unwrap();
    let projection = || "order".parse().unwrap();
    frozen(
        "audit",
        &[
            audit::Event::ParkedRedriven { note: note() },
            audit::Event::ParkedDiscarded { note: note() },
            audit::Event::LostBatchesRedriven {},
            audit::Event::Reconciled {},
            audit::Event::RebuildRequested { projection: projection() },
            audit::Event::ProjectionFlipped { projection: projection(), from: 1, to: 2 },
            audit::Event::ProjectionRolledBack { projection: projection(), from: 2, to: 1 },
            audit::Event::CleanupRequested { projection: projection(), generation: 1 },
            audit::Event::VerificationRequested { scope: audit::Scope::Whole },
            audit::Event::VerificationReported(report()),
            audit::Event::LogImported { manifest: "0f".repeat(32).parse().unwrap(), streams: 3, commits: 9 },
        ],
    );
    upcast::<audit::Event>("audit", &[]);
}
