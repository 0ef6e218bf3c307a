//! HTTP functions behind an API Gateway HTTP API (payload format 2.0).
//!
//! This module parses, the handler completes and executes the command, and [`problem`](crate::problem) turns errors
//! into statuses. No other module parses requests or chooses statuses.
//!
//! The metadata of a command come from the request: its id from the caller, method, route and `Idempotency-Key`, or a
//! fresh one; its digest from the path and the parsed body; the expected version from `If-Match`. The gateway checks
//! that the token has one of the scopes of the route. If several scopes open a route, the handler decides what each may
//! do. The stream itself decides who owns a resource. With `?min_version=`, a query takes the commits that its view
//! lacks from the log, and folds them over the row.

pub mod cursor;
mod document;
mod page;
mod request;
mod response;
mod texts;

pub use document::Document;
pub use page::Page;
pub use request::Request;
pub use response::Response;

use crate::function::{Error, Function};
use crate::metrics;
use crate::problem::Problem;
use crate::write_mode::WriteMode;
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use foldlog::{Clock, Effect, Randomness};
use http::StatusCode;

/// Handles requests for the routes that the template gives to a function.
pub trait HttpHandler: Send + Sync + 'static {
    /// The prefix of the type of each of the API's problems, such as `urn:example:problem:`.
    const PROBLEM_NAMESPACE: &'static str;

    /// The scopes of the persons whose data can be erased: a caller with no other scope acts under an id.
    const PSEUDONYMOUS: &'static [&'static str] = &[];

    /// Handles one request. A problem is an answer too.
    fn answer(&self, request: &Request) -> impl Future<Output = Result<Response, Problem>> + Send;
}

/// An [`HttpHandler`] as a function, with the source of its time and randomness.
pub struct Http<T, H>(pub T, pub H);

impl<T: HttpHandler, H: Clock + Randomness + 'static> Function for Http<T, H> {
    type Event = ApiGatewayV2httpRequest;
    type Answer = ApiGatewayV2httpResponse;

    async fn call(&self, event: ApiGatewayV2httpRequest) -> Result<ApiGatewayV2httpResponse, Error> {
        self.respond(event, WriteMode::On).await
    }

    /// Serves reads, and rejects every other request before it is looked at.
    async fn idle(&self, event: ApiGatewayV2httpRequest) -> Result<ApiGatewayV2httpResponse, Error> {
        self.respond(event, WriteMode::Off).await
    }
}

impl<T: HttpHandler, H: Clock + Randomness> Http<T, H> {
    async fn respond(
        &self,
        event: ApiGatewayV2httpRequest,
        commands: WriteMode,
    ) -> Result<ApiGatewayV2httpResponse, Error> {
        let request = Request::new(event, &self.1, commands, T::PSEUDONYMOUS);
        let answer = match request.check() {
            // Boxed: the futures of handlers, down to the requests of the SDK, are too deep for the compiler otherwise.
            Ok(()) => Box::pin(self.0.answer(&request)).await,
            Err(problem) => Err(problem),
        };
        metrics::answered(request.is_command(), answer.as_ref().err().map(Problem::status));
        let correlation = &request.correlation().id;
        let response =
            answer.unwrap_or_else(|problem| Response::of_problem(&problem, T::PROBLEM_NAMESPACE, correlation));
        Ok(response.finish(&request))
    }
}

/// The status of a command that creates something: 201, the first time and on every repetition; 200 if there was
/// nothing to create.
#[must_use]
pub const fn created(effect: Effect) -> StatusCode {
    match effect {
        Effect::Appended | Effect::Repeated => StatusCode::CREATED,
        Effect::Unchanged => StatusCode::OK,
    }
}
