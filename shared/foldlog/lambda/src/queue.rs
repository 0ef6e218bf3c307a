//! Functions fed from a queue behind the event bus: each message is one event, and gets its own result.

mod hints;
mod reaction_error;
mod scheduled;

pub use hints::Hints;
pub use reaction_error::ReactionError;
pub use scheduled::{QueueAndSchedule, Told, Trigger};

use crate::function::{Error, Function};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use foldlog::json;
use foldlog::react::message::Digested;
use foldlog::read::parked::{Class, Trouble};
use foldlog::{Clock, EventId, EventLog, EventMessage, LogSpans, ParkingLot, Span, Subject};
use futures::future::join_all;
use serde::Deserialize;
use std::sync::Arc;

/// Reacts to events, each by itself, in any order and any number of times.
pub trait Reactor: Send + Sync + 'static {
    /// The name of the function.
    const NAME: &'static str;
    /// The type of the log that holds the events.
    type Log: EventLog + LogSpans;

    /// The log that holds the events.
    fn log(&self) -> &Self::Log;

    /// Reacts to one event. Its message carries the payload.
    fn react(&self, message: &EventMessage) -> impl Future<Output = Result<(), ReactionError>> + Send;
}

impl<T: Reactor> Reactor for Arc<T> {
    const NAME: &'static str = T::NAME;
    type Log = T::Log;

    fn log(&self) -> &T::Log {
        (**self).log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        (**self).react(message).await
    }
}

/// A [`Reactor`] as a function that returns a result for each message of a batch.
///
/// It takes the messages side by side, so that those of a busy stream, which wait for each other, hold up no others. If
/// it cannot understand a message, it parks the event and takes the message. A message that failed for a reason that
/// may pass is delivered again, and goes to the dead-letter queue in the end.
pub struct Reactions<T, P, H> {
    reactor: T,
    parked: P,
    host: H,
}

/// A message as a rule of the bus puts it into a queue.
#[derive(Deserialize)]
struct Delivered<T> {
    detail: T,
}

/// The part of an event message that says which event it is about.
#[derive(Deserialize)]
struct About {
    id: EventId,
}

impl<T: Reactor, P, H> Reactions<T, P, H> {
    /// The function, which parks in `parked` the events that it cannot react to.
    pub const fn new(reactor: T, parked: P, host: H) -> Self {
        Self { reactor, parked, host }
    }

    /// The function with its reactor behind another one.
    pub fn behind<O: Reactor>(self, other: impl FnOnce(T) -> O) -> Reactions<O, P, H> {
        Reactions { reactor: other(self.reactor), parked: self.parked, host: self.host }
    }
}

impl<T: Reactor, P: ParkingLot + 'static, H: Clock + 'static> Function for Reactions<T, P, H> {
    type Event = SqsEvent;
    type Answer = SqsBatchResponse;

    async fn call(&self, event: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let taken = event.records.into_iter().map(async |message| {
            let id = message.message_id.clone().unwrap_or_default();
            let result = self.take(message).await;
            result.err().map(|error| {
                tracing::error!(message = id, error, "the reaction to an event failed");
                id
            })
        });
        let mut answer = SqsBatchResponse::default();
        for failed in join_all(taken).await.into_iter().flatten() {
            answer.add_failure(failed);
        }
        Ok(answer)
    }

    /// Leaves the messages in their queue.
    async fn idle(&self, event: SqsEvent) -> Result<SqsBatchResponse, Error> {
        tracing::warn!(messages = event.records.len(), "commands are off: the messages stay in the queue");
        let mut answer = SqsBatchResponse::default();
        event.records.into_iter().for_each(|message| answer.add_failure(message.message_id.unwrap_or_default()));
        Ok(answer)
    }
}

impl<T: Reactor, P: ParkingLot, H: Clock> Reactions<T, P, H> {
    /// Reacts, or leaves a note.
    async fn take(&self, message: SqsMessage) -> Result<(), Error> {
        let body = message.body.unwrap_or_default();
        let message = match json::read::<Delivered<EventMessage>>(&body) {
            Ok(delivered) => delivered.detail,
            Err(error) => {
                // Without the event's id, there is nothing to leave a note about.
                let about: Delivered<About> = json::read(&body)?;
                return self.failed(about.detail.id, ReactionError::malformed(error)).await;
            }
        };
        let (event, redriven) = (message.id.clone(), message.redriven);
        if let Err(error) = self.react(message).await {
            return self.failed(event, error).await;
        }
        if redriven {
            let (function, version) = (T::NAME.to_owned(), event.version);
            self.parked.clear(&Subject::Reaction { function, event }, version).await?;
        }
        Ok(())
    }

    async fn react(&self, message: EventMessage) -> Result<(), ReactionError> {
        let message = if message.data.is_some() { message } else { self.complete(message).await? };
        match self.reactor.react(&message).await {
            // An older release may have reacted, and digested the payload.
            Err(ReactionError::OtherContent) => {
                let stored = self.complete(EventMessage { digested: Digested::ByPayload, ..message }).await?;
                self.reactor.react(&stored).await
            }
            reacted => reacted,
        }
    }

    /// The message with its payload from the log, if the payload was too large for the message.
    async fn complete(&self, message: EventMessage) -> Result<EventMessage, ReactionError> {
        // The commit alone: its stream may be long.
        let around = Span::around(message.version);
        let commit = self.reactor.log().span(&message.subject, around).await?.pop();
        let none = || ReactionError::malformed(format!("the log does not hold {}", message.id));
        let commit = commit.ok_or_else(none)?;
        Ok(message.completed(&commit)?)
    }

    /// Leaves a note if a retry cannot help. Nothing may be passed over without a note.
    async fn failed(&self, event: EventId, error: ReactionError) -> Result<(), Error> {
        if error.class() == Class::Transient {
            return Err(error.into());
        }
        let trouble = Trouble::with_event(T::NAME, &event, error.to_string(), self.host.now());
        self.parked.park(&trouble).await?;
        tracing::error!(subject = %trouble.subject, trouble.error, "an event was parked");
        Ok(())
    }
}
