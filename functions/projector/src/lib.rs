//! The projector: brings the row of every stream that moved up to date, in every read model that follows it.

mod batch;
mod folds;

pub use folds::{Folds, Outcome};

use crate::batch::{Hint, Position};
use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use dynamo::{Log, Parked, Views};
use eventsourcing::{Clock, EventLog, ParkingLot};
use futures::{StreamExt, stream};
use lambda::stream::{answer, records};
use lambda::{Error, Function, SettingError, Settings, SystemHost};

/// How many streams are followed at a time.
const CONCURRENCY: usize = 8;

/// The handler.
pub struct Projector<L, V, P, H>(Folds<L, V, P, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Projector<Log, Views, Parked, SystemHost>, SettingError> {
    Folds::deployed(settings, aws).map(Projector)
}

impl<L, V, P, H> Function for Projector<L, V, P, H>
where
    L: EventLog + 'static,
    V: eventsourcing::Views + 'static,
    P: ParkingLot + 'static,
    H: Clock + 'static,
{
    type Event = Event;
    type Answer = DynamoDbEventResponse;

    /// Follows each stream of the batch by itself. What failed for a reason that may pass is delivered again, from its
    /// first record on; what cannot be folded is parked, and holds up nothing else.
    async fn call(&self, event: Event) -> Result<DynamoDbEventResponse, Error> {
        let hints = batch::hints(records(event));
        let failed: Vec<Position> = stream::iter(hints)
            .map(|hint| self.failed(hint))
            .buffer_unordered(CONCURRENCY)
            .filter_map(std::future::ready)
            .collect()
            .await;
        let first = failed.into_iter().min_by_key(|first| first.index);
        Ok(answer(first.as_ref().map(|first| first.sequence_number.as_str())))
    }
}

impl<L: EventLog, V: eventsourcing::Views, P: ParkingLot, H: Clock> Projector<L, V, P, H> {
    /// Follows one stream; returns where the batch has to begin again if that failed.
    async fn failed(&self, hint: Hint) -> Option<Position> {
        let followed = self.0.follow(&hint.stream, &hint.commits, hint.target).await;
        followed.err().map(|error| {
            tracing::warn!(stream = %hint.stream, %error, "a stream was not followed");
            hint.first
        })
    }
}
