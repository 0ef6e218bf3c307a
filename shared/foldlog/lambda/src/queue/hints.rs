//! Functions that take the events of a queue as hints alone: which stream moved, and to which version.

use super::{About, Delivered};
use crate::function::{Error, Function};
use crate::metrics;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use foldlog::json;
use foldlog::{Clock, EventLog, Hint, ParkingLot, Randomness, StreamName, TotalsEngine, TotalsStore, Version};
use std::collections::BTreeMap;

/// A [`TotalsEngine`] as a function that returns a result for each message of a batch.
///
/// The messages of one stream are one hint, up to the last event among them. A stream that cannot be followed is
/// parked, and its messages are taken. A stream that failed for a reason that may pass is delivered again, and goes to
/// the dead-letter queue in the end.
pub struct Hints<L, R, P, H>(pub TotalsEngine<L, R, P, H>);

impl<L, R, P, H> Function for Hints<L, R, P, H>
where
    L: EventLog + 'static,
    R: TotalsStore + 'static,
    P: ParkingLot + 'static,
    H: Clock + Randomness + 'static,
{
    type Event = SqsEvent;
    type Answer = SqsBatchResponse;

    async fn call(&self, event: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let mut answer = SqsBatchResponse::default();
        let mut moved: BTreeMap<StreamName, (Version, Vec<String>)> = BTreeMap::new();
        for message in event.records {
            let id = message.message_id.unwrap_or_default();
            match json::read::<Delivered<About>>(&message.body.unwrap_or_default()) {
                Ok(Delivered { detail: About { id: event } }) => {
                    let (version, messages) = moved.entry(event.stream).or_default();
                    *version = event.version.max(*version);
                    messages.push(id);
                }
                Err(error) => {
                    tracing::error!(message = id, %error, "a message names no event");
                    answer.add_failure(id);
                }
            }
        }
        let (hints, messages): (Vec<_>, Vec<_>) =
            { moved.into_iter() }.map(|(stream, (version, messages))| (Hint::of(stream, version), messages)).unzip();
        let followed = self.0.follow(&hints).await;
        metrics::followed(&followed.folds);
        for trouble in &followed.troubles {
            tracing::error!(subject = %trouble.subject, trouble.error, class = %trouble.class, "a stream was not followed");
        }
        let failed = followed.failed.iter().filter_map(|position| messages.get(*position));
        failed.flatten().for_each(|message| answer.add_failure(message));
        Ok(answer)
    }
}
