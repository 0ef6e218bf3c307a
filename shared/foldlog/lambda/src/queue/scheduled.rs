//! A function with two triggers: a queue of events, and a schedule.

use crate::function::{Error, Function};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use serde::{Deserialize, Serialize};

/// The function: a handler for each trigger.
pub struct QueueAndSchedule<Q, S> {
    /// The handler of its queue.
    pub queue: Q,
    /// The handler of its schedule.
    pub schedule: S,
}

/// An invocation, by the schedule or by the queue.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Trigger<T> {
    /// A task is due.
    Due(T),
    /// Events happened.
    Happened(SqsEvent),
}

/// The answer to a trigger.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Told<A> {
    /// To the schedule.
    Due(A),
    /// To the queue.
    Happened(SqsBatchResponse),
}

impl<Q, S> Function for QueueAndSchedule<Q, S>
where
    Q: Function<Event = SqsEvent, Answer = SqsBatchResponse>,
    S: Function,
{
    type Event = Trigger<S::Event>;
    type Answer = Told<S::Answer>;

    async fn call(&self, trigger: Self::Event) -> Result<Self::Answer, Error> {
        Ok(match trigger {
            Trigger::Happened(messages) => Told::Happened(self.queue.call(messages).await?),
            Trigger::Due(task) => Told::Due(self.schedule.call(task).await?),
        })
    }

    async fn idle(&self, trigger: Self::Event) -> Result<Self::Answer, Error> {
        Ok(match trigger {
            Trigger::Happened(messages) => Told::Happened(self.queue.idle(messages).await?),
            Trigger::Due(task) => Told::Due(self.schedule.idle(task).await?),
        })
    }
}
