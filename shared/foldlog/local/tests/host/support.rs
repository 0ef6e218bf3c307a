//! A small template with functions of its own, and a host that runs it.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog_lambda::{Error, Invoke, Registered, SettingError, Settings};
use foldlog_local::{Host, Options, Storage, Streams};
use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const TEMPLATE: &str = include_str!("template.yaml");

type Run = fn(SdkConfig, Settings, Value) -> BoxFuture<'static, Result<Value, Error>>;

struct Handler {
    config: SdkConfig,
    settings: Settings,
    run: Run,
}

impl Invoke for Handler {
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>> {
        (self.run)(self.config.clone(), self.settings.clone(), payload)
    }
}

fn made(run: Run, settings: &Settings, config: &SdkConfig) -> Result<Arc<dyn Invoke>, SettingError> {
    settings.text("ITEMS_TABLE")?;
    Ok(Arc::new(Handler { config: config.clone(), settings: settings.clone(), run }))
}

pub(crate) fn functions() -> Vec<Registered> {
    vec![
        Registered { name: "front", build: |settings, config| made(front, settings, config) },
        Registered { name: "reader", build: |settings, config| made(reader, settings, config) },
        Registered { name: "worker", build: |settings, config| made(worker, settings, config) },
        Registered { name: "daily", build: |settings, config| made(daily, settings, config) },
    ]
}

async fn put(config: &SdkConfig, table: &str, key: &str, value: &str) -> Result<(), Error> {
    let client = aws_sdk_dynamodb::Client::new(config);
    let request = client.put_item().table_name(table).item("key", AttributeValue::S(key.to_owned()));
    request.item("value", AttributeValue::S(value.to_owned())).send().await.map_err(Box::new)?;
    Ok(())
}

/// HTTP: echoes the event, or does what the path says.
fn front(config: SdkConfig, settings: Settings, event: Value) -> BoxFuture<'static, Result<Value, Error>> {
    async move {
        let id = event.pointer("/pathParameters/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        match event["routeKey"].as_str().unwrap_or_default() {
            "POST /items/{id}" => {
                let body = event["body"].as_str().unwrap_or_default();
                put(&config, settings.text("ITEMS_TABLE")?, &id, body).await?;
                Ok(json!({"statusCode": 201, "headers": {"Location": format!("/items/{id}")}}))
            }
            "POST /fail/{id}" => match id.as_str() {
                "error" => Err("no".into()),
                "panic" => panic!("a handler's own fault"),
                "slow" => std::future::pending().await,
                _ => Ok(json!({"statusCode": "nonsense"})),
            },
            "POST /code/{table}" => {
                let table = event.pointer("/pathParameters/table").and_then(Value::as_str).unwrap_or_default();
                let client = aws_sdk_dynamodb::Client::new(&config);
                let put = client.put_item().table_name(table).item("key", AttributeValue::S("good".to_owned()));
                let error = put.send().await.err().ok_or("it was allowed")?;
                Ok(json!({"statusCode": 200, "body": format!("{:?} {:?}", error.code(), error.message())}))
            }
            _ => Ok(json!({
                "statusCode": 200,
                "headers": {"content-type": "application/json", "access-control-allow-origin": "https://function"},
                "cookies": ["a=1", "b=2"],
                "body": event.to_string(),
            })),
        }
    }
    .boxed()
}

/// Stream: publishes every new item; reports `poison`, fails for a batch with `crash`.
fn reader(config: SdkConfig, settings: Settings, event: Value) -> BoxFuture<'static, Result<Value, Error>> {
    async move {
        serde_json::from_value::<aws_lambda_events::dynamodb::Event>(event.clone())?;
        let client = aws_sdk_eventbridge::Client::new(&config);
        let records = event["Records"].as_array().cloned().unwrap_or_default();
        let key = |record: &Value| record.pointer("/dynamodb/Keys/key/S").and_then(Value::as_str).map(str::to_owned);
        if records.iter().any(|record| key(record).is_some_and(|key| key.starts_with("crash"))) {
            return Err("a record that nobody can read".into());
        }
        for record in &records {
            let key = key(record).unwrap_or_default();
            if key.starts_with("poison") {
                let failed = record.pointer("/dynamodb/SequenceNumber");
                return Ok(json!({"batchItemFailures": [{"itemIdentifier": failed}]}));
            }
            let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder()
                .event_bus_name(settings.text("BUS")?)
                .source("items")
                .detail_type(if key.starts_with("quiet") { "Ignored" } else { "ItemWritten" })
                .detail(json!({ "key": key }).to_string())
                .build();
            let answer = client.put_events().entries(entry).send().await.map_err(Box::new)?;
            assert_eq!(answer.failed_entry_count(), 0);
        }
        Ok(json!({"batchItemFailures": []}))
    }
    .boxed()
}

/// Queue: notes its messages. It reports each message about `doomed`, and about `second` once.
fn worker(config: SdkConfig, settings: Settings, event: Value) -> BoxFuture<'static, Result<Value, Error>> {
    async move {
        let mut failures = Vec::new();
        for record in event["Records"].as_array().into_iter().flatten() {
            serde_json::from_value::<aws_lambda_events::sqs::SqsMessage>(record.clone())?;
            let body: Value = serde_json::from_str(record["body"].as_str().unwrap_or_default())?;
            serde_json::from_value::<aws_lambda_events::eventbridge::EventBridgeEvent<Value>>(body.clone())?;
            let key = body.pointer("/detail/key").and_then(Value::as_str).unwrap_or_default();
            let count = record.pointer("/attributes/ApproximateReceiveCount").and_then(Value::as_str);
            if key.starts_with("doomed") || (key.starts_with("second") && count == Some("1")) {
                failures.push(json!({"itemIdentifier": record["messageId"]}));
            } else {
                put(&config, settings.text("SEEN_TABLE")?, key, count.unwrap_or_default()).await?;
            }
        }
        Ok(json!({ "batchItemFailures": failures }))
    }
    .boxed()
}

/// Schedule: notes its input.
fn daily(config: SdkConfig, settings: Settings, event: Value) -> BoxFuture<'static, Result<Value, Error>> {
    async move {
        put(&config, settings.text("SEEN_TABLE")?, "daily", &event.to_string()).await?;
        Ok(Value::Null)
    }
    .boxed()
}

pub(crate) fn options(storage: Storage) -> Options {
    Options {
        template: TEMPLATE.to_owned(),
        parameters: BTreeMap::from([("Issuer".to_owned(), "https://issuer.local".to_owned())]),
        environment: BTreeMap::new(),
        secrets: BTreeMap::new(),
        listen: ([127, 0, 0, 1], 0).into(),
        storage,
        functions: functions(),
        streams: Streams::default(),
        counted: false,
    }
}

pub(crate) async fn host() -> Host {
    Host::start(options(Storage::Temporary)).await.unwrap()
}

/// A request with a token for the scopes.
pub(crate) fn request(host: &Host, method: Method, path: &str, scopes: &[&str]) -> RequestBuilder {
    let token = host.token("customer:alice", scopes).unwrap();
    Client::new().request(method, format!("{}{path}", host.url())).bearer_auth(token)
}

/// Writes an item through the gateway.
pub(crate) async fn write(host: &Host, id: &str, body: &str) -> u16 {
    let request = request(host, Method::POST, &format!("/items/{id}"), &["items/write"]);
    request.body(body.to_owned()).send().await.unwrap().status().as_u16()
}

/// The worker's notes, by key.
pub(crate) async fn seen(host: &Host) -> BTreeMap<String, String> {
    let client = aws_sdk_dynamodb::Client::new(&host.aws_config());
    let found = client.scan().table_name("local-Seen").send().await.unwrap();
    let text =
        |item: &std::collections::HashMap<String, AttributeValue>, name: &str| item[name].as_s().unwrap().clone();
    found.items().iter().map(|item| (text(item, "key"), text(item, "value"))).collect()
}
