//! An endpoint for other processes' SDKs: `DynamoDB`, its streams, `PutEvents` and the objects of buckets, without
//! access checks. It listens on loopback, and on request also on an address that containers reach.

use crate::gateway::addressed_to;
use crate::seam::{JSON, Seam, XML};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use std::net::IpAddr;

/// The largest request that `DynamoDB` takes.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The axum application behind an address of this machine.
pub(crate) fn application(seam: Seam, address: IpAddr) -> axum::Router {
    axum::Router::new().fallback(serve).with_state((seam, address))
}

async fn serve(State((seam, address)): State<(Seam, IpAddr)>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut response = Response::new(Body::empty());
    if !addressed_to(&parts.headers, address) {
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    }
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return response;
    };
    let (answer, content_type) = if let Some(target) = parts.headers.get("x-amz-target") {
        (seam.answer(target.to_str().unwrap_or_default(), body.to_vec()).await, JSON)
    } else {
        let uri = parts.uri.path_and_query().map_or("/", |uri| uri.as_str());
        (seam.answer_object(parts.method.as_str(), uri), XML)
    };
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    *response.body_mut() = Body::from(answer.body);
    response
}
