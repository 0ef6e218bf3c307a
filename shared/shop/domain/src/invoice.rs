//! `invoice-<order id>`: the one invoice of a confirmed order.

use crate::values::{AccountId, Line, OrderId, Totals};
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decider of an invoice.
pub struct Invoice;

/// A command to an invoice.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Issue the invoice.
    Issue(Bill),
    /// Send it to the customer.
    Send,
    /// Mark it as paid. If it was not sent before, this sends it, too.
    MarkPaid,
    /// Credit it.
    Credit,
}

/// The content of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bill {
    /// The account to bill.
    pub account: AccountId,
    /// The lines of the order.
    pub lines: Vec<Line>,
    /// The totals of the lines.
    pub totals: Totals,
}

/// An event of an invoice.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    InvoiceIssued(Bill),
    InvoiceSent {},
    InvoicePaid {},
    InvoiceCredited {},
}

impl foldlog::Event for Event {}

/// The state of an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The invoice does not exist.
    #[default]
    Unissued,
    /// The invoice was issued.
    Issued {
        /// The account, lines and totals.
        bill: Bill,
        /// Its status.
        status: Status,
    },
}

/// The status of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was issued, and not sent yet.
    Open,
    /// It was sent to the customer.
    Sent,
    /// It was paid.
    Paid,
    /// It was credited.
    Credited,
}

/// Why an invoice refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The invoice does not exist.
    #[error("there is no such invoice")]
    UnknownInvoice,
    /// The order has an invoice with other lines.
    #[error("the order has an invoice of other lines, and it stays as it is")]
    OtherBill,
    /// The invoice was credited.
    #[error("the invoice was credited; nothing is due")]
    InvoiceCredited,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownInvoice) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl Decider for Invoice {
    const CATEGORY: &'static str = "invoice";
    const STATE_SCHEMA: u32 = 1;
    type Id = OrderId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Issue(_))
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let State::Issued { bill, status } = state else {
            return match command {
                Command::Issue(bill) => Ok(vec![Event::InvoiceIssued(bill.clone())]),
                Command::Send | Command::MarkPaid | Command::Credit => Err(Refusal::UnknownInvoice),
            };
        };
        match (status, command) {
            (_, Command::Issue(asked)) if asked != bill => Err(Refusal::OtherBill),
            (Status::Open, Command::Send) => Ok(vec![Event::InvoiceSent {}]),
            (Status::Open, Command::MarkPaid) => Ok(vec![Event::InvoiceSent {}, Event::InvoicePaid {}]),
            (Status::Sent, Command::MarkPaid) => Ok(vec![Event::InvoicePaid {}]),
            (Status::Open | Status::Sent | Status::Paid, Command::Credit) => Ok(vec![Event::InvoiceCredited {}]),
            (Status::Credited, Command::Send | Command::MarkPaid) => Err(Refusal::InvoiceCredited),
            (_, Command::Issue(_))
            | (Status::Sent | Status::Paid, Command::Send)
            | (Status::Paid, Command::MarkPaid)
            | (Status::Credited, Command::Credit) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        let status = match event.clone() {
            Event::InvoiceIssued(bill) => return State::Issued { bill, status: Status::Open },
            Event::InvoiceSent {} => Status::Sent,
            Event::InvoicePaid {} => Status::Paid,
            Event::InvoiceCredited {} => Status::Credited,
        };
        match state {
            State::Issued { bill, .. } => State::Issued { bill, status },
            State::Unissued => State::Unissued,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Money;
    use foldlog_testing::specification::given;

    fn bill(amount: i64) -> Bill {
        let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
        Bill {
            account: "a1".repeat(16).parse().unwrap(),
            lines: vec![Line {
                sku: "mug".parse().unwrap(),
                quantity: 1.try_into().unwrap(),
                unit_price: euro(amount),
                category: None,
            }],
            totals: Totals { net: euro(amount), tax: euro(0), total: euro(amount) },
        }
    }

    fn issued() -> Vec<Event> {
        vec![Event::InvoiceIssued(bill(500))]
    }

    #[test]
    fn an_order_has_one_invoice() {
        given::<Invoice>([]).when(Command::Issue(bill(500))).then(issued());
        given::<Invoice>(issued()).when(Command::Issue(bill(500))).then_nothing();
        given::<Invoice>(issued()).when(Command::Issue(bill(501))).then_refused(Refusal::OtherBill);
    }

    #[test]
    fn whoever_has_paid_has_been_sent_it() {
        given::<Invoice>(issued()).when(Command::MarkPaid).then([Event::InvoiceSent {}, Event::InvoicePaid {}]);
        let sent = [issued(), vec![Event::InvoiceSent {}]].concat();
        given::<Invoice>(sent).when(Command::MarkPaid).then([Event::InvoicePaid {}]);
    }

    #[test]
    fn what_is_credited_is_due_no_more() {
        for before in [vec![], vec![Event::InvoiceSent {}], vec![Event::InvoiceSent {}, Event::InvoicePaid {}]] {
            let before = [issued(), before].concat();
            given::<Invoice>(&before).when(Command::Credit).then([Event::InvoiceCredited {}]);
            let credited = [before, vec![Event::InvoiceCredited {}]].concat();
            given::<Invoice>(&credited).when(Command::Credit).then_nothing();
            given::<Invoice>(credited).when(Command::MarkPaid).then_refused(Refusal::InvoiceCredited);
        }
    }
}
