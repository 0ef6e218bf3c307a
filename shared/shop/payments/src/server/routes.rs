//! The protocol's routes over the sandbox.

use crate::payment::{Payment, Step};
use crate::provider::{Failure, Provider};
use crate::refusal::ProviderRefusal;
use crate::sandbox::Sandbox;
use crate::values::{Reference, Secret};
use crate::wire::{Authorisation, Busy, Code, IDEMPOTENCY_KEY, LARGEST_BODY, Part, Problem, idempotency_key};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::routing::{get, post};
use futures::{future, stream};
use http::{HeaderMap, Response, StatusCode, header};
use serde::Serialize;
use std::io;
use std::sync::Arc;
use tokio::sync::Notify;

/// The state behind the routes.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) sandbox: Sandbox,
    pub(super) key: Secret,
    /// Notified after each request that may have changed a payment.
    pub(super) moved: Arc<Notify>,
}

/// All routes.
pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/payments/{reference}", get(status))
        .route("/payments/{reference}/{step}", post(carry_out))
        .route("/payments/{reference}/refunds/{number}", post(refund_part))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(desk)
}

async fn status(State(desk): State<Desk>, Path(reference): Path<String>, headers: HeaderMap) -> Response<Body> {
    let told = async {
        let reference = desk.admit(&reference, &headers)?;
        desk.sandbox.status(&reference).await?.ok_or(Failure::Refused(ProviderRefusal::Absent))
    };
    answer(&told.await)
}

async fn carry_out(
    State(desk): State<Desk>,
    Path((reference, step)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let told = async {
        let reference = desk.admit_step(&reference, &step, &headers)?;
        let authorisation: Authorisation<'_>;
        let step = match step.as_str() {
            "authorise" => {
                authorisation = serde_json::from_slice(&body).map_err(|_| ProviderRefusal::Malformed)?;
                Step::Authorise { amount: authorisation.amount, card: &authorisation.card }
            }
            "capture" => Step::Capture,
            "void" => Step::Void,
            "refund" => Step::Refund,
            _ => return Err(ProviderRefusal::Malformed.into()),
        };
        desk.sandbox.carry_out(&reference, step).await
    };
    let told = told.await;
    desk.moved.notify_one();
    answer(&told)
}

async fn refund_part(
    State(desk): State<Desk>,
    Path((reference, number)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let told = async {
        let reference = desk.admit_step(&reference, &format!("refunds/{number}"), &headers)?;
        let number = number.parse().map_err(|_| ProviderRefusal::Malformed)?;
        let Part { amount } = serde_json::from_slice(&body).map_err(|_| ProviderRefusal::Malformed)?;
        desk.sandbox.carry_out(&reference, Step::RefundPart { number, amount }).await
    };
    let told = told.await;
    desk.moved.notify_one();
    answer(&told)
}

impl Desk {
    /// The reference of a request that has the key.
    fn admit(&self, reference: &str, headers: &HeaderMap) -> Result<Reference, ProviderRefusal> {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match authorization.and_then(|text| text.strip_prefix("Bearer ")) {
            Some(key) if self.key.is(key) => reference.parse().map_err(|_| ProviderRefusal::Malformed),
            _ => Err(ProviderRefusal::Credentials),
        }
    }

    /// The reference of a request for a step, if its idempotency key belongs to the step.
    fn admit_step(&self, reference: &str, path: &str, headers: &HeaderMap) -> Result<Reference, ProviderRefusal> {
        let reference = self.admit(reference, headers)?;
        match headers.get(IDEMPOTENCY_KEY) {
            Some(key) if key == idempotency_key(&reference, path).as_str() => Ok(reference),
            Some(_) | None => Err(ProviderRefusal::Malformed),
        }
    }
}

fn answer(told: &Result<Payment, Failure>) -> Response<Body> {
    let problem = |error: Code| json(error.status(), &Problem { error });
    match told {
        Ok(payment) => json(StatusCode::OK, payment),
        Err(Failure::Refused(refusal)) => problem(Code::Refused(*refusal)),
        Err(Failure::Unavailable(_)) => problem(Code::Busy(Busy::Unavailable)),
        Err(Failure::Unknown(_)) => lost(),
    }
}

fn json(status: StatusCode, document: &impl Serialize) -> Response<Body> {
    // These documents always have a JSON form.
    let body = serde_json::to_vec(document).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

/// An answer that does not arrive: the connection breaks before its body.
fn lost() -> Response<Body> {
    let broken = io::Error::new(io::ErrorKind::ConnectionAborted, "an answer that is to be lost");
    Response::new(Body::from_stream(stream::once(future::ready(Err::<Bytes, _>(broken)))))
}
