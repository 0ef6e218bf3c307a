//! The stored events of every stream.

use crate::codec::{events, processes};
use crate::golden::frozen;
use crate::golden::samples::{candidates_noted, checked_out, first_placement, second_placement};
use shop_domain::account::Account;
use shop_domain::audit::Audit;
use shop_domain::cart::Cart;
use shop_domain::fulfilment::Event::{OrderPlacementRequested, PlacementNoted};
use shop_domain::fulfilment::Fulfilment;
use shop_domain::invoice::Invoice;
use shop_domain::order::{Event::OrderPlaced, Order};
use shop_domain::payment::Payment;
use shop_domain::product::Product;
use shop_domain::shipment::Shipment;
use shop_domain::stock::Event::{StockAdjusted, StockReceived};
use shop_domain::stock::{Discrepancy, Stock};
use shop_domain::values::Means;
use shop_domain::warehouse::Warehouse;

#[test]
fn events_are_stored_as_ever() {
    let (first, second) = (first_placement, second_placement);
    frozen::<Account>(events::of_account(), &[]);
    frozen::<Audit>(events::of_audit(), &[]);
    frozen::<Cart>(
        events::of_cart(),
        &[("CartCheckedOut.1", checked_out(first())), ("CartCheckedOut.2", checked_out(second()))],
    );
    // As if each warehouse had seemed to have enough, in their order.
    let PlacementNoted { candidates, .. } = candidates_noted(1_000) else { panic!("another event") };
    frozen::<Fulfilment>(
        processes::of_fulfilment(),
        &[
            ("OrderPlacementRequested.1", OrderPlacementRequested(first())),
            ("OrderPlacementRequested.2", OrderPlacementRequested(second())),
            ("PlacementNoted.1", PlacementNoted { candidates, means: Means::default() }),
        ],
    );
    frozen::<Invoice>(events::of_invoice(), &[]);
    frozen::<Order>(
        events::of_order(),
        &[("OrderPlaced.1", OrderPlaced(first())), ("OrderPlaced.2", OrderPlaced(second()))],
    );
    frozen::<Payment>(events::of_payment(), &[]);
    frozen::<Product>(events::of_product(), &[]);
    frozen::<Shipment>(events::of_shipment(), &[]);
    let (quantity, reason) = (100.try_into().unwrap(), "two broken".parse().unwrap());
    frozen::<Stock>(
        events::of_stock(),
        &[
            ("StockReceived.1", StockReceived { quantity, delivery_note: None }),
            ("StockAdjusted.1", StockAdjusted { on_hand: 98, cause: Discrepancy::Miscount, reason }),
        ],
    );
    frozen::<Warehouse>(events::of_warehouse(), &[]);
}
