//! A provider in process. Its answers depend only on the card's token, on earlier requests, and on the time if it has a
//! clock.

mod cards;
mod journal;

use crate::payment::{PartialRefund, Payment, Standing, Step};
use crate::provider::{Failure, Provider};
use crate::refusal::ProviderRefusal;
use crate::values::Reference;
use cards::Card;
use foldlog::Timestamp;
use journal::{Account, Journal};
use shop_domain::values::Money;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, io};

/// The number of requests for which the sandbox is unavailable if the card is `tok_unavailable`.
const TURNED_AWAY: usize = 2;

/// A provider that moves no money. Clones share their payments.
///
/// | token | what happens |
/// |---|---|
/// | `tok_ok` | authorised, and held for a week |
/// | `tok_declined` | declined: `card_declined` |
/// | `tok_timeout_then_charged` | authorised, but the answer to the first request is lost |
/// | `tok_unavailable` | unavailable for the first two requests, then authorised |
/// | `tok_expires` | authorised, but a capture is refused as expired |
/// | `tok_gone` | authorised, but a capture or void is refused as expired |
/// | `tok_brief` | authorised, and held for ten minutes; then voided |
/// | `tok_stuck` | authorised, but a capture or void is not possible |
/// | `tok_other_amount` | authorised, but a capture takes one minor unit less |
/// | `tok_refunded` | authorised, and refunded as soon as it is captured |
/// | `tok_unrefundable` | authorised, but a refund is not possible, neither of all nor of a part |
/// | `tok_<one>_then_<other>` | `tok_<one>` at the first attempt of an order, then `tok_<other>` |
/// | any other | declined: `unknown_card` |
///
/// A hold ends by itself only if the sandbox has a clock.
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

/// A change that a provider makes without a request of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByItself {
    /// The hold ends, and the payment reads `voided`.
    Lapse,
    /// The hold ends, and the payment still reads `authorised`: later steps are refused as expired.
    Expire,
    /// It captures this amount.
    Capture(Money),
    /// Somebody refunds the amount, or what is left of it.
    Refund,
    /// Somebody refunds a part.
    RefundPart(Money),
}

/// The source of the time.
#[derive(Clone)]
struct Time(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl fmt::Debug for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Time(…)")
    }
}

#[derive(Debug, Default)]
struct Books {
    accounts: BTreeMap<Reference, Account>,
    asked: BTreeMap<Reference, Vec<Asked>>,
    changes: Vec<(Reference, Payment)>,
    journal: Option<Journal>,
    time: Option<Time>,
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

    /// The sandbox with a clock: it says when a hold ends, and ends it then.
    #[must_use]
    pub fn dated(self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.books().time = Some(Time(Arc::new(now)));
        self
    }

    /// Makes a change without a request, if the payment stands so that it is possible.
    pub fn by_itself(&self, reference: &Reference, change: ByItself) -> Result<(), Failure> {
        self.books().by_itself(reference, change)
    }

    /// Ends the holds whose time has come, and returns when the next one ends.
    #[must_use = "wait until then"]
    pub fn lapse_due(&self) -> Option<Timestamp> {
        let mut books = self.books();
        let now = books.now()?;
        let held = |account: &Account| account.payment.expires_at.filter(|_| account.is_held());
        for reference in books.accounts.keys().cloned().collect::<Vec<_>>() {
            if books.accounts.get(&reference).and_then(held).is_some_and(|at| at <= now) {
                // A journal that cannot be written is tried again the next time.
                drop(books.by_itself(&reference, ByItself::Lapse));
            }
        }
        books.accounts.values().filter_map(held).min()
    }

    /// The requests about a payment, in order.
    #[must_use]
    pub fn asked(&self, reference: &Reference) -> Vec<Asked> {
        self.books().asked.get(reference).cloned().unwrap_or_default()
    }

    /// All payments, as they are now.
    #[must_use]
    pub fn payments(&self) -> BTreeMap<Reference, Payment> {
        self.books().accounts.iter().map(|(reference, account)| (reference.clone(), account.payment.clone())).collect()
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
        Ok(books.accounts.get(reference).map(|account| account.payment.clone()))
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        let mut books = self.books();
        books.note(reference, Asked::Step(step.name()));
        match (books.accounts.get(reference).cloned(), step) {
            (None, Step::Authorise { amount, card }) => books.authorise(reference, amount, card),
            (None, Step::Capture | Step::Void | Step::Refund | Step::RefundPart { .. }) => {
                Err(ProviderRefusal::Absent.into())
            }
            (Some(account), step) => books.move_on(reference, &account, step),
        }
    }
}

impl Books {
    fn note(&mut self, reference: &Reference, asked: Asked) {
        self.asked.entry(reference.clone()).or_default().push(asked);
    }

    fn now(&self) -> Option<Timestamp> {
        self.time.as_ref().map(|time| (time.0)())
    }

    /// The first authorisation under a reference.
    fn authorise(&mut self, reference: &Reference, amount: Money, token: &str) -> Result<Payment, Failure> {
        let asked = self.asked.get(reference).into_iter().flatten().filter(|asked| **asked != Asked::Status).count();
        let card = Card::of(token, reference);
        if card == Card::Unavailable && asked <= TURNED_AWAY {
            return Err(Failure::Unavailable("the token says so".to_owned()));
        }
        let standing = card.first();
        let expires_at = self.now().filter(|_| standing == Standing::Authorised).map(|now| now.after(card.lifetime()));
        let payment = Payment { amount, standing, expires_at, refunds: vec![] };
        self.record(reference, Account { payment: payment.clone(), card: token.to_owned(), expired: false })?;
        if card == Card::TimeoutThenCharged {
            return Err(Failure::Unknown("the answer is lost, as the token says".to_owned()));
        }
        Ok(payment)
    }

    fn move_on(&mut self, reference: &Reference, account: &Account, step: Step<'_>) -> Result<Payment, Failure> {
        if let Step::Authorise { amount, card } = step
            && (card != account.card || amount != account.payment.amount)
        {
            return Err(ProviderRefusal::OtherContent.into());
        }
        if account.is_held() && matches!(step, Step::Capture | Step::Void) && self.is_over(account) {
            return Err(ProviderRefusal::Expired.into());
        }
        let moves = Card::of(&account.card, reference).moves(&account.payment, step)?;
        for payment in &moves {
            self.record(reference, Account { payment: payment.clone(), ..account.clone() })?;
        }
        Ok(moves.into_iter().next_back().unwrap_or_else(|| account.payment.clone()))
    }

    /// Whether the time of a hold is over.
    fn is_over(&self, account: &Account) -> bool {
        account.expired || account.payment.expires_at.zip(self.now()).is_some_and(|(at, now)| at <= now)
    }

    fn by_itself(&mut self, reference: &Reference, change: ByItself) -> Result<(), Failure> {
        let Some(account) = self.accounts.get(reference).cloned() else { return Err(ProviderRefusal::Absent.into()) };
        let payment = account.payment.clone();
        let changed = match (payment.standing, change) {
            (Standing::Authorised, ByItself::Expire) => Account { expired: true, ..account },
            (Standing::Authorised, ByItself::Lapse) => {
                Account { payment: Payment { standing: Standing::Voided, ..payment }, ..account }
            }
            // What the card lets nobody capture, the provider does not capture by itself either.
            (Standing::Authorised, ByItself::Capture(amount))
                if !self.is_over(&account)
                    && Card::of(&account.card, reference).moves(&payment, Step::Capture).is_ok() =>
            {
                Account { payment: Payment { standing: Standing::Captured, amount, ..payment }, ..account }
            }
            (Standing::Captured, ByItself::Refund) => {
                Account { payment: Payment { standing: Standing::Refunded, ..payment }, ..account }
            }
            (Standing::Captured, ByItself::RefundPart(amount)) => {
                Account { payment: payment.without(PartialRefund { number: None, amount })?, ..account }
            }
            _ => return Err(ProviderRefusal::NotPossible.into()),
        };
        self.record(reference, changed)
    }

    /// Records a change. If the journal cannot be written, the payment does not change.
    fn record(&mut self, reference: &Reference, account: Account) -> Result<(), Failure> {
        let kept = self.journal.as_mut().map_or(Ok(()), |journal| journal.write(reference, &account));
        kept.map_err(|error| Failure::Unavailable(error.to_string()))?;
        self.note_down(reference, account);
        Ok(())
    }

    /// A hold that ends without notice is a change that nobody sees.
    fn note_down(&mut self, reference: &Reference, account: Account) {
        if self.accounts.get(reference).is_none_or(|known| known.payment != account.payment) {
            self.changes.push((reference.clone(), account.payment.clone()));
        }
        self.accounts.insert(reference.clone(), account);
    }
}
