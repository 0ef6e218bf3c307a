//! The stock's reactions to the intents of fulfilment: with `stock-commands` the only writer of `stock-…`.

use aws_config::SdkConfig;
use foldlog::{Clock, Commands, EventLog, EventMessage, Randomness, StreamName};
use foldlog_dynamo::{Log, Parked};
use foldlog_lambda::queue::{ReactionError, Reactions, Reactor};
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::fulfilment::{REACTION, Request, request_of};
use shop_domain::stock::Stock;
use shop_domain::values::{OrderId, StockId};

/// The handler.
pub struct StockReactions<L, H>(Commands<Stock, L, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<StockReactions<Log, SystemHost>, Parked, SystemHost>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let log = log.with_markers(settings.text("MARKERS_TABLE")?);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(Reactions::new(StockReactions::new(log, SystemHost), parked, SystemHost))
}

impl<L: EventLog, H: Clock + Randomness> StockReactions<L, H> {
    /// The reactions on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> Reactor for StockReactions<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "stock-reactions";
    type Log = L;

    fn log(&self) -> &L {
        self.0.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let order: OrderId = message.subject.id().parse().map_err(ReactionError::malformed)?;
        match request_of(&order, message.decode()?) {
            Some(Request::Stock { warehouse, sku, command }) => {
                let stream = StreamName::of::<Stock>(&StockId { warehouse, sku });
                let metadata = message.metadata(Self::NAME, REACTION);
                self.0.execute(&stream, &command, &metadata).await?;
                Ok(())
            }
            Some(
                Request::Placement(_)
                | Request::Order(_)
                | Request::Payment(_)
                | Request::Invoice(_)
                | Request::Shipment { .. },
            )
            | None => Ok(()),
        }
    }
}
