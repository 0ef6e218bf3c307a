//! Whether stock, payment, invoice and shipments of every order agree with its status.

use super::moments::Moments;
use super::violation::{Invariant, Violation, unreadable};
use super::waits::{Ended, nobody_waits};
use foldlog::{Decider, StreamName};
use shop_domain::order::Status;
use shop_domain::values::{OrderId, Sku, StockId};
use shop_domain::{invoice, payment, shipment, stock};
use std::collections::BTreeMap;

/// Quantities by order and product.
type Goods = BTreeMap<(OrderId, Sku), u64>;

pub(super) fn judge(moments: &Moments<'_>) -> Result<(), Violation> {
    let mut stock = Stock::of(moments)?;
    let mut shipments = shipments(moments)?;
    for (order, ended) in nobody_waits(moments)? {
        let disagrees = |what: String| {
            let Ended { status, placement, .. } = &ended;
            Violation::new(
                Invariant::Agreement,
                format!("{order} is {status:?}, of {:?}: {what}", placement.totals.total),
            )
        };
        let status = &ended.status;
        let (is_held, is_gone) = match status {
            Status::Confirmed => (true, false),
            Status::Shipped | Status::Delivered => (false, true),
            Status::Failed(_) | Status::Cancelled(_) => (false, false),
            Status::Purchased | Status::Reserving | Status::Reserved | Status::Paying | Status::Paid => {
                return Err(disagrees("that is no end".to_owned()));
            }
        };
        for line in &ended.placement.lines {
            let all = |is: bool| if is { line.quantity.get() } else { 0 };
            let (held, gone) = (all(is_held), all(is_gone));
            let found = stock.take(&order, &line.sku);
            if found != (held, gone) {
                let what = format!("{found:?} {} are held and gone, instead of {:?}", line.sku, (held, gone));
                return Err(disagrees(what));
            }
        }
        let payment = moments.last::<payment::Payment>(&StreamName::of::<payment::Payment>(&order))?;
        if !is_paid(status, ended.placement.totals.total.amount() > 0, &payment) {
            return Err(disagrees(format!("its payment is {payment:?}")));
        }
        let invoice = moments.last::<invoice::Invoice>(&StreamName::of::<invoice::Invoice>(&order))?;
        if !is_billed(status, &payment, &invoice) {
            return Err(disagrees(format!("its invoice is {invoice:?}")));
        }
        let sent = shipments.remove(&order).unwrap_or_default();
        if let Some(wrong) = sent.iter().find(|shipment| !is_sent(status, shipment)) {
            return Err(disagrees(format!("a shipment is {wrong:?}")));
        }
        if sent.is_empty() && (is_held || is_gone) {
            return Err(disagrees("it has no shipment".to_owned()));
        }
    }
    stock.belongs_to_nobody()
}

/// Whether an order failed or was cancelled.
const fn is_void(order: &Status) -> bool {
    matches!(order, Status::Failed(_) | Status::Cancelled(_))
}

/// Whether an order may have a payment in this state.
fn is_paid(order: &Status, is_due: bool, payment: &payment::State) -> bool {
    use payment::Status::{Authorised, CaptureFailed, Captured, Declined, Pending, Refunded, Voided};
    match payment {
        payment::State::Uncreated => !is_due || is_void(order),
        payment::State::Created { status, .. } => match status {
            Pending => false,
            Authorised => *order == Status::Confirmed,
            Captured | CaptureFailed(_) => matches!(order, Status::Shipped | Status::Delivered),
            Declined(_) | Voided | Refunded => is_void(order),
        },
    }
}

/// Whether an order with this payment may have an invoice in this state.
fn is_billed(order: &Status, payment: &payment::State, invoice: &invoice::State) -> bool {
    let is_open = matches!(payment, payment::State::Created { status: payment::Status::CaptureFailed(_), .. });
    match invoice {
        invoice::State::Unissued => is_void(order),
        invoice::State::Issued { status, .. } => match status {
            invoice::Status::Open | invoice::Status::Sent => {
                matches!(order, Status::Confirmed | Status::Shipped) || *order == Status::Delivered && is_open
            }
            invoice::Status::Paid => *order == Status::Delivered && !is_open,
            invoice::Status::Credited => matches!(order, Status::Cancelled(_)),
        },
    }
}

/// Whether an order may have a shipment of this status.
const fn is_sent(order: &Status, shipment: &shipment::Status) -> bool {
    match shipment {
        shipment::Status::Waiting => matches!(order, Status::Confirmed),
        shipment::Status::Dispatched { .. } => matches!(order, Status::Shipped),
        shipment::Status::Delivered { .. } => matches!(order, Status::Shipped | Status::Delivered),
        shipment::Status::Cancelled => matches!(order, Status::Cancelled(_)),
    }
}

/// The goods that all warehouses hold or dispatched for each order.
struct Stock {
    held: Goods,
    gone: Goods,
}

impl Stock {
    fn of(moments: &Moments<'_>) -> Result<Self, Violation> {
        let (mut held, mut gone) = (Goods::new(), Goods::new());
        for stream in moments.category(stock::Stock::CATEGORY) {
            let StockId { sku, .. } =
                stream.id_of::<stock::Stock>().ok_or_else(|| unreadable(stream, "its name is no stock's"))?;
            for state in moments.states::<stock::Stock>(stream, None)? {
                if state.reserved() > state.on_hand {
                    return Err(Violation::new(Invariant::NeverOversold, format!("{stream}: {state:?}")));
                }
            }
            for (order, quantity) in moments.last::<stock::Stock>(stream)?.reservations {
                *held.entry((order, sku.clone())).or_default() += quantity.get();
            }
            for event in moments.events::<stock::Stock>(stream)? {
                if let stock::Event::StockDispatched { order, quantity } = event {
                    *gone.entry((order, sku.clone())).or_default() += quantity.get();
                }
            }
        }
        Ok(Self { held, gone })
    }

    fn take(&mut self, order: &OrderId, sku: &Sku) -> (u64, u64) {
        let place = (order.clone(), sku.clone());
        (self.held.remove(&place).unwrap_or_default(), self.gone.remove(&place).unwrap_or_default())
    }

    /// Fails if goods are left that are held for, or were dispatched to, an order that must have none.
    fn belongs_to_nobody(self) -> Result<(), Violation> {
        match self.held.into_iter().chain(self.gone).find(|(_, quantity)| *quantity > 0) {
            Some(((order, sku), quantity)) => {
                let detail = format!("{quantity} {sku} are held or gone for {order}, which wants none");
                Err(Violation::new(Invariant::Agreement, detail))
            }
            None => Ok(()),
        }
    }
}

/// The statuses of each order's shipments.
fn shipments(moments: &Moments<'_>) -> Result<BTreeMap<OrderId, Vec<shipment::Status>>, Violation> {
    let mut shipments: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for stream in moments.category(shipment::Shipment::CATEGORY) {
        if let shipment::State::Created { consignment, status } = moments.last::<shipment::Shipment>(stream)? {
            shipments.entry(consignment.order).or_default().push(status);
        }
    }
    Ok(shipments)
}
