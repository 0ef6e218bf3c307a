//! One loopback endpoint for other processes' SDKs: `DynamoDB`, its streams and `PutEvents`, unrestricted.

use crate::gateway::from_this_machine;
use crate::seam::Seam;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

/// The largest request that `DynamoDB` takes.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The axum application.
pub(crate) fn application(seam: Seam) -> axum::Router {
    axum::Router::new().fallback(serve).with_state(seam)
}

async fn serve(State(seam): State<Seam>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut response = Response::new(Body::empty());
    if !from_this_machine(&parts.headers) {
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    }
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return response;
    };
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let answer = seam.answer(target, body.to_vec()).await;
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    *response.body_mut() = Body::from(answer.body);
    response
}
