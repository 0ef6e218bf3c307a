//! `invoice-<order id>`: the one invoice of a confirmed order.
//!
//! A credit note for returned goods takes its amount off the invoice, whatever its status is. Credit notes are numbered
//! like the returns of the order, so each is issued once. Crediting the invoice as a whole takes off the rest.

use crate::values::{AccountId, Line, Money, OrderId, Totals};
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
    /// Write it off: the shop does not expect the amount any more.
    WriteOff,
    /// Issue a credit note.
    CreditPart(CreditNote),
}

/// A credit note over a part of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreditNote {
    /// Its number: that of the return.
    pub number: u32,
    /// Its amount, with tax.
    pub amount: Money,
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
    InvoiceWrittenOff {},
    InvoicePartlyCredited(CreditNote),
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
        /// Its credit notes, in the order in which they were issued.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        credit_notes: Vec<CreditNote>,
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
    /// It was written off. It may still be paid.
    WrittenOff,
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
    /// The invoice was paid.
    #[error("the invoice was paid; nothing is due")]
    InvoicePaid,
    /// The credit notes would be more than the invoice.
    #[error("only {left} minor units of the invoice are left to credit")]
    CreditTooLarge {
        /// What is not credited yet.
        left: i64,
    },
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownInvoice) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl State {
    /// The amount that is not credited, in minor units: 0 if the invoice was credited as a whole, or not issued.
    #[must_use]
    pub fn uncredited(&self) -> i64 {
        match self {
            Self::Issued { bill, status, credit_notes } if *status != Status::Credited => {
                bill.totals.total.amount() - credit_notes.iter().map(|note| note.amount.amount()).sum::<i64>()
            }
            Self::Issued { .. } | Self::Unissued => 0,
        }
    }

    fn with(mut self, note: CreditNote) -> Self {
        if let Self::Issued { credit_notes, .. } = &mut self {
            credit_notes.push(note);
        }
        self
    }

    /// Issues a credit note once, over at most what is left. Nothing is left of an invoice that was credited.
    fn credit(&self, status: Status, known: &[CreditNote], note: &CreditNote) -> Result<Vec<Event>, Refusal> {
        if status == Status::Credited || known.iter().any(|known| known.number == note.number) {
            return Ok(vec![]);
        }
        match self.uncredited() {
            left if note.amount.amount() > left => Err(Refusal::CreditTooLarge { left }),
            _ => Ok(vec![Event::InvoicePartlyCredited(note.clone())]),
        }
    }
}

impl Decider for Invoice {
    const CATEGORY: &'static str = "invoice";
    const STATE_SCHEMA: u32 = 2;
    type Id = OrderId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Issue(_))
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let State::Issued { bill, status, credit_notes } = state else {
            return match command {
                Command::Issue(bill) => Ok(vec![Event::InvoiceIssued(bill.clone())]),
                Command::Send | Command::MarkPaid | Command::Credit | Command::WriteOff | Command::CreditPart(_) => {
                    Err(Refusal::UnknownInvoice)
                }
            };
        };
        match (status, command) {
            (_, Command::Issue(asked)) if asked != bill => Err(Refusal::OtherBill),
            (Status::Open, Command::Send) => Ok(vec![Event::InvoiceSent {}]),
            (Status::Open, Command::MarkPaid) => Ok(vec![Event::InvoiceSent {}, Event::InvoicePaid {}]),
            (Status::Sent | Status::WrittenOff, Command::MarkPaid) => Ok(vec![Event::InvoicePaid {}]),
            (Status::Open | Status::Sent | Status::Paid | Status::WrittenOff, Command::Credit) => {
                Ok(vec![Event::InvoiceCredited {}])
            }
            (_, Command::CreditPart(note)) => state.credit(*status, credit_notes, note),
            (Status::Open | Status::Sent, Command::WriteOff) => Ok(vec![Event::InvoiceWrittenOff {}]),
            (Status::Paid, Command::WriteOff) => Err(Refusal::InvoicePaid),
            (Status::Credited, Command::Send | Command::MarkPaid | Command::WriteOff) => Err(Refusal::InvoiceCredited),
            (_, Command::Issue(_))
            | (Status::Sent | Status::Paid | Status::WrittenOff, Command::Send)
            | (Status::Paid, Command::MarkPaid)
            | (Status::Credited, Command::Credit)
            | (Status::WrittenOff, Command::WriteOff) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        let status = match event.clone() {
            Event::InvoiceIssued(bill) => {
                return State::Issued { bill, status: Status::Open, credit_notes: vec![] };
            }
            Event::InvoiceSent {} => Status::Sent,
            Event::InvoicePaid {} => Status::Paid,
            Event::InvoiceCredited {} => Status::Credited,
            Event::InvoiceWrittenOff {} => Status::WrittenOff,
            Event::InvoicePartlyCredited(note) => return state.with(note),
        };
        match state {
            State::Issued { bill, credit_notes, .. } => State::Issued { bill, status, credit_notes },
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
    fn credit_notes_take_their_amounts_off_once_whether_it_is_paid_or_not() {
        let note = |number, amount| CreditNote { number, amount: bill(amount).totals.total };
        let (credit, credited) = (Command::CreditPart, Event::InvoicePartlyCredited);
        for before in [vec![], vec![Event::InvoiceSent {}, Event::InvoicePaid {}], vec![Event::InvoiceWrittenOff {}]] {
            let before = [issued(), before].concat();
            given::<Invoice>(&before).when(credit(note(1, 200))).then([credited(note(1, 200))]);
            let one = [before, vec![credited(note(1, 200))]].concat();
            given::<Invoice>(&one).when(credit(note(1, 200))).then_nothing();
            given::<Invoice>(&one).when(credit(note(2, 301))).then_refused(Refusal::CreditTooLarge { left: 300 });
            let both = [one, vec![credited(note(2, 300))]].concat();
            given::<Invoice>(&both).when(Command::Credit).then([Event::InvoiceCredited {}]);
            given::<Invoice>([both, vec![Event::InvoiceCredited {}]].concat()).when(credit(note(3, 1))).then_nothing();
        }
        let all = [issued(), vec![credited(note(1, 500))]].concat();
        given::<Invoice>(all).when(Command::MarkPaid).then([Event::InvoiceSent {}, Event::InvoicePaid {}]);
        given::<Invoice>([]).when(credit(note(1, 1))).then_refused(Refusal::UnknownInvoice);
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
