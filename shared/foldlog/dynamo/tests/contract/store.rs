//! An embedded `DynamoDB` for all the tests, tables for each, and a client whose connection can fail on purpose.

use crate::meter::Meter;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, HttpClient, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use foldlog_dynamo::Log;
use foldlog_testing::requests::form;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::time::Duration;

/// The address of the store. It blocks the thread it runs on, so it has one of its own.
static ADDRESS: LazyLock<SocketAddr> = LazyLock::new(|| {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send.send(listener.local_addr().unwrap()).unwrap();
            dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()).await;
        });
    });
    receive.recv().unwrap()
});

static TABLES: AtomicU32 = AtomicU32::new(0);

/// The connection between client and store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    requests: Arc<Mutex<Vec<String>>>,
    to_lose: Arc<AtomicU32>,
    forms: Forms,
}

/// The forms of the requests that were sent.
pub(crate) type Forms = Arc<Mutex<BTreeSet<String>>>;

impl Line {
    /// How many requests were sent.
    pub(crate) fn sent(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// How many items each of the requests since then could get at most.
    pub(crate) fn limits(&self, since: usize) -> Vec<Option<u64>> {
        let requests = self.requests.lock().unwrap();
        let limit = |request: &String| serde_json::from_str::<Value>(request).unwrap()["Limit"].as_u64();
        requests.iter().skip(since).map(limit).collect()
    }

    /// Whether the newest request asked for strong consistency.
    pub(crate) fn was_consistent(&self) -> bool {
        let requests = self.requests.lock().unwrap();
        let newest: Value = serde_json::from_str(requests.last().unwrap()).unwrap();
        newest.get("ConsistentRead") == Some(&Value::Bool(true))
    }

    /// The answers to the next requests are lost, after the store has carried them out.
    pub(crate) fn lose(&self, answers: u32) {
        self.to_lose.store(answers, Ordering::SeqCst);
    }
}

#[derive(Debug)]
struct Connector {
    line: Line,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let line = self.line.clone();
        let body = request.body().bytes().unwrap_or_default();
        let operation = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let form = form(operation.unwrap(), &serde_json::from_slice(body).unwrap(), role);
        line.forms.lock().unwrap().insert(form);
        line.requests.lock().unwrap().push(String::from_utf8_lossy(body).into_owned());
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            let lost = line.to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if lost.is_ok() { Err(ConnectorError::timeout("the answer was lost".into())) } else { answer }
        })
    }
}

/// What a table is for is the first part of its name.
fn role(table: &str) -> String {
    table.split('-').next().unwrap_or_default().to_owned()
}

/// A client of the embedded store.
pub(crate) struct Store {
    pub(crate) client: Client,
    pub(crate) line: Line,
    pub(crate) meter: Meter,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self::at(*ADDRESS)
    }

    pub(crate) fn at(address: SocketAddr) -> Self {
        Self::noting(address, Forms::default())
    }

    /// A client of the store at an address, which notes the forms of its requests.
    pub(crate) fn noting(address: SocketAddr, forms: Forms) -> Self {
        let (line, meter) = (Line { forms, ..Line::default() }, Meter::default());
        let seam = line.clone();
        let http = aws_smithy_http_client::Builder::new().build_http();
        let http = http_client_fn(move |settings, components| {
            let inner = http.http_connector(settings, components);
            SharedHttpConnector::new(Connector { line: seam.clone(), inner })
        });
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url(format!("http://{address}"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .interceptor(meter.clone())
            .http_client(http);
        Self { client: Client::from_conf(config.build()), line, meter }
    }

    /// A log on a table of its own.
    pub(crate) async fn log(&self) -> Log {
        Log::new(self.client.clone(), self.log_table().await)
    }

    /// A log with markers, on tables of its own.
    pub(crate) async fn marked_log(&self) -> Log {
        let key = [("stream", ScalarAttributeType::S), ("commit_id", ScalarAttributeType::S)];
        let markers = self.table("markers", &key, &[]).await;
        self.log().await.with_markers(markers)
    }

    /// A new table for a log.
    pub(crate) async fn log_table(&self) -> String {
        self.table("log", &[("stream", ScalarAttributeType::S), ("version", ScalarAttributeType::N)], &[]).await
    }

    /// A new table that registers generations.
    pub(crate) async fn generations(&self) -> String {
        self.table("generations", &[("view", ScalarAttributeType::S), ("part", ScalarAttributeType::S)], &[]).await
    }

    /// A new table for this, with this key and these indexes (name, partition key, sort key; all texts).
    pub(crate) async fn table(&self, role: &str, key: &[(&str, ScalarAttributeType)], indexes: &[[&str; 3]]) -> String {
        let name = format!("{role}-{}", TABLES.fetch_add(1, Ordering::SeqCst));
        let of_indexes = indexes.iter().flat_map(|[_, partition, sort]| [*partition, *sort]);
        let attributes = key.iter().cloned().chain(of_indexes.map(|attribute| (attribute, ScalarAttributeType::S)));
        let attributes = attributes.map(|(attribute, kind)| {
            AttributeDefinition::builder().attribute_name(attribute).attribute_type(kind).build().unwrap()
        });
        let indexes = indexes.iter().map(|[index, partition, sort]| {
            GlobalSecondaryIndex::builder()
                .index_name(*index)
                .set_key_schema(Some(key_schema(&[partition, sort])))
                .projection(Projection::builder().projection_type(ProjectionType::All).build())
                .build()
                .unwrap()
        });
        let indexes: Vec<_> = indexes.collect();
        let names: Vec<&str> = key.iter().map(|(name, _)| *name).collect();
        let create = self
            .client
            .create_table()
            .table_name(&name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(&names)))
            .set_attribute_definitions(Some(attributes.collect()))
            .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes));
        create.send().await.unwrap();
        name
    }
}

fn key_schema(names: &[&str]) -> Vec<KeySchemaElement> {
    let element = |(name, kind): (&&str, KeyType)| {
        KeySchemaElement::builder().attribute_name(*name).key_type(kind).build().unwrap()
    };
    names.iter().zip([KeyType::Hash, KeyType::Range]).map(element).collect()
}
