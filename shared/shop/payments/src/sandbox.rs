//! A provider in process. Its answers depend only on the card's token and on earlier requests.

mod journal;

use crate::payment::{Decline, Payment, Standing, Step};
use crate::provider::{Failure, Provider};
use crate::refusal::ProviderRefusal;
use crate::values::Reference;
use journal::{Account, Journal};
use shop_domain::values::Money;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The number of requests for which the sandbox is unavailable if the card is `tok_unavailable`.
const TURNED_AWAY: usize = 2;

/// A provider that moves no money. Clones share their payments.
///
/// | token | what happens |
/// |---|---|
/// | `tok_ok` | authorised |
/// | `tok_declined` | declined: `card_declined` |
/// | `tok_timeout_then_charged` | authorised, but the answer to the first request is lost |
/// | `tok_unavailable` | unavailable for the first two requests, then authorised |
/// | `tok_expires` | authorised, but a capture is refused as expired |
/// | any other | declined: `unknown_card` |
#[derive(Clone, Debug, Default)]
pub struct Sandbox(Arc<Mutex<Books>>);

/// A request to the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A read of the payment.
    Status,
    /// The step of this name.
    Step(&'static str),
}

#[derive(Debug, Default)]
struct Books {
    accounts: BTreeMap<Reference, Account>,
    asked: BTreeMap<Reference, Vec<Asked>>,
    changes: Vec<(Reference, Payment)>,
    journal: Option<Journal>,
}

impl Sandbox {
    /// A sandbox with a journal: it writes each change before it answers, and begins with the changes in the journal.
    pub fn kept_in(file: &Path) -> io::Result<Self> {
        let (journal, kept) = Journal::open(file)?;
        let mut books = Books::default();
        for (reference, account) in kept {
            books.note_down(&reference, account);
        }
        books.journal = Some(journal);
        Ok(Self(Arc::new(Mutex::new(books))))
    }

    /// The requests about a payment, in order.
    #[must_use]
    pub fn asked(&self, reference: &Reference) -> Vec<Asked> {
        self.books().asked.get(reference).cloned().unwrap_or_default()
    }

    /// All payments, as they are now.
    #[must_use]
    pub fn payments(&self) -> BTreeMap<Reference, Payment> {
        self.books().accounts.iter().map(|(reference, account)| (reference.clone(), account.payment)).collect()
    }

    /// The changes of all payments, in order, from an index on.
    #[must_use]
    pub fn changes(&self, first: usize) -> Vec<(Reference, Payment)> {
        self.books().changes.iter().skip(first).cloned().collect()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for Sandbox {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        let mut books = self.books();
        books.note(reference, Asked::Status);
        Ok(books.accounts.get(reference).map(|account| account.payment))
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        let mut books = self.books();
        books.note(reference, Asked::Step(step.name()));
        match (books.accounts.get(reference).cloned(), step) {
            (None, Step::Authorise { amount, card }) => books.authorise(reference, amount, card),
            (None, Step::Capture | Step::Void | Step::Refund) => Err(ProviderRefusal::Absent.into()),
            (Some(account), step) => books.move_on(reference, &account, step),
        }
    }
}

impl Books {
    fn note(&mut self, reference: &Reference, asked: Asked) {
        self.asked.entry(reference.clone()).or_default().push(asked);
    }

    /// The first authorisation under a reference.
    fn authorise(&mut self, reference: &Reference, amount: Money, card: &str) -> Result<Payment, Failure> {
        let asked = self.asked.get(reference).into_iter().flatten().filter(|asked| **asked != Asked::Status).count();
        let standing = match card {
            "tok_unavailable" if asked <= TURNED_AWAY => {
                return Err(Failure::Unavailable("the token says so".to_owned()));
            }
            "tok_ok" | "tok_timeout_then_charged" | "tok_unavailable" | "tok_expires" => Standing::Authorised,
            "tok_declined" => Standing::Declined { reason: Decline::CardDeclined },
            _ => Standing::Declined { reason: Decline::UnknownCard },
        };
        let payment = Payment { amount, standing };
        self.record(reference, Account { payment, card: card.to_owned() })?;
        match card {
            "tok_timeout_then_charged" => Err(Failure::Unknown("the answer is lost, as the token says".to_owned())),
            _ => Ok(payment),
        }
    }

    fn move_on(&mut self, reference: &Reference, account: &Account, step: Step<'_>) -> Result<Payment, Failure> {
        if let Step::Authorise { card, .. } = step
            && card != account.card
        {
            return Err(ProviderRefusal::OtherContent.into());
        }
        let payment = account.payment.after(step)?;
        if payment.standing == Standing::Captured && account.card == "tok_expires" {
            return Err(ProviderRefusal::Expired.into());
        }
        if payment != account.payment {
            self.record(reference, Account { payment, card: account.card.clone() })?;
        }
        Ok(payment)
    }

    /// Records a change. If the journal cannot be written, the payment does not change.
    fn record(&mut self, reference: &Reference, account: Account) -> Result<(), Failure> {
        let kept = self.journal.as_mut().map_or(Ok(()), |journal| journal.write(reference, &account));
        kept.map_err(|error| Failure::Unavailable(error.to_string()))?;
        self.note_down(reference, account);
        Ok(())
    }

    fn note_down(&mut self, reference: &Reference, account: Account) {
        self.changes.push((reference.clone(), account.payment));
        self.accounts.insert(reference.clone(), account);
    }
}
