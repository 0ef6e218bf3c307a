//! The transport below the SDK: each function has an HTTP client of its own that never leaves the process. It checks
//! the function's permissions, counts, forwards to the database or the bus, and wakes the readers of a stream after a
//! write.

use crate::buckets::{self, Buckets, ObjectRequest};
use crate::database::{Answer, Engine};
use crate::events::{Buses, sizes};
use crate::foreground::Foreground;
use crate::functions::Declared;
use crate::meter::{self, Meter};
use crate::policy::{Policy, demands, table_name};
use crate::streams::Wake;
use crate::tables::Table;
use crate::template::identity::REGION;
use crate::work::Work;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The caller under which the host's own requests, and those of other processes, are counted.
pub(crate) const HOST: &str = "host";

/// The media type of the answer to a request with a target,
pub(crate) const JSON: &str = "application/x-amz-json-1.0";
/// and to a request of S3, which has none.
pub(crate) const XML: &str = "application/xml";

/// The state that all callers share.
#[derive(Debug)]
pub(crate) struct Backend {
    /// The database.
    pub(crate) engine: Engine,
    /// The buses.
    pub(crate) buses: Buses,
    /// The buckets.
    pub(crate) buckets: Buckets,
    /// The template's tables.
    pub(crate) tables: Vec<Table>,
    /// The readers of each table's stream, by the table's name.
    pub(crate) wakes: BTreeMap<String, Vec<Arc<Wake>>>,
    /// The outstanding work.
    pub(crate) work: Work,
    /// The requests that wait for an answer.
    pub(crate) foreground: Foreground,
    /// The meter.
    pub(crate) meter: Meter,
}

impl Backend {
    /// Nothing is counted yet.
    pub(crate) fn new(
        engine: Engine,
        buses: Buses,
        buckets: Buckets,
        tables: Vec<Table>,
        wakes: BTreeMap<String, Vec<Arc<Wake>>>,
        work: Work,
        counted: bool,
    ) -> Self {
        Self {
            engine,
            buses,
            buckets,
            tables,
            wakes,
            work,
            foreground: Foreground::default(),
            meter: Meter::new(counted),
        }
    }
}

/// One caller's access to the services.
#[derive(Clone, Debug)]
pub(crate) struct Seam {
    backend: Arc<Backend>,
    caller: Arc<Caller>,
}

#[derive(Debug)]
struct Caller {
    binary: String,
    /// The function's name and permissions; none for the host, which may do anything.
    function: Option<(String, Arc<Policy>)>,
    /// Whether no caller waits for it.
    background: bool,
}

impl Seam {
    /// The access of the host itself, and of tests and tools.
    pub(crate) fn unrestricted(backend: Arc<Backend>) -> Self {
        Self { backend, caller: Arc::new(Caller { binary: HOST.to_owned(), function: None, background: false }) }
    }

    /// The access of a function. A function without a trigger is a step of state machines, and works in the background.
    pub(crate) fn of(backend: Arc<Backend>, function: &Declared) -> Self {
        let (binary, background) = (function.binary.clone(), function.events.is_empty());
        let function = Some((function.name.clone(), Arc::clone(&function.policy)));
        Self { backend, caller: Arc::new(Caller { binary, function, background }) }
    }

    /// The SDK's configuration with this access.
    pub(crate) fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("local", "local", None, None, "local");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url("http://localhost")
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.clone())
            .build()
    }

    /// Answers a request by its target, such as `DynamoDB_20120810.PutItem`.
    pub(crate) async fn answer(&self, target: &str, body: Vec<u8>) -> Answer {
        let _piece = self.backend.work.begin();
        let (service, operation) = match target.split_once('.') {
            Some(("DynamoDB_20120810" | "DynamoDBStreams_20120810", operation)) => ("dynamodb", operation),
            Some(("AWSEvents", "PutEvents")) => ("events", "PutEvents"),
            _ => return refused(400, "UnknownOperationException", &format!("{target} is not imitated on one machine")),
        };
        self.count(operation);
        let mut request: Value = match serde_json::from_slice(&body) {
            Ok(request) => request,
            Err(error) => return refused(400, "SerializationException", &error.to_string()),
        };
        if let Some((name, policy)) = &self.caller.function {
            let demands = demands(service, operation, &request, &self.backend.tables);
            if let Some(message) = policy.refusal(name, &demands) {
                tracing::warn!(function = self.caller.binary, message, "refused by the function's policies");
                return refused(400, "com.amazon.coral.service#AccessDeniedException", &message);
            }
        }
        let counted = self.backend.meter.counted && self.caller.function.is_some();
        if service == "events" {
            if counted {
                self.backend.meter.published(&self.caller.binary, sizes(&body));
            }
            return self.backend.buses.put_events(&body);
        }
        let wakes = self.written(operation, &request);
        let piece = self.backend.work.begin();
        let wake = move || {
            for wake in wakes {
                wake.wake();
            }
            drop(piece);
        };
        let asked = !counted || meter::ask(operation, &mut request);
        let body = if asked { body } else { request.to_string().into_bytes() };
        let called = self.backend.engine.call(operation.to_owned(), body, wake);
        let called =
            if self.caller.background { self.backend.foreground.step_back(called).await } else { called.await };
        self.metered(operation, asked, counted, called)
    }

    /// Answers a request of S3, which has no target.
    pub(crate) fn answer_object(&self, method: &str, path_and_query: &str) -> Answer {
        let Some(request) = ObjectRequest::read(method, path_and_query) else {
            let message = format!("{method} {path_and_query} is not imitated on one machine");
            return buckets::refused(501, "NotImplemented", &message);
        };
        self.count(request.name());
        if let Some((name, policy)) = &self.caller.function
            && let Some(message) = policy.refusal(name, &[request.demand()])
        {
            tracing::warn!(function = self.caller.binary, message, "refused by the function's policies");
            return buckets::refused(403, "AccessDenied", &message);
        }
        self.backend.buckets.answer(&request)
    }

    fn count(&self, operation: &str) {
        self.backend.meter.requested(&self.caller.binary, operation);
    }

    /// The answer as the function sees it, after its capacity was counted.
    fn metered(&self, operation: &str, asked: bool, counted: bool, mut answer: Answer) -> Answer {
        if counted {
            let Backend { meter, tables, .. } = &*self.backend;
            meter.took(&self.caller.binary, operation, tables, asked, &mut answer);
        }
        answer
    }

    /// The readers of every table that a request writes to.
    fn written(&self, operation: &str, request: &Value) -> Vec<Arc<Wake>> {
        let named =
            |part: &Value| part.get("TableName").and_then(Value::as_str).map(|name| table_name(name).to_owned());
        let mut written: Vec<String> = match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => named(request).into_iter().collect(),
            "BatchWriteItem" => {
                let tables = request.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
                tables.map(|(name, _)| table_name(name).to_owned()).collect()
            }
            "TransactWriteItems" => {
                let items = request.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
                items.filter_map(Value::as_object).flatten().filter_map(|(_, part)| named(part)).collect()
            }
            _ => return Vec::new(),
        };
        written.sort();
        written.dedup();
        written.iter().filter_map(|table| self.backend.wakes.get(table)).flatten().cloned().collect()
    }
}

fn refused(status: u16, kind: &str, message: &str) -> Answer {
    Answer { status, body: json!({"__type": kind, "message": message, "Message": message}).to_string() }
}

/// The path and query of a URI.
fn path_and_query(uri: &str) -> &str {
    let behind_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    behind_scheme.find('/').map_or("/", |start| &behind_scheme[start..])
}

impl HttpClient for Seam {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Seam {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let seam = self.clone();
        HttpConnectorFuture::new(async move {
            let (answer, content_type) = match request.headers().get("x-amz-target") {
                Some(target) => {
                    let body = request.body().bytes().unwrap_or_default().to_vec();
                    (seam.answer(target, body).await, JSON)
                }
                None => (seam.answer_object(request.method(), path_and_query(request.uri())), XML),
            };
            let status =
                StatusCode::try_from(answer.status).map_err(|error| ConnectorError::other(error.into(), None))?;
            let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
            response.headers_mut().insert("content-type", content_type);
            Ok(response)
        })
    }
}
