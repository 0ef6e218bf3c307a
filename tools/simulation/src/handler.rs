//! A function as the simulation holds it: by its trigger, with the types of event and answer.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog_lambda::{Error, Function, Invoke};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;

/// A function whose trigger delivers `E` and takes `A` back.
pub(crate) trait Handles<E, A>: Send + Sync {
    /// Handles one event.
    fn handle(&self, event: E) -> BoxFuture<'_, Result<A, Error>>;
}

impl<F: Function> Handles<F::Event, F::Answer> for F {
    fn handle(&self, event: F::Event) -> BoxFuture<'_, Result<F::Answer, Error>> {
        self.call(event).boxed()
    }
}

/// A function behind a queue.
pub(crate) type Queue = Arc<dyn Handles<SqsEvent, SqsBatchResponse>>;

/// A function, by its trigger.
#[derive(Clone)]
pub(crate) enum Handler {
    /// Requests.
    Http(Arc<dyn Handles<ApiGatewayV2httpRequest, ApiGatewayV2httpResponse>>),
    /// The log's stream.
    Stream(Arc<dyn Handles<Event, DynamoDbEventResponse>>),
    /// A queue.
    Queue(Queue),
    /// A schedule.
    Schedule(Arc<dyn Invoke>),
    /// A queue and a schedule.
    Both(Queue, Arc<dyn Invoke>),
}
