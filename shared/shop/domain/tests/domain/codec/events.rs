//! Any event of each stream type.

use crate::codec::values::{
    address, card, category, discrepancy, entry, failure, id, line, line_of_prose, means, money, personal, placement,
    profile, prose, quantity, registration, sku, text, token, totals, tracking, warehouse as warehouse_id,
};
use foldlog::{StreamName, Timestamp, Version};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use shop_domain::{access, account, audit, cart, invoice, order, payment, product, shipment, stock, warehouse};

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

/// The identity of a reservation; none before it had one.
pub(crate) fn reservation() -> impl Strategy<Value = Option<Version>> {
    of(any::<u64>().prop_map(Version))
}

pub(crate) fn of_stock() -> impl Strategy<Value = stock::Event> {
    use stock::Event::{
        ReservationRejected, ReservationReleased, StockAdjusted, StockDispatched, StockReceived, StockReserved,
        StockReturned,
    };
    prop_oneof![
        (quantity(), of(line_of_prose()))
            .prop_map(|(quantity, delivery_note)| StockReceived { quantity, delivery_note }),
        (id(), reservation(), quantity(), quantity()).prop_map(|(order, reservation, quantity, asked)| StockReserved {
            order,
            reservation,
            quantity,
            asked
        }),
        (id(), reservation(), quantity(), any::<u64>()).prop_map(|(order, reservation, quantity, available)| {
            ReservationRejected { order, reservation, quantity, available }
        }),
        (id(), reservation(), quantity()).prop_map(|(order, reservation, quantity)| ReservationReleased {
            order,
            reservation,
            quantity
        }),
        (id(), reservation(), quantity()).prop_map(|(order, reservation, quantity)| StockDispatched {
            order,
            reservation,
            quantity
        }),
        (any::<u64>(), discrepancy(), prose()).prop_map(|(on_hand, cause, reason)| StockAdjusted {
            on_hand,
            cause,
            reason
        }),
        (id(), any::<u32>(), quantity()).prop_map(|(order, number, quantity)| StockReturned {
            order,
            number,
            quantity
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
            totals: placement.totals,
            card: placement.card,
            address: placement.address
        }),
    ]
}

pub(crate) fn of_order() -> impl Strategy<Value = order::Event> {
    use order::Event;
    prop_oneof![
        placement().prop_map(Event::OrderPlaced),
        means().prop_map(Event::AccountConnected),
        Just(Event::ReservationRequested {}),
        Just(Event::ReservationSucceeded {}),
        sku().prop_map(|sku| Event::ReservationFailed { sku }),
        Just(Event::PaymentConnected {}),
        Just(Event::PaymentSucceeded {}),
        Just(Event::PaymentFailed {}),
        Just(Event::OrderConfirmed {}),
        tracking().prop_map(|tracking| Event::OrderShipped { tracking }),
        Just(Event::OrderDelivered {}),
        failure().prop_map(|reason| Event::OrderFailed { reason }),
        (of(personal(prose())), any::<bool>())
            .prop_map(|(reason, by_staff)| Event::OrderCancelled { reason, by_staff }),
        (warehouse_id(), sku(), prose(), any::<u32>()).prop_map(|(warehouse, sku, reason, number)| {
            Event::ReservationWithdrawn { warehouse, sku, reason, number }
        }),
        any::<u32>().prop_map(|number| Event::ReservationReplaced { number }),
        loss().prop_map(|reason| Event::PaymentLost { reason }),
        Just(Event::PaymentRegained {}),
        (personal(token()), any::<u32>()).prop_map(|(card, number)| Event::CardReplaced { card, number }),
        prose().prop_map(|reason| Event::PaymentWrittenOff { reason }),
        goods_returned().prop_map(Event::GoodsReturned),
    ]
}

pub(crate) fn goods_returned() -> impl Strategy<Value = order::Return> {
    let goods = prop::collection::btree_map(sku(), quantity(), 0..4);
    let place = of(crate::codec::values::warehouse());
    (any::<u32>(), goods, money(), place, prose()).prop_map(|(number, goods, refund, warehouse, reason)| {
        order::Return { number, goods, refund, warehouse, reason }
    })
}

pub(crate) fn loss() -> impl Strategy<Value = order::Loss> {
    use order::Loss;
    select(vec![Loss::Lapsed, Loss::Declined, Loss::OtherAmount, Loss::Refunded])
}

pub(crate) fn of_access() -> impl Strategy<Value = access::Event> {
    use access::Event;
    prop_oneof![
        line_of_prose().prop_map(|route| Event::AccountRead { route }),
        (line_of_prose(), line_of_prose()).prop_map(|(route, reason)| Event::PersonalDataRevealed { route, reason }),
    ]
}

pub(crate) fn of_account() -> impl Strategy<Value = account::Event> {
    use account::Event;
    prop_oneof![
        profile().prop_map(|profile| Event::AccountOpened { profile }),
        Just(Event::AccountConfirmed {}),
        Just(Event::AccountActivated {}),
        Just(Event::AccountSuspended {}),
        Just(Event::AccountArchived {}),
        Just(Event::AccountClosed {}),
        entry().prop_map(Event::AddressAdded),
        id().prop_map(|id| Event::AddressRemoved { id }),
        id().prop_map(|id| Event::DefaultAddressChosen { id }),
        card().prop_map(Event::CardAdded),
        id().prop_map(|id| Event::CardRemoved { id }),
        id().prop_map(|id| Event::DefaultCardChosen { id }),
    ]
}

pub(crate) fn of_warehouse() -> impl Strategy<Value = warehouse::Event> {
    use warehouse::{Event, Site};
    prop_oneof![
        (prose(), of(address())).prop_map(|(name, address)| Event::WarehouseOpened(Site { name, address })),
        address().prop_map(|address| Event::WarehouseMoved { address }),
        prose().prop_map(|name| Event::WarehouseRenamed { name }),
        Just(Event::WarehouseClosed {}),
    ]
}

pub(crate) fn charge() -> impl Strategy<Value = payment::Charge> {
    (money(), personal(token())).prop_map(|(amount, card)| payment::Charge { amount, card })
}

pub(crate) fn of_payment() -> impl Strategy<Value = payment::Event> {
    use payment::Event;
    prop_oneof![
        charge().prop_map(Event::PaymentCreated),
        of(any::<i64>().prop_map(Timestamp)).prop_map(|expires_at| Event::PaymentAuthorised { expires_at }),
        prose().prop_map(|reason| Event::PaymentDeclined { reason }),
        Just(Event::PaymentCaptured {}),
        prose().prop_map(|reason| Event::PaymentCaptureFailed { reason }),
        Just(Event::PaymentVoided {}),
        Just(Event::PaymentRefunded {}),
        prose().prop_map(|reason| Event::PaymentLapsed { reason }),
        money().prop_map(|amount| Event::PaymentDisputed { amount }),
        prose().prop_map(|reason| Event::PaymentRefundFailed { reason }),
        (any::<u32>(), money()).prop_map(|(number, amount)| Event::PaymentPartlyRefunded { number, amount }),
        (any::<u32>(), money(), prose()).prop_map(|(number, amount, reason)| Event::PaymentPartialRefundFailed {
            number,
            amount,
            reason
        }),
        (money(), of(any::<u32>())).prop_map(|(amount, settles)| Event::PaymentRefundedByHand { amount, settles }),
    ]
}

pub(crate) fn consignment() -> impl Strategy<Value = shipment::Consignment> {
    let contents = prop::collection::btree_map(sku(), quantity(), 0..4);
    (id(), crate::codec::values::warehouse(), id(), of(id()), contents).prop_map(
        |(order, warehouse, account, address, contents)| shipment::Consignment {
            order,
            warehouse,
            account,
            address,
            contents,
        },
    )
}

pub(crate) fn of_shipment() -> impl Strategy<Value = shipment::Event> {
    use shipment::{Consignment, Event};
    let place = || (id(), crate::codec::values::warehouse());
    prop_oneof![
        consignment().prop_map(Event::ShipmentCreated),
        (place(), of(line_of_prose())).prop_map(|((order, warehouse), tracking)| Event::ShipmentDispatched {
            order,
            warehouse,
            tracking
        }),
        place().prop_map(|(order, warehouse)| Event::ShipmentDelivered { order, warehouse }),
        (place(), any::<u32>()).prop_map(|((order, warehouse), number)| Event::ShipmentCancelled {
            order,
            warehouse,
            number
        }),
        (consignment(), any::<u32>()).prop_map(|(Consignment { order, warehouse, contents, .. }, number)| {
            Event::ShipmentRepacked { order, warehouse, contents, number }
        }),
    ]
}

pub(crate) fn bill() -> impl Strategy<Value = invoice::Bill> {
    (id(), prop::collection::vec(line(), 0..4), totals()).prop_map(|(account, lines, totals)| invoice::Bill {
        account,
        lines,
        totals,
    })
}

pub(crate) fn of_invoice() -> impl Strategy<Value = invoice::Event> {
    use invoice::Event;
    prop_oneof![
        bill().prop_map(Event::InvoiceIssued),
        Just(Event::InvoiceSent {}),
        Just(Event::InvoicePaid {}),
        Just(Event::InvoiceCredited {}),
        Just(Event::InvoiceWrittenOff {}),
        credit_note().prop_map(Event::InvoicePartlyCredited),
    ]
}

pub(crate) fn credit_note() -> impl Strategy<Value = invoice::CreditNote> {
    (any::<u32>(), money()).prop_map(|(number, amount)| invoice::CreditNote { number, amount })
}

fn stream() -> impl Strategy<Value = StreamName> {
    text("[a-z]{1,12}-[A-Za-z0-9_.-]{1,40}")
}

fn version() -> impl Strategy<Value = Version> {
    any::<u64>().prop_map(Version)
}

fn difference() -> impl Strategy<Value = audit::Difference> {
    use audit::Difference;
    let view = || text("[A-Za-z0-9_-]{1,40}");
    prop_oneof![
        (stream(), version()).prop_map(|(stream, version)| Difference::Log { stream, version }),
        (stream(), version(), view(), line_of_prose()).prop_map(|(stream, version, view, field)| Difference::Row {
            stream,
            version,
            view,
            field
        }),
        (stream(), version(), view()).prop_map(|(stream, version, view)| Difference::Stuck { stream, version, view }),
        (view(), line_of_prose(), line_of_prose()).prop_map(|(view, row, field)| Difference::Total {
            view,
            row,
            field
        }),
    ]
}

fn scope() -> impl Strategy<Value = audit::Scope> {
    use audit::Scope;
    prop_oneof![Just(Scope::Whole), stream().prop_map(Scope::Stream), any::<u32>().prop_map(Scope::Sample)]
}

fn report() -> impl Strategy<Value = audit::Report> {
    use audit::{Extent, Report, Verifier};
    let by = select(vec![Verifier::Operations, Verifier::Verification, Verifier::Shop]);
    let extent = select(vec![Extent::All, Extent::Part]);
    let counts = (any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>());
    (by, scope(), extent, counts, prop::collection::vec(difference(), 0..4)).prop_map(
        |(by, scope, extent, (streams, commits, rows, totals), differences)| Report {
            by,
            scope,
            extent,
            streams,
            commits,
            rows,
            totals,
            differences,
        },
    )
}

fn redriven() -> impl Strategy<Value = audit::Redriven> {
    use audit::Redriven;
    prop_oneof![
        any::<u64>().prop_map(|version| Redriven::Follows(Version(version))),
        Just(Redriven::GivenUp),
        Just(Redriven::Published),
        Just(Redriven::Stuck),
        Just(Redriven::Gone),
    ]
}

pub(crate) fn of_audit() -> impl Strategy<Value = audit::Event> {
    use audit::Event;
    let projection = || text("[A-Za-z0-9_-]{1,40}");
    let generation = any::<u32>;
    prop_oneof![
        line_of_prose().prop_map(|note| Event::ParkedRedriven { note }),
        (line_of_prose(), redriven()).prop_map(|(note, outcome)| Event::RedriveReported { note, outcome }),
        line_of_prose().prop_map(|note| Event::ParkedDiscarded { note }),
        Just(Event::LostBatchesRedriven {}),
        any::<[u64; 2]>()
            .prop_map(|[batches, recovered]| Event::RecoveryReported(audit::Recovery { batches, recovered })),
        Just(Event::Reconciled {}),
        any::<[u64; 5]>().prop_map(|[streams, advanced, parked, hinted, left]| Event::ReconciliationReported(
            audit::Reconciliation { streams, advanced, parked, hinted, left }
        )),
        projection().prop_map(|projection| Event::RebuildRequested { projection }),
        (projection(), generation(), generation()).prop_map(|(projection, from, to)| Event::ProjectionFlipped {
            projection,
            from,
            to
        }),
        (projection(), generation(), generation()).prop_map(|(projection, from, to)| Event::ProjectionRolledBack {
            projection,
            from,
            to
        }),
        (projection(), generation())
            .prop_map(|(projection, generation)| Event::CleanupRequested { projection, generation }),
        scope().prop_map(|scope| Event::VerificationRequested { scope }),
        report().prop_map(Event::VerificationReported),
        (text("[0-9a-f]{64}"), any::<u64>(), any::<u64>())
            .prop_map(|(manifest, streams, commits)| Event::LogImported { manifest, streams, commits }),
        id().prop_map(|account| Event::AccountErased { account }),
    ]
}
