//! What holds of the shop, always and at the end.

use crate::world::shop::{Provider, World};
use shop_domain::fulfilment::State as ProcessState;
use shop_domain::invoice::{State as InvoiceState, Status as InvoiceStatus};
use shop_domain::order::{State as OrderState, Status};
use shop_domain::payment::{State as PaymentState, Status as PaymentStatus};
use shop_domain::shipment::{State as ShipmentState, Status as ShipmentStatus};
use shop_domain::values::{OrderId, Sku};
use std::collections::BTreeMap;

/// At every moment.
pub(crate) fn hold_always(world: &World) {
    for (place, stock) in &world.stocks {
        assert!(stock.state.reserved() <= stock.state.on_hand, "{place:?}: {:?}", stock.state);
    }
    for (id, order) in &world.orders {
        let OrderState::Placed { placement, status: order_status, .. } = &order.state else { continue };
        let left = matches!(order_status, Status::Shipped | Status::Delivered);
        let payment = world.payments.get(id).and_then(|payment| match &payment.state {
            PaymentState::Created { status, .. } => Some(status),
            PaymentState::Uncreated => None,
        });
        let takes_at_once = matches!(world.providers[id], Provider::Captures);
        assert!(
            left || takes_at_once || payment != Some(&PaymentStatus::Captured),
            "{id} is {order_status:?} and captured"
        );
        for shipment in world.shipments.values() {
            if let ShipmentState::Created { consignment, status } = &shipment.state {
                let leaves = matches!(status, ShipmentStatus::Dispatched { .. } | ShipmentStatus::Delivered { .. });
                assert!(left || !leaves || consignment.order != *id, "{id} left though it is not shipped");
                let arrived = matches!(status, ShipmentStatus::Delivered { .. }) || consignment.order != *id;
                assert!(*order_status != Status::Delivered || arrived, "{id} is delivered before it arrived");
            }
        }
        if *order_status == Status::Confirmed {
            let held = matches!(payment, Some(PaymentStatus::Authorised | PaymentStatus::Captured));
            assert!(held || placement.totals.total.amount() == 0, "{id} is confirmed, its payment {payment:?}");
            for line in &placement.lines {
                let stocks = world.stocks.iter().filter(|((_, sku), _)| *sku == line.sku);
                let reserved = stocks.filter_map(|(_, stock)| stock.state.reservations.get(id));
                assert_eq!(reserved.map(|quantity| quantity.get()).sum::<u64>(), line.quantity.get(), "{id}");
            }
        }
    }
}

pub(crate) fn status_of<'a>(world: &'a World, id: &OrderId) -> Option<&'a Status> {
    match &world.orders.get(id)?.state {
        OrderState::Placed { status, .. } => Some(status),
        OrderState::Unplaced => None,
    }
}

/// At the end: every process is finished, and all that stands elsewhere agrees with its order.
pub(crate) fn hold_at_the_end(world: &World, received: &BTreeMap<Sku, u64>) {
    let mut sold: BTreeMap<Sku, u64> = BTreeMap::new();
    for (id, process) in &world.processes {
        let ProcessState::Started(process) = &process.state else { panic!("{id} did not start") };
        assert!(process.finished(), "{id} waits: {:?} {process:?}", process.awaited(id));
        assert_eq!(process.next_deadline(), None);
        let OrderState::Placed { placement, status, .. } = &world.orders[id].state else { panic!("{id} not placed") };
        let payment = world.payments.get(id).map(|payment| &payment.state);
        let invoice = world.invoices.get(id).map(|invoice| &invoice.state);
        let shipments = world.shipments.values().filter_map(|shipment| match &shipment.state {
            ShipmentState::Created { consignment, status } if consignment.order == *id => Some((consignment, status)),
            ShipmentState::Created { .. } | ShipmentState::Uncreated => None,
        });
        match status {
            Status::Delivered => {
                let free = placement.totals.total.amount() == 0;
                let charged = matches!(payment, Some(PaymentState::Created { charge, status: PaymentStatus::Captured })
                    if charge.amount == placement.totals.total);
                assert!(charged || free && payment.is_none(), "{id}: {payment:?}");
                let paid = matches!(invoice, Some(InvoiceState::Issued { status: InvoiceStatus::Paid, .. }));
                assert!(paid, "{id}: {invoice:?}");
                let mut sent: BTreeMap<&Sku, u64> = BTreeMap::new();
                for (consignment, status) in shipments {
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
                let undone = match payment {
                    None => true,
                    Some(PaymentState::Created { status, .. }) => {
                        matches!(status, PaymentStatus::Declined(_) | PaymentStatus::Voided | PaymentStatus::Refunded)
                    }
                    Some(PaymentState::Uncreated) => false,
                };
                assert!(undone, "{id}: {payment:?}");
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
        let sold = sold.get(sku).copied().unwrap_or_default();
        assert_eq!((on_hand, reserved), (received - sold, 0), "{sku}");
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
