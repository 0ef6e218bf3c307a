//! The payment provider: the sandbox behind a bad connection, with webhooks to the shop.

mod books;
mod unasked;

pub(crate) use books::Books;

use crate::defects::unnumbered;
use crate::executor::Owner;
use crate::faults::Mishap;
use crate::gateway::{Sent, send};
use crate::world::{Host, World};
use foldlog::Clock;
use futures::FutureExt;
use http::Method;
use shop_domain::values::Money;
use shop_payments::webhook::{SIGNATURE, TIMESTAMP, Webhook, sign};
use shop_payments::{Failure, Payment, Reference, Step};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The longest time that a request or its answer takes,
const LONGEST_WAY_MS: u64 = 300;
/// that a caller waits for a lost answer,
const PATIENCE: Duration = Duration::from_secs(4);
/// and that a late request, whose caller has stopped waiting, takes.
const LONGEST_DELAY_MS: u64 = 3_600_000;
/// The maximum number of attempts to send a webhook that the shop does not accept, the number for a change that nothing
/// else tells the shop of, and the longest pause before each.
const TRIES: usize = 6;
const MOST_TRIES: usize = 500;
const LONGEST_PAUSE_MS: u64 = 60_000;

/// What the provider signs its webhooks with.
pub(crate) const WEBHOOK_SECRET: &str = "a-provider-in-the-simulation";

/// A function's connection to the provider.
pub(crate) struct Provider(Arc<World>);

impl Provider {
    pub(crate) fn of(world: &Arc<World>) -> Self {
        Self(world.clone())
    }

    async fn way(&self) {
        let ms = self.0.dice(|dice| dice.u64(1..=LONGEST_WAY_MS));
        self.0.sleep(Duration::from_millis(ms)).await;
    }

    async fn silence(&self) -> Failure {
        self.0.sleep(PATIENCE).await;
        Failure::Unknown("no answer came".to_owned())
    }
}

impl shop_payments::Provider for Provider {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        self.way().await;
        if self.0.occurs(Mishap::ProviderSilent) {
            return Err(self.silence().await);
        }
        let status = self.0.books.sandbox.status(reference).await;
        self.way().await;
        status
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        self.way().await;
        let mishaps =
            [Mishap::ProviderUnavailable, Mishap::ProviderSilent, Mishap::ProviderAnswerLost, Mishap::ProviderLate];
        match self.0.at_most_one(mishaps) {
            Some(Mishap::ProviderUnavailable) => Err(Failure::Unavailable("it is closed".to_owned())),
            Some(Mishap::ProviderAnswerLost) => {
                drop(carry_out(&self.0, reference, step).await);
                Err(self.silence().await)
            }
            Some(Mishap::ProviderLate) => {
                later(&self.0, reference.clone(), Late::of(step));
                Err(self.silence().await)
            }
            Some(_) => Err(self.silence().await),
            None => {
                let carried_out = carry_out(&self.0, reference, step).await;
                self.way().await;
                carried_out
            }
        }
    }
}

/// A step that arrives after its caller has stopped waiting.
enum Late {
    Authorise(Money, String),
    Capture,
    Void,
    Refund,
    RefundPart(u32, Money),
}

impl Late {
    fn of(step: Step<'_>) -> Self {
        match step {
            Step::Authorise { amount, card } => Self::Authorise(amount, card.to_owned()),
            Step::Capture => Self::Capture,
            Step::Void => Self::Void,
            Step::Refund => Self::Refund,
            Step::RefundPart { number, amount } => Self::RefundPart(number, amount),
        }
    }

    fn step(&self) -> Step<'_> {
        match self {
            Self::Authorise(amount, card) => Step::Authorise { amount: *amount, card },
            Self::Capture => Step::Capture,
            Self::Void => Step::Void,
            Self::Refund => Step::Refund,
            Self::RefundPart(number, amount) => Step::RefundPart { number: *number, amount: *amount },
        }
    }
}

/// Carries out a step after its caller has stopped waiting.
fn later(world: &Arc<World>, reference: Reference, late: Late) {
    let ms = world.dice(|dice| dice.u64(1..=LONGEST_DELAY_MS));
    let on = world.clone();
    let arrival = async move {
        on.sleep(Duration::from_millis(ms)).await;
        on.say(|| format!("the provider gets {} of {reference} late", late.step().name()));
        drop(carry_out(&on, &reference, late.step()).await);
    };
    world.spawner.spawn(Owner::World, arrival.boxed());
}

async fn carry_out(world: &Arc<World>, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
    use shop_payments::Provider as _;
    let carried_out = world.books.sandbox.carry_out(reference, step).await;
    world.say(|| format!("the provider: {} of {reference}: {carried_out:?}", step.name()));
    tell_all(world, Certainty::MayBeLost);
    if let Ok(payment) = &carried_out {
        unasked::may_follow(world, reference, payment, |world| tell_all(world, Certainty::Arrives));
    }
    carried_out
}

/// Whether a webhook arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    /// It may be lost for good: the shop asked for the change, and asks again.
    MayBeLost,
    /// It arrives: nothing else tells the shop.
    Arrives,
}

/// Sends webhooks for all changes that have none yet.
fn tell_all(world: &Arc<World>, certainty: Certainty) {
    let _ = world.books.sandbox.lapse_due();
    let told = world.books.told.load(Ordering::Relaxed);
    for (reference, payment) in world.books.sandbox.changes(told) {
        world.books.told.fetch_add(1, Ordering::Relaxed);
        tell(world, &Webhook::new(reference, unnumbered(world, payment)), certainty);
    }
}

/// Sends a webhook to the shop until it is accepted, unless it is lost for good.
fn tell(world: &Arc<World>, notice: &Webhook, certainty: Certainty) {
    if certainty == Certainty::MayBeLost && world.occurs(Mishap::NoticeLost) {
        return;
    }
    let tries = if certainty == Certainty::Arrives { MOST_TRIES } else { TRIES };
    let on = world.clone();
    let Ok(secret) = WEBHOOK_SECRET.parse() else { return };
    let body = serde_json::to_value(notice).unwrap_or_default();
    let telling = async move {
        for _ in 0..tries {
            let ms = on.dice(|dice| dice.u64(1..=LONGEST_PAUSE_MS));
            on.sleep(Duration::from_millis(ms)).await;
            let now = Host::new(&on).now();
            let signature = sign(&secret, now, body.to_string().as_bytes());
            let headers = vec![(SIGNATURE, signature), (TIMESTAMP, now.0.to_string())];
            let path = "/webhooks/payments".to_owned();
            let sent = Sent { subject: String::new(), method: Method::POST, path, headers, body: body.clone() };
            if send(&on, &sent).await.is_some_and(|got| got.status < 300) {
                return;
            }
        }
    };
    world.spawner.spawn(Owner::World, telling.boxed());
}
