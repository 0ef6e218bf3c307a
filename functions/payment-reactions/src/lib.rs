//! The payment's reactions to the intents of fulfilment: they record the answers of the payment provider, and only
//! those. With `payment-commands` the only writer of `payment-…`.

mod keyed;

pub use keyed::KeyedProvider;

use foldlog::seal::KeyError;
use foldlog::{EventMessage, Executed, StreamName};
use foldlog_aws::OnAws;
use foldlog_functions::KeyPorts;
use foldlog_functions::keys::KeyringOn;
use foldlog_functions::owner::event_of;
use foldlog_functions::ports::{CommandsOn, ReactionsOn};
use foldlog_functions::secrets::SecretPorts;
use foldlog_lambda::queue::{ReactionError, Reactor};
use foldlog_lambda::{SettingError, Settings};
use shop_domain::fulfilment::{Fulfilment, PaymentRequest, REACTION, Request, request_of};
use shop_domain::payment::{self, Answer, Charge, Command, disputes};
use shop_domain::values::{CardToken, Money, Personal, Reason};
use shop_payments::{
    Connection, Failure, Patience, Payment, Provider, ProviderRefusal, Reference, Standing, Step, settle,
};

/// The step that records a payment as begun while its result is unknown.
const BEGUN: &str = "begin";

/// The ports of this function.
pub trait Ports: KeyPorts {
    /// The payment provider.
    type Provider: Provider + 'static;

    /// The payment provider that the settings name.
    fn provider(&self, settings: &Settings) -> Result<Self::Provider, SettingError>;
}

impl Ports for OnAws {
    type Provider = KeyedProvider<Self>;

    fn provider(&self, settings: &Settings) -> Result<KeyedProvider<Self>, SettingError> {
        let connection = Connection::new(settings.text("PAYMENT_PROVIDER_URL")?, Patience::default());
        let connection = connection.map_err(|error| SettingError::Invalid {
            name: "PAYMENT_PROVIDER_URL".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(KeyedProvider { connection, key: self.secret(settings.text("PAYMENT_PROVIDER_KEY_ARN")?) })
    }
}

/// The handler of the intents.
pub struct PaymentReactions<P: Ports> {
    payments: CommandsOn<payment::Payment, P>,
    provider: P::Provider,
    keys: KeyringOn<P>,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<ReactionsOn<PaymentReactions<P>, P>, SettingError> {
    let (payments, provider) = (ports.commands()?, ports.provider(settings)?);
    ports.reactions(PaymentReactions { payments, provider, keys: ports.keyring()? })
}

impl<P: Ports> Reactor for PaymentReactions<P> {
    const NAME: &'static str = "payment-reactions";
    type Log = P::Log;

    fn log(&self) -> &P::Log {
        self.payments.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let (order, event) = event_of::<Fulfilment>(message)?;
        let Some(Request::Payment { payment, request }) = request_of(&order, event) else { return Ok(()) };
        let intent =
            Intent { message, stream: StreamName::of::<payment::Payment>(&payment), reference: (&payment).into() };
        match request {
            PaymentRequest::Authorise(charge) => self.authorise(&intent, charge).await,
            PaymentRequest::Capture => self.capture(&intent).await,
            PaymentRequest::Void => self.void(&intent).await,
            PaymentRequest::Refund => self.refund(&intent).await,
            PaymentRequest::RefundPart { number, amount } => self.refund_part(&intent, number, amount).await,
        }
    }
}

/// An intent: the payment, and the event that requests a step of it.
struct Intent<'a> {
    message: &'a EventMessage,
    stream: StreamName,
    reference: Reference,
}

/// What became of a step.
enum Settled {
    /// The payment stands as the step wanted it, or moved by itself; either is recorded.
    Done,
    /// The provider refused, and holds the amount.
    Held(ProviderRefusal),
    /// The provider refused, and has the amount.
    Taken(ProviderRefusal),
    /// The provider refused, and has nothing under this reference.
    Gone(ProviderRefusal),
}

impl<P: Ports> PaymentReactions<P> {
    /// Authorises the amount. If the result is unknown, the payment is recorded as begun, and the provider is asked
    /// again later.
    async fn authorise(&self, intent: &Intent<'_>, charge: Charge) -> Result<(), ReactionError> {
        let Some(card) = self.card(&charge.card).await? else { return self.without_card(intent, charge).await };
        let step = Step::Authorise { amount: charge.amount, card: card.as_str() };
        match settle(&self.provider, &intent.reference, step).await {
            Ok(payment) => self.answered(intent, charge, &payment).await,
            // Nothing is held under this reference for the shop.
            Err(Failure::Refused(refusal)) => {
                let answer = Answer::Declined(final_refusal(refusal)?.into());
                self.execute(intent, &Command::Create { charge, answer }, REACTION).await.map(drop)
            }
            Err(unknown @ (Failure::Unknown(_) | Failure::Unavailable(_))) => {
                self.execute(intent, &Command::Create { charge, answer: Answer::Unknown }, BEGUN).await?;
                Err(ReactionError::Unavailable(unknown.into()))
            }
        }
    }

    /// A card that was erased cannot be charged any more. If the provider was asked before that, its answer counts.
    async fn without_card(&self, intent: &Intent<'_>, charge: Charge) -> Result<(), ReactionError> {
        if let Some(payment) = self.provider.status(&intent.reference).await.map_err(unsettled)? {
            return self.answered(intent, charge, &payment).await;
        }
        let answer = Answer::Declined(erased()?);
        self.execute(intent, &Command::Create { charge, answer }, REACTION).await.map(drop)
    }

    /// Records the provider's answer, and what became of the payment since.
    async fn answered(&self, intent: &Intent<'_>, charge: Charge, payment: &Payment) -> Result<(), ReactionError> {
        self.execute(intent, &Command::Create { answer: payment.answer(), charge }, REACTION).await?;
        match payment.standing {
            Standing::Authorised | Standing::Declined { .. } => Ok(()),
            // The payment moved by itself meanwhile.
            Standing::Captured | Standing::Voided | Standing::Refunded => self.record(intent, payment).await,
        }
    }

    /// The token of a card; none if it was erased with its account.
    async fn card(&self, sealed: &Personal<CardToken>) -> Result<Option<CardToken>, ReactionError> {
        let key = match CardToken::owner(sealed) {
            Some(account) => self.keys.key(account.as_str()).await.map_err(unopened)?,
            None => None,
        };
        CardToken::opened(sealed, key.as_ref()).map_err(ReactionError::malformed)
    }

    /// Captures the amount. If the provider refuses, the payment has moved by itself, or its hold is of no use.
    async fn capture(&self, intent: &Intent<'_>) -> Result<(), ReactionError> {
        match self.settled(intent, Step::Capture).await? {
            Settled::Done => Ok(()),
            Settled::Held(ProviderRefusal::Expired) | Settled::Gone(ProviderRefusal::Expired) => {
                self.lapse(intent, ProviderRefusal::Expired).await
            }
            Settled::Held(refusal) | Settled::Taken(refusal) => {
                self.execute(intent, &Command::FailCapture { reason: refusal.into() }, REACTION).await.map(drop)
            }
            Settled::Gone(refusal) => self.lapse(intent, refusal).await,
        }
    }

    /// Voids a hold. If the provider refuses and still shows the hold, it can neither be captured nor voided.
    async fn void(&self, intent: &Intent<'_>) -> Result<(), ReactionError> {
        match self.settled(intent, Step::Void).await? {
            Settled::Done => Ok(()),
            Settled::Held(refusal) | Settled::Gone(refusal) | Settled::Taken(refusal) => {
                self.lapse(intent, refusal).await
            }
        }
    }

    /// Refunds an amount. If the provider holds it only, as it may with another amount than the order's, the hold is
    /// voided. If it refuses to give the amount back, a person has to look at the payment.
    async fn refund(&self, intent: &Intent<'_>) -> Result<(), ReactionError> {
        match self.settled(intent, Step::Refund).await? {
            Settled::Done => Ok(()),
            Settled::Held(_) => self.void(intent).await,
            Settled::Gone(refusal) | Settled::Taken(refusal) => {
                self.execute(intent, &Command::FailRefund { reason: refusal.into() }, REACTION).await.map(drop)
            }
        }
    }

    /// Refunds a part. If the provider refuses, a person has to look at the payment.
    async fn refund_part(&self, intent: &Intent<'_>, number: u32, amount: Money) -> Result<(), ReactionError> {
        match self.settled(intent, Step::RefundPart { number, amount }).await? {
            Settled::Done => Ok(()),
            Settled::Held(refusal) | Settled::Gone(refusal) | Settled::Taken(refusal) => {
                let command = Command::FailRefundPart { number, amount, reason: refusal.into() };
                self.execute(intent, &command, REACTION).await.map(drop)
            }
        }
    }

    async fn lapse(&self, intent: &Intent<'_>, refusal: ProviderRefusal) -> Result<(), ReactionError> {
        self.execute(intent, &Command::Lapse { reason: refusal.into() }, REACTION).await.map(drop)
    }

    /// Takes a step, and records the payment as it stands then. If the provider refuses the step for good, the payment
    /// may have moved by itself, for example because it was captured before it could be voided. Then that change is
    /// recorded, and the process requests the next step from there.
    async fn settled(&self, intent: &Intent<'_>, step: Step<'_>) -> Result<Settled, ReactionError> {
        let refusal = match settle(&self.provider, &intent.reference, step).await {
            Ok(payment) => {
                self.record(intent, &payment).await?;
                return Ok(Settled::Done);
            }
            Err(Failure::Refused(refusal)) => final_refusal(refusal)?,
            Err(failure) => return Err(unsettled(failure)),
        };
        let Some(payment) = self.provider.status(&intent.reference).await.map_err(unsettled)? else {
            return Ok(Settled::Gone(refusal));
        };
        match (payment.standing, step) {
            (Standing::Authorised, _) => Ok(Settled::Held(refusal)),
            (Standing::Captured, Step::Refund | Step::RefundPart { .. }) => Ok(Settled::Taken(refusal)),
            (Standing::Declined { .. }, _) => Ok(Settled::Gone(refusal)),
            (Standing::Captured | Standing::Voided | Standing::Refunded, _) => {
                self.record(intent, &payment).await?;
                Ok(Settled::Done)
            }
        }
    }

    /// Brings the shop's payment to the standing of the provider's.
    async fn record(&self, intent: &Intent<'_>, payment: &Payment) -> Result<(), ReactionError> {
        for command in payment.commands() {
            if disputes(&command, &self.execute(intent, &command, &command.step()).await?) {
                break;
            }
        }
        Ok(())
    }

    async fn execute(
        &self,
        intent: &Intent<'_>,
        command: &Command,
        step: &str,
    ) -> Result<Executed<payment::State>, ReactionError> {
        let metadata = intent.message.metadata(Self::NAME, step);
        Ok(self.payments.execute(&intent.stream, command, &metadata).await?)
    }
}

/// The reason why a card that was erased cannot be charged.
fn erased() -> Result<Reason, ReactionError> {
    "the card was erased".parse().map_err(ReactionError::malformed)
}

fn unopened(error: KeyError) -> ReactionError {
    match error {
        KeyError::Unavailable(_) | KeyError::Erased(_) => ReactionError::Unavailable(error.into()),
        KeyError::Damaged(_) => ReactionError::malformed(error),
    }
}

fn unsettled(failure: Failure) -> ReactionError {
    match failure {
        Failure::Refused(refusal) => final_refusal(refusal).map_or_else(|error| error, refused),
        Failure::Unknown(_) | Failure::Unavailable(_) => ReactionError::Unavailable(failure.into()),
    }
}

fn refused(refusal: ProviderRefusal) -> ReactionError {
    ReactionError::Refused(refusal.to_string())
}

/// A refusal that concerns the shop itself may pass, so the step is tried again. A refusal of the payment does not pass.
fn final_refusal(refusal: ProviderRefusal) -> Result<ProviderRefusal, ReactionError> {
    match refusal {
        ProviderRefusal::Credentials | ProviderRefusal::Malformed => Err(ReactionError::Unavailable(refusal.into())),
        ProviderRefusal::OtherContent
        | ProviderRefusal::Absent
        | ProviderRefusal::NotPossible
        | ProviderRefusal::Expired => Ok(refusal),
    }
}
