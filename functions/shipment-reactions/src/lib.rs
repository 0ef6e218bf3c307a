//! The shipment's reactions to the intents of fulfilment: with `shipment-commands` the only writer of `shipment-…`.

use aws_config::SdkConfig;
use foldlog::{Clock, Commands, EventLog, EventMessage, Randomness, StreamName};
use foldlog_dynamo::{Log, Parked};
use foldlog_lambda::queue::{ReactionError, Reactions, Reactor};
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::fulfilment::{REACTION, Request, request_of};
use shop_domain::shipment::Shipment;
use shop_domain::values::{OrderId, ShipmentId};

/// The handler.
pub struct ShipmentReactions<L, H>(Commands<Shipment, L, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<ShipmentReactions<Log, SystemHost>, Parked, SystemHost>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(Reactions::new(ShipmentReactions::new(log, SystemHost), parked, SystemHost))
}

impl<L: EventLog, H: Clock + Randomness> ShipmentReactions<L, H> {
    /// The reactions on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> Reactor for ShipmentReactions<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "shipment-reactions";
    type Log = L;

    fn log(&self) -> &L {
        self.0.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let order: OrderId = message.subject.id().parse().map_err(ReactionError::malformed)?;
        let Some(Request::Shipment { warehouse, command }) = request_of(&order, message.decode()?) else {
            return Ok(());
        };
        let stream = StreamName::of::<Shipment>(&ShipmentId::of(&order, &warehouse));
        let metadata = message.metadata(Self::NAME, REACTION);
        self.0.execute(&stream, &command, &metadata).await?;
        Ok(())
    }
}
