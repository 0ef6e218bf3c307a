//! What holds of the shop, always and at the end.

use crate::world::shop::{Provider, World};
use shop_domain::fulfilment::State as ProcessState;
use shop_domain::invoice::{State as InvoiceState, Status as InvoiceStatus};
use shop_domain::order::{Debt, Failure, State as OrderState, Status};
use shop_domain::payment::{State as PaymentState, Status as PaymentStatus};
use shop_domain::shipment::{State as ShipmentState, Status as ShipmentStatus};
use shop_domain::values::{OrderId, Sku, WarehouseId};
use std::collections::{BTreeMap, BTreeSet};

/// At every moment.
pub(crate) fn hold_always(world: &World) {
    for (place, stock) in &world.stocks {
        assert!(stock.state.reserved() <= stock.state.on_hand, "{place:?}: {:?}", stock.state);
        let open = world.reservations.iter().filter(|((of, ..), held)| of == place && !held.closed);
        assert_eq!(open.map(|(_, held)| held.quantity).sum::<u64>(), stock.state.reserved(), "{place:?}");
    }
    for (id, order) in &world.orders {
        let OrderState::Placed {
            placement,
            status: order_status,
            owed,
            withdrawals,
            is_cancelled_by_staff: by_staff,
            ..
        } = &order.state
        else {
            continue;
        };
        let left = matches!(order_status, Status::Shipped | Status::Delivered);
        let payments = payments_of(world, id);
        let captured = payments.iter().any(|status| **status == PaymentStatus::Captured);
        let takes_at_once = matches!(world.providers[id], Provider::Captures);
        assert!(left || takes_at_once || !captured, "{id} is {order_status:?} and captured");
        for shipment in world.shipments.values() {
            if let ShipmentState::Created { consignment, status } = &shipment.state {
                let leaves = matches!(status, ShipmentStatus::Dispatched { .. } | ShipmentStatus::Delivered { .. });
                assert!(left || !leaves || consignment.order != *id, "{id} left though it is not shipped");
                let arrived = matches!(status, ShipmentStatus::Delivered { .. } | ShipmentStatus::Cancelled)
                    || consignment.order != *id;
                assert!(*order_status != Status::Delivered || arrived, "{id} is delivered before it arrived");
            }
        }
        if *by_staff {
            let is_scarce = placement.lines.iter().any(|line| world.scarce.contains(&(id.clone(), line.sku.clone())));
            assert!(is_scarce, "{id} was cancelled, and its goods were always there");
        }
        if let Status::Failed(Failure::OutOfStock { sku }) = order_status {
            assert!(world.scarce.contains(&(id.clone(), sku.clone())), "{id} failed, and {sku} was always there");
        }
        if *order_status == Status::Confirmed {
            let moves = matches!(world.providers[id], Provider::Lapses | Provider::Expires);
            let held =
                payments.iter().any(|status| matches!(status, PaymentStatus::Authorised | PaymentStatus::Captured));
            let unpaid = owed.debt != Debt::None;
            assert!(held || moves || unpaid || placement.totals.total.amount() == 0, "{id} is confirmed: {payments:?}");
            for line in placement.lines.iter().filter(|_| !withdrawals.is_open()) {
                let held = held_for(world, id, &line.sku, &BTreeSet::new());
                assert!(held >= line.quantity.get(), "{id} has {held} of {}", line.sku);
            }
        }
    }
}

/// What all warehouses but these hold of a product for an order.
fn held_for(world: &World, order: &OrderId, sku: &Sku, without: &BTreeSet<WarehouseId>) -> u64 {
    let open = world.reservations.iter().filter(|(((warehouse, of), id, _), held)| {
        of == sku && id == order && !held.closed && !without.contains(warehouse)
    });
    open.map(|(_, held)| held.quantity).sum()
}

/// The lines whose goods are not there at this moment: less is available than they lack.
pub(crate) fn note_scarce(world: &mut World) {
    let mut scarce = BTreeSet::new();
    for (id, process) in &world.processes {
        let ProcessState::Started(process) = &process.state else { continue };
        for line in &process.lines {
            let asked = |warehouse: &WarehouseId, sku: &Sku| *sku == line.sku && !line.withdrawn.contains(warehouse);
            let stocks = world.stocks.iter().filter(|((warehouse, sku), _)| asked(warehouse, sku));
            let available: u64 = stocks.map(|(_, stock)| stock.state.available()).sum();
            if available + held_for(world, id, &line.sku, &line.withdrawn) < line.quantity.get() {
                scarce.insert((id.clone(), line.sku.clone()));
            }
        }
    }
    world.scarce.append(&mut scarce);
}

/// The statuses of an order's payments.
fn payments_of<'a>(world: &'a World, order: &OrderId) -> Vec<&'a PaymentStatus> {
    let of_order = world.payments.iter().filter(|(id, _)| id.order == *order);
    let status = |state: &'a PaymentState| match state {
        PaymentState::Created { status, .. } => Some(status),
        PaymentState::Uncreated => None,
    };
    of_order.filter_map(|(_, payment)| status(&payment.state)).collect()
}

/// What was given back in parts of the captured payment of an order; none if no payment is captured.
fn given_back(world: &World, order: &OrderId) -> Option<i64> {
    let of_order = world.payments.iter().filter(|(id, _)| id.order == *order);
    let mut sums = of_order.filter_map(|(_, payment)| match &payment.state {
        PaymentState::Created { status: PaymentStatus::Captured, refunds, .. } => Some(refunds.sum()),
        PaymentState::Created { .. } | PaymentState::Uncreated => None,
    });
    sums.next()
}

pub(crate) fn status_of<'a>(world: &'a World, id: &OrderId) -> Option<&'a Status> {
    match &world.orders.get(id)?.state {
        OrderState::Placed { status, .. } => Some(status),
        OrderState::Unplaced => None,
    }
}

/// At the end: every process is finished, and all that stands elsewhere agrees with its order.
pub(crate) fn hold_at_the_end(world: &World, received: &BTreeMap<Sku, u64>) {
    let (mut sold, mut back): (BTreeMap<Sku, u64>, BTreeMap<Sku, u64>) = <_>::default();
    for (id, process) in &world.processes {
        let ProcessState::Started(process) = &process.state else { panic!("{id} did not start") };
        assert!(process.finished(), "{id} waits: {:?} {process:?}", process.awaited(id));
        assert_eq!(process.next_deadline(), None);
        let OrderState::Placed { placement, status, owed, returns, .. } = &world.orders[id].state else {
            panic!("{id} not placed")
        };
        let payments = payments_of(world, id);
        let captured = payments.iter().filter(|status| ***status == PaymentStatus::Captured).count();
        let held = payments.iter().any(|status| {
            matches!(status, PaymentStatus::Pending | PaymentStatus::Authorised | PaymentStatus::CaptureFailed(_))
        });
        assert!(!held && captured <= 1, "{id}: {payments:?}");
        let invoice = world.invoices.get(id).map(|invoice| &invoice.state);
        let shipments = world.shipments.values().filter_map(|shipment| match &shipment.state {
            ShipmentState::Created { consignment, status } if consignment.order == *id => Some((consignment, status)),
            ShipmentState::Created { .. } | ShipmentState::Uncreated => None,
        });
        match status {
            Status::Delivered => {
                let free = placement.totals.total.amount() == 0;
                let returned = captured == 0 && payments.contains(&&PaymentStatus::Refunded);
                let billed = match (&owed.debt, captured) {
                    (Debt::None, 1) => InvoiceStatus::Paid,
                    (Debt::None, _) if free && payments.is_empty() => InvoiceStatus::Paid,
                    (Debt::None, _) if returned => InvoiceStatus::Credited,
                    (Debt::WrittenOff(_), 0) => InvoiceStatus::WrittenOff,
                    (debt, _) => panic!("{id}: {debt:?} {payments:?}"),
                };
                let agrees = matches!(invoice, Some(InvoiceState::Issued { status, .. }) if *status == billed);
                assert!(agrees, "{id}: {payments:?} {invoice:?}");
                let refunds: i64 = returns.iter().map(|each| each.refund.amount()).sum();
                let (total, uncredited) = (placement.totals.total.amount(), invoice.map(InvoiceState::uncredited));
                assert!(uncredited == Some(total - refunds) || returned, "{id}: {refunds} {invoice:?}");
                let by_hand = i64::from(matches!(world.providers[id], Provider::ReturnsPart));
                assert!(
                    given_back(world, id).is_none_or(|sum| sum == refunds + by_hand),
                    "{id}: {refunds} {payments:?}"
                );
                for each in returns.iter().filter(|each| each.warehouse.is_some()) {
                    for (sku, quantity) in &each.goods {
                        *back.entry(sku.clone()).or_default() += quantity.get();
                    }
                }
                let mut sent: BTreeMap<&Sku, u64> = BTreeMap::new();
                // A warehouse whose goods were withdrawn sends none.
                for (consignment, status) in shipments.filter(|(_, status)| **status != ShipmentStatus::Cancelled) {
                    assert!(matches!(status, ShipmentStatus::Delivered { .. }), "{id}: {status:?}");
                    for (sku, quantity) in &consignment.contents {
                        *sent.entry(sku).or_default() += quantity.get();
                    }
                }
                let bought = placement.lines.iter().map(|line| (&line.sku, line.quantity.get()));
                assert_eq!(sent, bought.collect(), "{id}");
                for line in &placement.lines {
                    *sold.entry(line.sku.clone()).or_default() += line.quantity.get();
                }
            }
            Status::Failed(_) | Status::Cancelled(_) => {
                let taken = |status: &&&PaymentStatus| matches!(status, PaymentStatus::Disputed(_));
                assert!(captured == 0 && payments.iter().find(taken).is_none(), "{id}: {payments:?}");
                let credited = matches!(invoice, Some(InvoiceState::Issued { status: InvoiceStatus::Credited, .. }));
                assert!(credited || invoice.is_none(), "{id}: {invoice:?}");
                for (_, status) in shipments {
                    assert_eq!(*status, ShipmentStatus::Cancelled, "{id}");
                }
            }
            Status::Purchased
            | Status::Reserving
            | Status::Reserved
            | Status::Paying
            | Status::Paid
            | Status::Confirmed
            | Status::Shipped => panic!("{id} is {status:?}"),
        }
    }
    for (sku, received) in received {
        let stocks = world.stocks.iter().filter(|((_, of), _)| of == sku).map(|(_, stock)| &stock.state);
        let (on_hand, reserved) =
            stocks.fold((0, 0), |(on_hand, reserved), state| (on_hand + state.on_hand, reserved + state.reserved()));
        let of_sku = |goods: &BTreeMap<Sku, u64>| goods.get(sku).copied().unwrap_or_default();
        assert_eq!((on_hand, reserved), (received - of_sku(&sold) + of_sku(&back), 0), "{sku}");
    }
}

/// How far each status is on the diagram; none goes back, and three are ends.
pub(crate) fn follows(before: &Status, after: &Status) -> bool {
    let rank = |status: &Status| match status {
        Status::Purchased => 0,
        Status::Reserving => 1,
        Status::Reserved => 2,
        Status::Paying => 3,
        Status::Paid => 4,
        Status::Confirmed => 5,
        Status::Shipped => 6,
        Status::Delivered => 7,
        Status::Failed(_) | Status::Cancelled(_) => 8,
    };
    let (from, to) = (rank(before), rank(after));
    let fails = matches!(after, Status::Failed(_)) && from <= 4;
    let is_cancelled = matches!(after, Status::Cancelled(_)) && from <= 5;
    let is_free = *before == Status::Reserved && *after == Status::Confirmed;
    before == after || (to < 8 && from + 1 == to) || fails || is_cancelled || is_free
}
