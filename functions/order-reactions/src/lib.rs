//! The order's reactions to the intents of fulfilment: with `order-commands` the only writer of `order-…`.

use aws_config::SdkConfig;
use domain::fulfilment::Event;
use domain::order::{Command, Stream};
use dynamo::Log;
use eventsourcing::{Clock, Commands, Decider, EventLog, Notice, Randomness, StreamName};
use lambda::queue::{Reactions, Reactor};
use lambda::{Error, SettingError, Settings, SystemHost};

/// The handler.
pub struct OrderReactions<L, H>(Commands<Stream, L, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<OrderReactions<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Reactions(OrderReactions::new(log, SystemHost)))
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
    async fn react(&self, notice: &Notice) -> Result<(), Error> {
        let Some(command) = command(notice.decode()?) else { return Ok(()) };
        let stream = StreamName::new(Stream::CATEGORY, notice.subject.id())?;
        let metadata = notice.metadata("order-reactions", "react");
        match command {
            Command::Place(_) => self.0.begin(&stream, &command, &metadata).await?,
            Command::Confirm | Command::Fail(_) | Command::Cancel { .. } => {
                self.0.execute(&stream, &command, &metadata).await?
            }
        };
        Ok(())
    }
}

/// What an intent asks of its order.
fn command(intent: Event) -> Option<Command> {
    match intent {
        Event::OrderPlacementRequested(placement) => Some(Command::Place(placement)),
        Event::ConfirmationRequested {} => Some(Command::Confirm),
        Event::FailureRequested { reason } => Some(Command::Fail(reason)),
        Event::PlacementNoted { .. }
        | Event::ReservationRequested { .. }
        | Event::ReservationNoted { .. }
        | Event::RejectionNoted { .. }
        | Event::ReservationReleaseRequested { .. }
        | Event::ReleaseNoted { .. }
        | Event::ConfirmationNoted {}
        | Event::FailureNoted {}
        | Event::CancellationNoted {} => None,
    }
}
