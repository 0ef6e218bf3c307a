//! An endpoint for other processes' SDKs: `DynamoDB`, its streams, `PutEvents` and the objects of buckets, without
//! access checks. It listens on loopback, and on request also on an address that containers reach.

use crate::gateway::stranger;
use crate::seam::Seam;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::IntoResponse;
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
    if stranger(&parts.headers, address).is_some() {
        return StatusCode::FORBIDDEN.into_response();
    }
    match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => seam.respond(&parts, body.to_vec()).await.map(Body::from),
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}
