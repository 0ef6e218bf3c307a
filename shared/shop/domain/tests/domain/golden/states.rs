//! The states that snapshots hold.

use crate::golden::samples::{
    bill, candidates_noted, card, charge, checked_out, consignment, entry, euro, means, opened_account, placement,
    report, shipment, site, tracking,
};
use crate::golden::state_frozen;
use foldlog::Timestamp;
use shop_domain::fulfilment::Step;
use shop_domain::order::Failure;
use shop_domain::product::Registration;
use shop_domain::{account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};

#[test]
fn states_are_kept_as_ever() {
    state_frozen::<account::Stream>(&[
        opened_account(),
        account::Event::AddressAdded(entry()),
        account::Event::DefaultAddressChosen { id: entry().id },
        account::Event::CardAdded(card()),
        account::Event::DefaultCardChosen { id: card().token.id() },
    ]);
    state_frozen::<audit::Stream>(&[audit::Event::Reconciled {}, audit::Event::VerificationReported(report())]);
    state_frozen::<warehouse::Stream>(&[warehouse::Event::WarehouseOpened(site())]);
    state_frozen::<payment::Stream>(&[
        payment::Event::PaymentCreated(charge()),
        payment::Event::PaymentDeclined { reason: "expired".parse().unwrap() },
    ]);
    state_frozen::<shipment::Stream>(&[shipment::Event::ShipmentCreated(consignment())]);
    state_frozen::<invoice::Stream>(&[invoice::Event::InvoiceIssued(bill())]);
    let (sku, warehouse) = (|| "mug".parse().unwrap(), || "berlin".parse().unwrap());
    let registration =
        Registration { name: "Mug".parse().unwrap(), description: None, category: None, price: euro(1_299) };
    state_frozen::<product::Stream>(&[
        product::Event::ProductRegistered(registration),
        product::Event::ProductListed {},
    ]);
    state_frozen::<stock::Stream>(&[
        stock::Event::StockReceived { quantity: 10.try_into().unwrap(), delivery_note: None },
        stock::Event::StockReserved { order: "0b".repeat(16).parse().unwrap(), quantity: 2.try_into().unwrap() },
    ]);
    state_frozen::<cart::Stream>(&[cart::Event::CartOpened { owner: placement().account }, checked_out(placement())]);
    state_frozen::<order::Stream>(&[
        order::Event::OrderPlaced(placement()),
        order::Event::AccountConnected(means()),
        order::Event::OrderFailed { reason: Failure::OutOfStock { sku: sku() } },
    ]);
    state_frozen::<fulfilment::Stream>(&[
        fulfilment::Event::OrderPlacementRequested(placement()),
        candidates_noted(9),
        fulfilment::Event::ReservationRequested { warehouse: warehouse(), sku: sku(), quantity: 2.try_into().unwrap() },
        fulfilment::Event::PaymentRequested(charge()),
        fulfilment::Event::InvoiceRequested(bill()),
        fulfilment::Event::ShipmentNoted { warehouse: warehouse(), shipment: shipment() },
        fulfilment::Event::ShippingNoted { tracking: tracking() },
        fulfilment::Event::DeadlineSet { step: Step::Confirmation, at: Timestamp(1_763_718_723_045) },
    ]);
}
