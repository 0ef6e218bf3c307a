//! HTTP functions behind an API Gateway HTTP API (payload format 2.0).
//!
//! This module parses, the handler completes and executes the command, and [`problem`](crate::problem) turns errors
//! into statuses. Nothing else does either.
//!
//! The metadata of a command come from the request: its id from the caller, method, route and `Idempotency-Key`, or a
//! fresh one; its digest from the path and the parsed body; the expected version from `If-Match`. The gateway checks
//! that the token has one of the scopes of the route. If several scopes open a route, the handler decides what each may
//! do. The stream itself decides whose a resource is. With `?min_version=`, a query takes what its view lacks from the
//! log, and folds it over the row.

mod page;
mod request;
mod response;

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

/// Answers the requests of the routes that the template gives to a function.
pub trait HttpHandler: Send + Sync + 'static {
    /// What the type of each of the API's problems begins with, such as `urn:example:problem:`.
    const PROBLEM_NAMESPACE: &'static str;
    /// Where it has its time and chance from.
    type Host: Clock + Randomness;

    /// The host it runs on.
    fn host(&self) -> &Self::Host;

    /// Answers one request; a problem is an answer too.
    fn answer(&self, request: &Request) -> impl Future<Output = Result<Response, Problem>> + Send;
}

/// An [`HttpHandler`] as a function.
pub struct Http<T>(pub T);

impl<T: HttpHandler> Function for Http<T> {
    type Event = ApiGatewayV2httpRequest;
    type Answer = ApiGatewayV2httpResponse;

    async fn call(&self, event: ApiGatewayV2httpRequest) -> Result<ApiGatewayV2httpResponse, Error> {
        self.respond(event, WriteMode::On).await
    }

    /// Serves reads, and turns every other request away without a look at it.
    async fn idle(&self, event: ApiGatewayV2httpRequest) -> Result<ApiGatewayV2httpResponse, Error> {
        self.respond(event, WriteMode::Off).await
    }
}

impl<T: HttpHandler> Http<T> {
    async fn respond(
        &self,
        event: ApiGatewayV2httpRequest,
        commands: WriteMode,
    ) -> Result<ApiGatewayV2httpResponse, Error> {
        let request = Request::new(event, self.0.host(), commands);
        let answer = match request.check() {
            Ok(()) => self.0.answer(&request).await,
            Err(problem) => Err(problem),
        };
        metrics::answered(request.is_command(), answer.as_ref().err().map(Problem::status));
        let correlation = &request.correlation().id;
        let response =
            answer.unwrap_or_else(|problem| Response::of_problem(&problem, T::PROBLEM_NAMESPACE, correlation));
        Ok(response.finish(&request))
    }
}

/// The status of a command that creates: 201, the first time and whenever it is repeated; 200 where there was nothing
/// to create.
#[must_use]
pub const fn created(effect: Effect) -> StatusCode {
    match effect {
        Effect::Appended | Effect::Repeated => StatusCode::CREATED,
        Effect::Unchanged => StatusCode::OK,
    }
}
