//! The states that snapshots hold.

use crate::golden::samples::{
    bill, candidates_noted, card, charge, checked_out, consignment, entry, euro, means, opened_account, placement,
    report, shipment, site, tracking,
};
use crate::golden::state_frozen;
use foldlog::{Timestamp, Version};
use shop_domain::fulfilment::Step;
use shop_domain::order::Failure;
use shop_domain::product::Registration;
use shop_domain::{
    access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse,
};

/// A reservation, with an identity or of the first schema.
fn reserved(order: &str, reservation: Option<Version>) -> stock::Event {
    let quantity = 2.try_into().unwrap();
    stock::Event::StockReserved { order: order.repeat(16).parse().unwrap(), reservation, quantity, asked: quantity }
}

#[test]
fn states_are_kept_as_ever() {
    let route = || "GET /accounts/{id}".parse().unwrap();
    let reason = "asked on the phone".parse().unwrap();
    state_frozen::<access::Access>(&[
        access::Event::AccountRead { route: route() },
        access::Event::PersonalDataRevealed { route: route(), reason },
    ]);
    state_frozen::<account::Account>(&[
        opened_account(),
        account::Event::AddressAdded(entry()),
        account::Event::DefaultAddressChosen { id: entry().id },
        account::Event::CardAdded(card()),
        account::Event::DefaultCardChosen { id: card().id() },
    ]);
    state_frozen::<audit::Audit>(&[audit::Event::Reconciled {}, audit::Event::VerificationReported(report())]);
    state_frozen::<warehouse::Warehouse>(&[warehouse::Event::WarehouseOpened(site())]);
    state_frozen::<payment::Payment>(&[
        payment::Event::PaymentCreated(charge()),
        payment::Event::PaymentDeclined { reason: "expired".parse().unwrap() },
    ]);
    state_frozen::<shipment::Shipment>(&[shipment::Event::ShipmentCreated(consignment())]);
    state_frozen::<invoice::Invoice>(&[invoice::Event::InvoiceIssued(bill())]);
    let (sku, warehouse) = (|| "mug".parse().unwrap(), || "berlin".parse().unwrap());
    let registration =
        Registration { name: "Mug".parse().unwrap(), description: None, category: None, price: euro(1_299) };
    state_frozen::<product::Product>(&[
        product::Event::ProductRegistered(registration),
        product::Event::ProductListed {},
    ]);
    state_frozen::<stock::Stock>(&[
        stock::Event::StockReceived { quantity: 10.try_into().unwrap(), delivery_note: None },
        reserved("0b", None),
        reserved("0c", Some(Version(5))),
    ]);
    state_frozen::<cart::Cart>(&[cart::Event::CartOpened { owner: placement().account }, checked_out(placement())]);
    state_frozen::<order::Order>(&[
        order::Event::OrderPlaced(placement()),
        order::Event::AccountConnected(means()),
        order::Event::OrderFailed { reason: Failure::OutOfStock { sku: sku() } },
    ]);
    state_frozen::<fulfilment::Fulfilment>(&[
        fulfilment::Event::OrderPlacementRequested(placement()),
        candidates_noted(9),
        fulfilment::Event::ReservationRequested { warehouse: warehouse(), sku: sku(), quantity: 2.try_into().unwrap() },
        fulfilment::Event::ReservationNoted {
            warehouse: warehouse(),
            sku: sku(),
            reservation: Some(Version(3)),
            quantity: 1.try_into().unwrap(),
            candidates: Some(vec![fulfilment::Candidate { warehouse: "bonn".parse().unwrap(), available: 4 }]),
        },
        fulfilment::Event::ReservationRequested {
            warehouse: "bonn".parse().unwrap(),
            sku: sku(),
            quantity: 1.try_into().unwrap(),
        },
        fulfilment::Event::PaymentRequested { charge: charge(), of: fulfilment::OfPayment::default() },
        fulfilment::Event::InvoiceRequested(bill()),
        fulfilment::Event::ShipmentNoted { warehouse: warehouse(), shipment: shipment() },
        fulfilment::Event::ShippingNoted { tracking: tracking() },
        fulfilment::Event::DeadlineSet { step: Step::Confirmation, at: Timestamp(1_763_718_723_045) },
    ]);
}
