//! Functions fed from a queue behind the event bus: each message is one event, and answered for by itself.

use crate::function::{Error, Function};
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use eventsourcing::Notice;

/// Reacts to events, each by itself, in any order and any number of times.
pub trait Reactor: Send + Sync + 'static {
    /// Reacts to one event. After an error the event is delivered again, at last to the dead letters.
    fn react(&self, notice: &Notice) -> impl Future<Output = Result<(), Error>> + Send;
}

/// A [`Reactor`] as a function that answers for each message of a batch.
pub struct Reactions<T>(pub T);

impl<T: Reactor> Function for Reactions<T> {
    type Event = SqsEvent;
    type Answer = SqsBatchResponse;

    async fn call(&self, event: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let mut answer = SqsBatchResponse::default();
        for message in event.records {
            let id = message.message_id.clone().unwrap_or_default();
            if let Err(error) = self.take(message).await {
                tracing::error!(message = id, error, "an event was not reacted to");
                answer.add_failure(id);
            }
        }
        Ok(answer)
    }
}

impl<T: Reactor> Reactions<T> {
    async fn take(&self, message: SqsMessage) -> Result<(), Error> {
        let event: EventBridgeEvent<Notice> = serde_json::from_str(message.body.as_deref().unwrap_or_default())?;
        self.0.react(&event.detail).await
    }
}
