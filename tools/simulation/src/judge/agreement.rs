//! Whether stock, payment, invoice and shipments of every order agree with its status.

use super::moments::Moments;
use super::stock::Stock;
use super::violation::{Invariant, Violation, unreadable};
use super::waits::{Ended, nobody_waits};
use foldlog::{Decider, StreamName};
use shop_domain::order::{Debt, Loss, Status};
use shop_domain::values::{OrderId, PaymentId, Quantity, Sku};
use shop_domain::{invoice, payment, shipment};
use std::collections::BTreeMap;

pub(super) fn judge(moments: &Moments<'_>) -> Result<(), Violation> {
    let mut stock = Stock::of(moments)?;
    let mut shipments = shipments(moments)?;
    let mut payments = payments(moments)?;
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
        let paid = Paid { payments: payments.remove(&order).unwrap_or_default(), debt: &ended.debt };
        if !paid.agrees(status, ended.placement.totals.total.amount() > 0) {
            return Err(disagrees(format!("it owes {:?}, and its payments are {:?}", paid.debt, paid.payments)));
        }
        let invoice = moments.last::<invoice::Invoice>(&StreamName::of::<invoice::Invoice>(&order))?;
        if !paid.is_billed(status, &invoice) {
            return Err(disagrees(format!("its payments are {:?}, and its invoice is {invoice:?}", paid.payments)));
        }
        let sent = shipments.remove(&order).unwrap_or_default();
        if let Some((wrong, _)) = sent.iter().find(|(shipment, _)| !is_sent(status, shipment)) {
            return Err(disagrees(format!("a shipment is {wrong:?}")));
        }
        let mut packed: BTreeMap<&Sku, u64> = BTreeMap::new();
        for (sku, quantity) in sent.iter().filter(|(status, _)| *status != CANCELLED).flat_map(|(_, goods)| goods) {
            *packed.entry(sku).or_default() += quantity.get();
        }
        let bought = ended.placement.lines.iter().filter(|_| is_held || is_gone);
        if packed != bought.map(|line| (&line.sku, line.quantity.get())).collect() {
            return Err(disagrees(format!("its shipments are {sent:?}")));
        }
    }
    stock.belongs_to_nobody()
}

/// Whether an order failed or was cancelled.
const fn is_void(order: &Status) -> bool {
    matches!(order, Status::Failed(_) | Status::Cancelled(_))
}

/// The payments of an order, and what it owes.
struct Paid<'a> {
    payments: Vec<payment::Status>,
    debt: &'a Debt,
}

impl Paid<'_> {
    fn count(&self, is: impl Fn(&payment::Status) -> bool) -> usize {
        self.payments.iter().filter(|status| is(status)).count()
    }

    fn captured(&self) -> usize {
        self.count(|status| *status == payment::Status::Captured)
    }

    /// Whether the payment was refunded by hand, so that the order is not paid any more.
    fn is_returned(&self) -> bool {
        let returned = self.count(|status| *status == payment::Status::Refunded) > 0;
        let is_held = self.count(|status| *status == payment::Status::Authorised) > 0;
        returned && !is_held && self.captured() == 0 && matches!(self.debt, Debt::None | Debt::Unpaid(Loss::Refunded))
    }

    /// Whether an order of this status may have these payments, and this debt. Nothing is left half done, and nothing
    /// is held or taken twice.
    fn agrees(&self, order: &Status, is_due: bool) -> bool {
        use payment::Status::{Authorised, CaptureFailed, Disputed, Pending};
        let (held, captured) = (self.count(|status| *status == Authorised), self.captured());
        let disputed = self.count(|status| matches!(status, Disputed(_)));
        let open = self.count(|status| matches!(status, Pending | CaptureFailed(_)));
        // What a cancelled order was about to collect is not collected any more.
        let is_collecting = matches!(self.debt, Debt::Collecting(_)) && !is_void(order);
        if open > 0 || held + captured > 1 || is_collecting {
            return false;
        }
        let none = held + captured + disputed == 0;
        match (order, self.debt) {
            (Status::Failed(_) | Status::Cancelled(_), _) => none,
            (_, Debt::None) if !is_due => self.payments.is_empty(),
            (Status::Confirmed, Debt::None) => held + captured == 1,
            // The hold may not have ended yet: it was not renewed.
            (Status::Confirmed, Debt::Unpaid(_)) => captured == 0,
            (Status::Shipped | Status::Delivered, Debt::None) => {
                held == 0 && disputed == 0 && (captured == 1 || self.is_returned())
            }
            (Status::Shipped | Status::Delivered, Debt::Unpaid(_) | Debt::WrittenOff(_)) => held + captured == 0,
            (
                Status::Purchased
                | Status::Reserving
                | Status::Reserved
                | Status::Paying
                | Status::Paid
                | Status::Confirmed
                | Status::Shipped
                | Status::Delivered,
                _,
            ) => false,
        }
    }

    /// Whether an order with these payments may have an invoice in this state.
    fn is_billed(&self, order: &Status, invoice: &invoice::State) -> bool {
        let is_written_off = matches!(self.debt, Debt::WrittenOff(_));
        let is_unpaid = matches!(self.debt, Debt::Unpaid(_));
        let is_open = !self.is_returned() && !is_written_off;
        match invoice {
            invoice::State::Unissued => is_void(order),
            invoice::State::Issued { status, .. } => match status {
                invoice::Status::Open | invoice::Status::Sent => {
                    is_open
                        && (matches!(order, Status::Confirmed | Status::Shipped)
                            || *order == Status::Delivered && is_unpaid)
                }
                invoice::Status::Paid => *order == Status::Delivered && is_open && !is_unpaid,
                invoice::Status::Credited => matches!(order, Status::Cancelled(_)) || self.is_returned(),
                // A late capture settles it, at the delivery as always.
                invoice::Status::WrittenOff => is_written_off || *order == Status::Shipped && self.captured() == 1,
            },
        }
    }
}

/// A shipment whose goods were withdrawn, or whose order was cancelled.
const CANCELLED: shipment::Status = shipment::Status::Cancelled;

/// Whether an order may have a shipment of this status.
const fn is_sent(order: &Status, shipment: &shipment::Status) -> bool {
    match shipment {
        shipment::Status::Waiting => matches!(order, Status::Confirmed),
        shipment::Status::Dispatched { .. } => matches!(order, Status::Shipped),
        shipment::Status::Delivered { .. } => matches!(order, Status::Shipped | Status::Delivered),
        shipment::Status::Cancelled => !matches!(order, Status::Failed(_)),
    }
}

/// The statuses of each order's payments.
fn payments(moments: &Moments<'_>) -> Result<BTreeMap<OrderId, Vec<payment::Status>>, Violation> {
    let mut payments: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for stream in moments.category(payment::Payment::CATEGORY) {
        let PaymentId { order, .. } =
            stream.id_of::<payment::Payment>().ok_or_else(|| unreadable(stream, "its name is no payment's"))?;
        if let payment::State::Created { status, .. } = moments.last::<payment::Payment>(stream)? {
            payments.entry(order).or_default().push(status);
        }
    }
    Ok(payments)
}

/// A shipment's status and contents.
type Sent = (shipment::Status, BTreeMap<Sku, Quantity>);

/// Each order's shipments.
fn shipments(moments: &Moments<'_>) -> Result<BTreeMap<OrderId, Vec<Sent>>, Violation> {
    let mut shipments: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for stream in moments.category(shipment::Shipment::CATEGORY) {
        if let shipment::State::Created { consignment, status } = moments.last::<shipment::Shipment>(stream)? {
            shipments.entry(consignment.order).or_default().push((status, consignment.contents));
        }
    }
    Ok(shipments)
}
