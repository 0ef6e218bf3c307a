//! The invoice's reactions to the intents of fulfilment: the only writer of `invoice-…`.

use aws_config::SdkConfig;
use foldlog::{Clock, Commands, EventLog, EventMessage, Randomness, StreamName};
use foldlog_dynamo::{Log, Parked};
use foldlog_lambda::queue::{ReactionError, Reactions, Reactor};
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::fulfilment::{REACTION, Request, request_of};
use shop_domain::invoice::Invoice;
use shop_domain::values::OrderId;

/// The handler.
pub struct InvoiceReactions<L, H>(Commands<Invoice, L, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<InvoiceReactions<Log, SystemHost>, Parked, SystemHost>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(Reactions::new(InvoiceReactions::new(log, SystemHost), parked, SystemHost))
}

impl<L: EventLog, H: Clock + Randomness> InvoiceReactions<L, H> {
    /// The reactions on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> Reactor for InvoiceReactions<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "invoice-reactions";
    type Log = L;

    fn log(&self) -> &L {
        self.0.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let order: OrderId = message.subject.id().parse().map_err(ReactionError::malformed)?;
        let Some(Request::Invoice(command)) = request_of(&order, message.decode()?) else { return Ok(()) };
        let metadata = message.metadata(Self::NAME, REACTION);
        self.0.execute(&StreamName::of::<Invoice>(&order), &command, &metadata).await?;
        Ok(())
    }
}
