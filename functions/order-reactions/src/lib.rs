//! The order's reactions to the intents of fulfilment: with `order-commands` the only writer of `order-…`.

use aws_config::SdkConfig;
use domain::fulfilment::Event;
use domain::order::{Command, Stream};
use dynamo::Log;
use eventsourcing::{Clock, Decider, EventLog, Notice, Randomness, StreamName, execute};
use lambda::queue::{Reactions, Reactor};
use lambda::{Error, SettingError, Settings, SystemHost};

/// The handler.
pub struct OrderReactions<L, H> {
    log: L,
    host: H,
}

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<OrderReactions<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Reactions(OrderReactions::new(log, SystemHost)))
}

impl<L, H> OrderReactions<L, H> {
    /// The reactions on these ports.
    pub const fn new(log: L, host: H) -> Self {
        Self { log, host }
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
        execute::<Stream, _, _>(&self.log, &self.host, &stream, &command, &metadata).await?;
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
