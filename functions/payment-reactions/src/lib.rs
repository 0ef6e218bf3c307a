//! The payment's reactions to the intents of fulfilment: they record the answers of the payment provider, and only
//! those. With `payment-commands` the only writer of `payment-…`.

use foldlog::{EventMessage, StreamName};
use foldlog_aws::OnAws;
use foldlog_functions::owner::event_of;
use foldlog_functions::ports::{CommandsOn, ReactionsOn};
use foldlog_lambda::queue::{ReactionError, Reactor};
use foldlog_lambda::{SettingError, Settings};
use shop_domain::fulfilment::{Fulfilment, PaymentRequest, REACTION, Request, request_of};
use shop_domain::payment::{self, Answer, Charge, Command};
use shop_payments::{
    Connection, Failure, HttpProvider, Patience, Payment, Provider, ProviderRefusal, Reference, Standing, Step, settle,
};

/// The step that records a payment as begun while its result is unknown.
const BEGUN: &str = "begin";

/// The ports of this function.
pub trait Ports: foldlog_functions::Ports {
    /// The payment provider.
    type Provider: Provider + 'static;

    /// The payment provider that the settings name.
    fn provider(&self, settings: &Settings) -> Result<Self::Provider, SettingError>;
}

impl Ports for OnAws {
    type Provider = HttpProvider;

    fn provider(&self, settings: &Settings) -> Result<HttpProvider, SettingError> {
        let connection = Connection {
            address: settings.text("PAYMENT_PROVIDER_URL")?.to_owned(),
            key: settings.parse("PAYMENT_PROVIDER_KEY")?,
            patience: Patience::default(),
        };
        HttpProvider::new(&connection).map_err(|error| SettingError::Invalid {
            name: "PAYMENT_PROVIDER_URL".to_owned(),
            reason: error.to_string(),
        })
    }
}

/// The handler of the intents.
pub struct PaymentReactions<P: Ports> {
    payments: CommandsOn<payment::Payment, P>,
    provider: P::Provider,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<ReactionsOn<PaymentReactions<P>, P>, SettingError> {
    ports.reactions(PaymentReactions { payments: ports.commands()?, provider: ports.provider(settings)? })
}

impl<P: Ports> Reactor for PaymentReactions<P> {
    const NAME: &'static str = "payment-reactions";
    type Log = P::Log;

    fn log(&self) -> &P::Log {
        self.payments.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let (order, event) = event_of::<Fulfilment>(message)?;
        let Some(Request::Payment(request)) = request_of(&order, event) else { return Ok(()) };
        let payment =
            Intent { message, stream: StreamName::of::<payment::Payment>(&order), reference: (&order).into() };
        match request {
            PaymentRequest::Authorise(charge) => self.authorise(&payment, charge).await,
            PaymentRequest::Capture => self.capture(&payment).await,
            PaymentRequest::Void => self.undo(&payment, Step::Void).await,
            PaymentRequest::Refund => self.undo(&payment, Step::Refund).await,
        }
    }
}

/// An intent: the payment, and the event that requests a step of it.
struct Intent<'a> {
    message: &'a EventMessage,
    stream: StreamName,
    reference: Reference,
}

impl<P: Ports> PaymentReactions<P> {
    /// Authorises the amount. If the result is unknown, the payment is recorded as begun, and the provider is asked
    /// again later.
    async fn authorise(&self, intent: &Intent<'_>, charge: Charge) -> Result<(), ReactionError> {
        let step = Step::Authorise { amount: charge.amount, card: charge.card.as_str() };
        match settle(&self.provider, &intent.reference, step).await {
            Ok(payment) => {
                let answered = Command::Create { answer: payment.answer(), charge };
                self.execute(intent, &answered, REACTION).await?;
                match payment.standing {
                    Standing::Authorised | Standing::Declined { .. } => Ok(()),
                    // The payment moved by itself meanwhile.
                    Standing::Captured | Standing::Voided | Standing::Refunded => self.record(intent, &payment).await,
                }
            }
            Err(Failure::Refused(refusal)) => Err(refused(refusal)),
            Err(unknown @ (Failure::Unknown(_) | Failure::Unavailable(_))) => {
                self.execute(intent, &Command::Create { charge, answer: Answer::Unknown }, BEGUN).await?;
                Err(ReactionError::Unavailable(unknown.into()))
            }
        }
    }

    /// Captures the amount. If the provider refuses, the payment becomes an open item that a person looks at.
    async fn capture(&self, intent: &Intent<'_>) -> Result<(), ReactionError> {
        match settle(&self.provider, &intent.reference, Step::Capture).await {
            Ok(payment) => self.record(intent, &payment).await,
            Err(Failure::Refused(
                refusal @ (ProviderRefusal::OtherContent
                | ProviderRefusal::Absent
                | ProviderRefusal::NotPossible
                | ProviderRefusal::Expired),
            )) => {
                let failed = Command::FailCapture { reason: refusal.into() };
                self.execute(intent, &failed, REACTION).await
            }
            Err(failure) => Err(unsettled(failure)),
        }
    }

    /// Voids or refunds an amount. If the provider refuses, the payment may have moved by itself, for example because
    /// it was captured before it could be voided. Then that change is recorded, and the process requests the next step
    /// from there.
    async fn undo(&self, intent: &Intent<'_>, step: Step<'_>) -> Result<(), ReactionError> {
        let refusal = match settle(&self.provider, &intent.reference, step).await {
            Ok(payment) => return self.record(intent, &payment).await,
            Err(Failure::Refused(refusal @ ProviderRefusal::NotPossible)) => refusal,
            Err(failure) => return Err(unsettled(failure)),
        };
        match self.provider.status(&intent.reference).await.map_err(unsettled)? {
            Some(payment) => self.record(intent, &payment).await,
            None => Err(refused(refusal)),
        }
    }

    /// Brings the shop's payment to the standing of the provider's.
    async fn record(&self, intent: &Intent<'_>, payment: &Payment) -> Result<(), ReactionError> {
        for command in payment.commands() {
            self.execute(intent, &command, (&command).into()).await?;
        }
        Ok(())
    }

    async fn execute(&self, intent: &Intent<'_>, command: &Command, step: &str) -> Result<(), ReactionError> {
        let metadata = intent.message.metadata(Self::NAME, step);
        self.payments.execute(&intent.stream, command, &metadata).await?;
        Ok(())
    }
}

fn unsettled(failure: Failure) -> ReactionError {
    match failure {
        Failure::Refused(refusal) => refused(refusal),
        Failure::Unknown(_) | Failure::Unavailable(_) => ReactionError::Unavailable(failure.into()),
    }
}

/// A refusal that concerns the shop itself may pass, so it is retried; a refusal of the payment does not pass.
fn refused(refusal: ProviderRefusal) -> ReactionError {
    match refusal {
        ProviderRefusal::Credentials | ProviderRefusal::Malformed => ReactionError::Unavailable(refusal.into()),
        ProviderRefusal::OtherContent
        | ProviderRefusal::Absent
        | ProviderRefusal::NotPossible
        | ProviderRefusal::Expired => ReactionError::Refused(refusal.to_string()),
    }
}
