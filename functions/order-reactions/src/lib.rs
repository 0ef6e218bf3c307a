//! The order's reactions to the intents of fulfilment: with `order-commands` the only writer of `order-…`.

use aws_config::SdkConfig;
use domain::fulfilment::{Event, REACTION};
use domain::order::{Command, Stream};
use dynamo::{Log, Parked};
use eventsourcing::{Clock, Commands, Decider, EventLog, Notice, Randomness, StreamName};
use lambda::queue::{Reactions, Reactor, Unreacted};
use lambda::{SettingError, Settings, SystemHost};

/// The handler.
pub struct OrderReactions<L, H>(Commands<Stream, L, H>);

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

    async fn react(&self, notice: &Notice) -> Result<(), Unreacted> {
        let Some(command) = command(notice.decode()?) else { return Ok(()) };
        let stream = StreamName::new(Stream::CATEGORY, notice.subject.id())?;
        let metadata = notice.metadata(Self::NAME, REACTION);
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
