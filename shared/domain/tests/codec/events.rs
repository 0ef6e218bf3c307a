//! Any event of each stream type.

use crate::values::{
    category, discrepancy, failure, id, line_of_prose, money, placement, prose, quantity, registration, sku, warehouse,
};
use domain::{cart, fulfilment, order, product, stock};
use proptest::option::of;
use proptest::prelude::*;

pub(crate) fn of_product() -> impl Strategy<Value = product::Event> {
    use product::Event::{
        ProductCategorised, ProductDelisted, ProductDescribed, ProductListed, ProductRegistered, ProductRepriced,
    };
    prop_oneof![
        registration().prop_map(ProductRegistered),
        (prose(), of(prose())).prop_map(|(name, description)| ProductDescribed { name, description }),
        category().prop_map(|category| ProductCategorised { category }),
        money().prop_map(|price| ProductRepriced { price }),
        Just(ProductListed {}),
        Just(ProductDelisted {}),
    ]
}

pub(crate) fn of_stock() -> impl Strategy<Value = stock::Event> {
    use stock::Event::{ReservationRejected, ReservationReleased, StockAdjusted, StockReceived, StockReserved};
    prop_oneof![
        (quantity(), of(line_of_prose()))
            .prop_map(|(quantity, delivery_note)| StockReceived { quantity, delivery_note }),
        (id(), quantity()).prop_map(|(order, quantity)| StockReserved { order, quantity }),
        (id(), quantity(), any::<u64>()).prop_map(|(order, quantity, available)| ReservationRejected {
            order,
            quantity,
            available
        }),
        (id(), quantity()).prop_map(|(order, quantity)| ReservationReleased { order, quantity }),
        (any::<u64>(), discrepancy(), prose()).prop_map(|(on_hand, cause, reason)| StockAdjusted {
            on_hand,
            cause,
            reason
        }),
    ]
}

pub(crate) fn of_cart() -> impl Strategy<Value = cart::Event> {
    use cart::Event::{CartCheckedOut, CartCleared, CartOpened, ItemAdded, ItemRemoved, QuantityChanged};
    prop_oneof![
        id().prop_map(|owner| CartOpened { owner }),
        (sku(), quantity(), money()).prop_map(|(sku, quantity, unit_price)| ItemAdded { sku, quantity, unit_price }),
        (sku(), quantity()).prop_map(|(sku, quantity)| QuantityChanged { sku, quantity }),
        sku().prop_map(|sku| ItemRemoved { sku }),
        Just(CartCleared {}),
        placement().prop_map(|placement| CartCheckedOut {
            owner: placement.account,
            lines: placement.lines,
            totals: placement.totals
        }),
    ]
}

pub(crate) fn of_order() -> impl Strategy<Value = order::Event> {
    use order::Event::{OrderCancelled, OrderConfirmed, OrderFailed, OrderPlaced};
    prop_oneof![
        placement().prop_map(OrderPlaced),
        Just(OrderConfirmed {}),
        failure().prop_map(|reason| OrderFailed { reason }),
        of(prose()).prop_map(|reason| OrderCancelled { reason }),
    ]
}

pub(crate) fn of_fulfilment() -> impl Strategy<Value = fulfilment::Event> {
    use fulfilment::Event;
    let candidates = prop::collection::btree_map(sku(), prop::collection::vec(warehouse(), 0..4), 0..4);
    let place = || (warehouse(), sku());
    prop_oneof![
        placement().prop_map(Event::OrderPlacementRequested),
        candidates.prop_map(|candidates| Event::PlacementNoted { candidates }),
        (warehouse(), sku(), quantity()).prop_map(|(warehouse, sku, quantity)| Event::ReservationRequested {
            warehouse,
            sku,
            quantity
        }),
        place().prop_map(|(warehouse, sku)| Event::ReservationNoted { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::RejectionNoted { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::ReservationReleaseRequested { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::ReleaseNoted { warehouse, sku }),
        Just(Event::ConfirmationRequested {}),
        Just(Event::ConfirmationNoted {}),
        failure().prop_map(|reason| Event::FailureRequested { reason }),
        Just(Event::FailureNoted {}),
        Just(Event::CancellationNoted {}),
    ]
}
