//! The HTTP API on one machine: routes, tokens, CORS and the gateway's own answers, as on AWS.

mod answer;
mod api;
mod cors;
mod own;
mod payload;
mod routes;
mod tokens;
mod well_known;

pub(crate) use api::{Api, Route};
pub(crate) use own::{OwnRoutes, stranger};
pub(crate) use routes::Routes;
pub(crate) use tokens::Tokens;

use crate::foreground::Foreground;
use crate::functions::{FunctionError, Runners};
use crate::work::Work;
use answer::GatewayError;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::IntoResponse;
use cors::Cors;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The largest body that API Gateway takes.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// How long a client may take to send a body.
const LONGEST_BODY: Duration = Duration::from_secs(30);

/// Everything that the gateway needs to answer a request.
pub(crate) struct Gateway {
    /// The API's id.
    pub(crate) api: String,
    /// Its routes.
    pub(crate) routes: Routes,
    /// Its CORS settings.
    pub(crate) cors: Option<Cors>,
    /// The check of tokens.
    pub(crate) tokens: Arc<Tokens>,
    /// The functions, by binary.
    pub(crate) runners: Runners,
    /// The requests that wait for an answer.
    pub(crate) foreground: Foreground,
    /// The host's own routes beside the template's.
    pub(crate) own: OwnRoutes,
    /// The outstanding work.
    pub(crate) work: Work,
}

impl Gateway {
    /// The axum application.
    pub(crate) fn application(self) -> axum::Router {
        axum::Router::new().fallback(serve).with_state(Arc::new(self))
    }

    async fn respond(&self, peer: SocketAddr, parts: &Parts, body: Body) -> Response<Body> {
        let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
        if let (Some(cors), Some(origin)) = (&self.cors, origin)
            && parts.method == Method::OPTIONS
            && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            let mut response = StatusCode::NO_CONTENT.into_response();
            cors.preflight(origin, response.headers_mut());
            return response;
        }
        let request_id = uuid::Uuid::now_v7().to_string();
        let routed = self.route(&request_id, peer, parts, body).await;
        let mut response = routed.unwrap_or_else(GatewayError::response);
        if let Some(cors) = &self.cors {
            cors.answer(origin, response.headers_mut());
        }
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }

    async fn route(
        &self,
        request_id: &str,
        peer: SocketAddr,
        parts: &Parts,
        body: Body,
    ) -> Result<Response<Body>, GatewayError> {
        let found = self.routes.find(parts.method.as_str(), parts.uri.path()).ok_or(GatewayError::NotFound)?;
        let header = self.tokens.header().and_then(|name| parts.headers.get(name)?.to_str().ok());
        let accepted = self.tokens.admit(found.route, header)?;
        let body = tokio::time::timeout(LONGEST_BODY, to_bytes(body, MAX_BODY_BYTES)).await;
        let body = body.map_err(|_| GatewayError::TooSlow)?.map_err(|_| GatewayError::TooLarge)?;
        let runner = Arc::clone(self.runners.get(&found.route.binary).ok_or(GatewayError::Failed)?);
        let payload = payload::request(&self.api, request_id, parts, peer, &found, accepted.as_ref(), &body);
        // A task of its own: as on AWS, the function goes on after its caller has gone.
        let waiting = self.foreground.wait();
        let invocation = tokio::spawn(async move {
            let _waiting = waiting;
            runner.invoke(payload).await
        });
        let invoked =
            tokio::time::timeout(found.route.timeout, invocation).await.map_err(|_| GatewayError::TimedOut)?;
        let answer = invoked.map_err(|_| GatewayError::Failed)?.map_err(|_: FunctionError| GatewayError::Failed)?;
        payload::answer(&answer).ok_or(GatewayError::Failed)
    }
}

async fn serve(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let _piece = gateway.work.begin();
    let (parts, body) = request.into_parts();
    if let Some(path) = parts.uri.path().strip_prefix("/_local").filter(|rest| rest.is_empty() || rest.starts_with('/'))
    {
        return gateway.own.respond(path, peer, &parts, body).await;
    }
    if let Some(published) = well_known::respond(&gateway.tokens, &parts) {
        return published;
    }
    gateway.respond(peer, &parts, body).await
}
