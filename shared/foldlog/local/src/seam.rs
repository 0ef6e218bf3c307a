//! The transport below the SDK: each function has an HTTP client of its own that never leaves the process. It checks
//! the function's permissions, counts, forwards to the database or the bus, and wakes the readers of a stream after a
//! write.

use crate::buckets::{self, Buckets, ObjectRequest};
use crate::database::{Answer, Closing, DatabaseError, Engine};
use crate::events::{Buses, sizes};
use crate::foreground::Foreground;
use crate::functions::Declared;
use crate::keys::Keys;
use crate::lock::lock;
use crate::meter::{self, Meter};
use crate::observer::Observer;
use crate::plan::Plan;
use crate::policy::{Demand, Policy, ResourcePolicies, demands};
use crate::secrets::Secrets;
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
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use http::header::{CONTENT_TYPE, DATE, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The caller under which the host's own requests, and those of other processes, are counted.
pub(crate) const HOST: &str = "host";

/// The number of refusals that are kept.
const MOST_REFUSALS: usize = 1_000;

/// The state that all callers share.
#[derive(Debug)]
pub(crate) struct Backend {
    /// The database.
    pub(crate) engine: Engine,
    /// The buses.
    pub(crate) buses: Buses,
    /// The buckets.
    pub(crate) buckets: Buckets,
    /// The secrets.
    pub(crate) secrets: Secrets,
    /// The keys of KMS.
    pub(crate) keys: Keys,
    /// The template's tables.
    pub(crate) tables: Vec<Table>,
    /// The policies of tables, buckets and buses, and what was refused.
    pub(crate) rights: Rights,
    /// The readers of each table's stream, by the table's ARN.
    pub(crate) wakes: BTreeMap<String, Vec<Arc<Wake>>>,
    /// The outstanding work.
    pub(crate) work: Work,
    /// The requests that wait for an answer.
    pub(crate) foreground: Foreground,
    /// The meter.
    pub(crate) meter: Meter,
    /// What looks at requests and lines.
    pub(crate) observer: Observer,
}

/// The policies of resources, and the requests of functions that policies refused.
#[derive(Debug)]
pub(crate) struct Rights {
    of_resources: Arc<ResourcePolicies>,
    refused: Mutex<BTreeSet<String>>,
}

impl Rights {
    /// The messages of the refusals so far, each once, up to [`MOST_REFUSALS`].
    pub(crate) fn refused(&self) -> BTreeSet<String> {
        lock(&self.refused).clone()
    }

    fn refusal(&self, policy: &Policy, name: &str, demands: &[Demand]) -> Option<String> {
        let message = policy.refusal(name, demands, &self.of_resources)?;
        let mut refused = lock(&self.refused);
        if refused.len() < MOST_REFUSALS {
            refused.insert(message.clone());
        }
        Some(message)
    }
}

impl Backend {
    /// Opens the database in a directory, and creates the template's tables that are missing. Nothing is counted yet.
    pub(crate) async fn open(
        plan: &Plan,
        directory: &Path,
        buses: Buses,
        wakes: BTreeMap<String, Vec<Arc<Wake>>>,
        work: Work,
        secrets: Secrets,
        counted: bool,
    ) -> Result<(Arc<Self>, Closing), DatabaseError> {
        let (engine, closing) = Engine::open(directory)?;
        let (buckets, tables) = (Buckets::declared(&plan.stack, directory), plan.tables.clone());
        let keys = Keys::declared(&plan.stack, directory)?;
        let (foreground, meter, observer) = (Foreground::default(), Meter::new(counted), Observer::default());
        let rights = Rights { of_resources: Arc::clone(&plan.resource_policies), refused: Mutex::default() };
        let backend = Arc::new(Self {
            engine,
            buses,
            buckets,
            secrets,
            keys,
            tables,
            rights,
            wakes,
            work,
            foreground,
            meter,
            observer,
        });
        let host = Seam::unrestricted(Arc::clone(&backend));
        for table in &plan.tables {
            host.ensure(table).await?;
        }
        Ok((backend, closing))
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

    /// Answers a request: one with a target in JSON, one of S3, which has none, in XML.
    pub(crate) async fn respond(&self, parts: &Parts, body: Vec<u8>) -> Response<String> {
        let (answer, content_type) = if let Some(target) = parts.headers.get("x-amz-target") {
            (self.answer(target.to_str().unwrap_or_default(), body).await, "application/x-amz-json-1.0")
        } else {
            let path_and_query = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
            (self.answer_object(parts.method.as_str(), path_and_query), "application/xml")
        };
        let mut response = Response::new(answer.body);
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        // As every service of AWS, so that functions can compare their clocks.
        let date = DateTime::from(SystemTime::now()).fmt(Format::HttpDate).ok();
        if let Some(date) = date.and_then(|date| date.try_into().ok()) {
            response.headers_mut().insert(DATE, date);
        }
        response
    }

    /// Answers a request by its target, such as `DynamoDB_20120810.PutItem`.
    async fn answer(&self, target: &str, body: Vec<u8>) -> Answer {
        let _piece = self.backend.work.begin();
        let (service, operation) = match target.split_once('.') {
            Some(("DynamoDB_20120810" | "DynamoDBStreams_20120810", operation)) => ("dynamodb", operation),
            Some(("AWSEvents", "PutEvents")) => ("events", "PutEvents"),
            Some(("secretsmanager", "GetSecretValue")) => ("secretsmanager", "GetSecretValue"),
            Some(("TrentService", operation @ ("GenerateDataKey" | "Decrypt"))) => ("kms", operation),
            _ => return refused(400, "UnknownOperationException", &format!("{target} is not imitated on one machine")),
        };
        self.backend.meter.requested(&self.caller.binary, operation);
        let mut request: Value = match serde_json::from_slice(&body) {
            Ok(request) => request,
            Err(error) => return refused(400, "SerializationException", &error.to_string()),
        };
        let demands = demands(service, operation, &request, &self.backend.tables);
        if let Some(message) = self.refusal(&demands) {
            return refused(400, "com.amazon.coral.service#AccessDeniedException", &message);
        }
        match service {
            "secretsmanager" => return self.backend.secrets.answer(&request),
            "kms" => return self.backend.keys.answer(operation, &request),
            _ => {}
        }
        let counted = self.backend.meter.counted && self.caller.function.is_some();
        if self.caller.function.is_some() {
            self.backend.observer.show(operation, &request);
        }
        if service == "events" {
            if counted {
                self.backend.meter.published(&self.caller.binary, sizes(&body));
            }
            return self.backend.buses.put_events(&body);
        }
        let wakes = self.readers(&demands);
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
        let mut answer =
            if self.caller.background { self.backend.foreground.step_back(called).await } else { called.await };
        if counted {
            let Backend { meter, tables, .. } = &*self.backend;
            meter.took(&self.caller.binary, operation, tables, asked, &mut answer);
        }
        answer
    }

    /// Answers a request of S3, which has no target.
    fn answer_object(&self, method: &str, path_and_query: &str) -> Answer {
        let Some(request) = ObjectRequest::read(method, path_and_query) else {
            let message = format!("{method} {path_and_query} is not imitated on one machine");
            return buckets::refused(501, "NotImplemented", &message);
        };
        self.backend.meter.requested(&self.caller.binary, request.name());
        match self.refusal(&[request.demand()]) {
            Some(message) => buckets::refused(403, "AccessDenied", &message),
            None => self.backend.buckets.answer(&request),
        }
    }

    /// The refusal's message, if the caller is a function whose policies do not allow all of these.
    fn refusal(&self, demands: &[Demand]) -> Option<String> {
        let (name, policy) = self.caller.function.as_ref()?;
        let message = self.backend.rights.refusal(policy, name, demands)?;
        tracing::warn!(function = self.caller.binary, message, "refused by the function's policies");
        Some(message)
    }

    /// Creates a table, unless it exists already with the same keys, indexes and stream.
    async fn ensure(&self, table: &Table) -> Result<(), DatabaseError> {
        let wrong = |reason| DatabaseError::Table { table: table.name.clone(), reason };
        match self.database("DescribeTable", &json!({ "TableName": table.name })).await {
            Ok(found) if table.is_as_described(&found["Table"]) => Ok(()),
            Ok(_) => {
                Err(wrong("it exists with other keys, indexes or stream: the template has changed since".to_owned()))
            }
            Err(reason) if reason.contains("ResourceNotFoundException") => {
                self.database("CreateTable", &table.creation()).await.map(drop).map_err(wrong)
            }
            Err(reason) => Err(wrong(reason)),
        }
    }

    /// The database's answer to a request, or its refusal.
    async fn database(&self, operation: &str, request: &Value) -> Result<Value, String> {
        let answer = self.answer(&format!("DynamoDB_20120810.{operation}"), request.to_string().into_bytes()).await;
        if answer.status == 200 { Ok(serde_json::from_str(&answer.body).unwrap_or_default()) } else { Err(answer.body) }
    }

    /// The readers of every table that a request with these demands writes to.
    fn readers(&self, demands: &[Demand]) -> Vec<Arc<Wake>> {
        let written: BTreeSet<_> =
            demands.iter().filter(|demand| demand.is_write()).map(|demand| &demand.resource).collect();
        written.into_iter().filter_map(|table| self.backend.wakes.get(table)).flatten().cloned().collect()
    }
}

fn refused(status: u16, kind: &str, message: &str) -> Answer {
    Answer { status, body: json!({"__type": kind, "message": message, "Message": message}).to_string() }
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
            let wrong = |error: HttpError| ConnectorError::other(error.into(), None);
            let (parts, body) = request.try_into_http1x().map_err(wrong)?.into_parts();
            let response = seam.respond(&parts, body.bytes().unwrap_or_default().to_vec()).await;
            HttpResponse::try_from(response.map(SdkBody::from)).map_err(wrong)
        })
    }
}
