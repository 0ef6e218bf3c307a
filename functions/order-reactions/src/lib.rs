//! The order's reactions to the intents of fulfilment: with `order-commands` the only writer of `order-…`.

use aws_config::SdkConfig;
use foldlog::write::loaded::replay;
use foldlog::{Clock, Commands, Consistency, EventLog, EventMessage, Randomness, ReadOptions, StreamName};
use foldlog_dynamo::{Log, Parked};
use foldlog_lambda::queue::{ReactionError, Reactions, Reactor};
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::account;
use shop_domain::fulfilment::{REACTION, Request, request_of};
use shop_domain::order::{Command, Order};
use shop_domain::values::{AccountId, OrderId};

/// The handler.
pub struct OrderReactions<L, H>(Commands<Order, L, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<OrderReactions<Log, SystemHost>, Parked, SystemHost>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(Reactions::new(OrderReactions::new(log, SystemHost), parked, SystemHost))
}

impl<L: EventLog, H: Clock + Randomness> OrderReactions<L, H> {
    /// The reactions on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> Reactor for OrderReactions<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "order-reactions";
    type Log = L;

    fn log(&self) -> &L {
        self.0.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let order: OrderId = message.subject.id().parse().map_err(ReactionError::malformed)?;
        let Some(command) = self.command(request_of(&order, message.decode()?)).await? else { return Ok(()) };
        let metadata = message.metadata(Self::NAME, REACTION);
        self.0.execute(&StreamName::of::<Order>(&order), &command, &metadata).await?;
        Ok(())
    }
}

impl<L: EventLog, H: Clock + Randomness> OrderReactions<L, H> {
    /// The command that an intent asks for, if it concerns its order.
    async fn command(&self, request: Option<Request>) -> Result<Option<Command>, ReactionError> {
        Ok(match request {
            Some(Request::Placement(placement)) => {
                let account = self.account(&placement.account).await?.means(&placement);
                Some(Command::Place { placement, account })
            }
            Some(Request::Order(command)) => Some(command),
            Some(Request::Stock { .. } | Request::Payment(_) | Request::Invoice(_) | Request::Shipment { .. })
            | None => None,
        })
    }

    /// Whoever buys, as their own stream has them now: read strongly, since one that was suspended must not buy.
    async fn account(&self, id: &AccountId) -> Result<account::State, ReactionError> {
        let stream = StreamName::of::<account::Account>(id);
        let reading = ReadOptions::of::<account::Account>(Consistency::Strong);
        Ok(replay::<account::Account>(&self.0.log().load(&stream, reading).await?)?)
    }
}
