//! The gateway: it sends requests to the functions that the template routes them to.

use crate::faults::Mishap;
use crate::handler::Handler;
use crate::wire;
use crate::world::World;
use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use foldlog::Version;
use futures::FutureExt;
use futures::channel::oneshot;
use http::Method;
use serde_json::Value;
use std::sync::Arc;

/// A request of a client.
pub(crate) struct Sent {
    pub(crate) subject: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

/// An answer to a client.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) status: i64,
    pub(crate) version: Option<Version>,
    pub(crate) body: Value,
}

impl Got {
    fn of(answer: ApiGatewayV2httpResponse) -> Self {
        let tag = answer.headers.get("etag").and_then(|tag| tag.to_str().ok());
        let body = match answer.body {
            Some(Body::Text(text)) => serde_json::from_str(&text).unwrap_or_default(),
            Some(Body::Empty | Body::Binary(_) | _) | None => Value::Null,
        };
        let version = tag.and_then(|tag| tag.trim_matches('"').parse().ok());
        Self { status: answer.status_code, version, body }
    }

    /// The name of the problem, if the answer is one.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.body.get("type")?.as_str()?.strip_prefix("urn:shop:problem:")
    }
}

/// Sends a request. There is no answer if the process died or the answer was lost.
pub(crate) async fn send(world: &Arc<World>, sent: &Sent) -> Option<Got> {
    let path = sent.path.split('?').next().unwrap_or_default();
    let routed = world.topology.route(sent.method.as_str(), path)?;
    let process = world.process(&routed.function)?;
    let Handler::Http(handler) = process.handler.clone() else { return None };
    let request = wire::request(&sent.method, &sent.path, &routed, &sent.subject, &sent.headers, &sent.body);
    let (answer, answered) = oneshot::channel();
    let invocation = async move {
        if let Ok(got) = handler.handle(request).await {
            // The client may have gone.
            let _ = answer.send(got);
        }
    };
    world.spawner.spawn(process.owner(), invocation.boxed());
    let got = answered.await.ok().map(Got::of);
    if world.occurs(Mishap::AnswerLost) { None } else { got }
}
