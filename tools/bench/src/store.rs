//! The store that both sides use: an embedded `DynamoDB` behind a loopback address, and the raw client's requests to
//! it.

use crate::error::BenchError;
use crate::meter::Meter;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, Credentials, Region, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, PutRequest, ReturnValuesOnConditionCheckFailure as OnFailure, WriteRequest,
};
use foldlog_local::{Host, HostError, Options, Storage, Streams};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};

/// The table that is appended to,
pub(super) const TABLE: &str = "bench";
/// the tables that are read as a whole,
pub(super) const REPLAYED: &str = "replayed";
pub(super) const REBUILT: &str = "rebuilt";
/// and the table of the rows.
pub(super) const ROWS: &str = "rows";
/// The register of their generations.
pub(super) const GENERATIONS: &str = "generations";
/// The maximum number of items that one request writes.
const BATCH: usize = 25;

/// An item as the raw client writes it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The template: tables with the key of an event log, and one of rows. They have no stream, because reading a stream is
/// not part of an append.
fn template() -> String {
    let log = [("stream", "S"), ("version", "N")];
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Log": table(TABLE, &log), "Replayed": table(REPLAYED, &log), "Rebuilt": table(REBUILT, &log),
            "Rows": table(ROWS, &[("key", "S")]),
            "Generations": table(GENERATIONS, &[("view", "S"), ("part", "S")]),
        },
    });
    template.to_string()
}

/// A table, by its name and the attributes of its key with their types.
fn table(name: &str, key: &[(&str, &str)]) -> Value {
    let types = key.iter().map(|(part, kind)| json!({ "AttributeName": part, "AttributeType": kind }));
    let parts = key.iter().zip(["HASH", "RANGE"]);
    let parts = parts.map(|((part, _), role)| json!({ "AttributeName": part, "KeyType": role }));
    json!({
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": types.collect::<Vec<_>>(),
            "KeySchema": parts.collect::<Vec<_>>(),
        },
    })
}

/// Starts the embedded store.
pub(super) async fn start() -> Result<Host, HostError> {
    Host::start(Options {
        template: template(),
        parameters: BTreeMap::new(),
        environment: BTreeMap::new(),
        secrets: BTreeMap::new(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        storage: Storage::Temporary,
        functions: Vec::new(),
        streams: Streams::default(),
        counted: false,
    })
    .await
}

/// The client of both sides, over the same connections; the meter counts its requests.
pub(super) fn client(url: &str, meter: &Meter) -> Client {
    Client::from_conf(config(url).interceptor(meter.clone()).build())
}

/// The settings of a client: those of a function, except address, credentials and TLS.
pub(super) fn config(url: &str) -> Builder {
    let credentials = Credentials::new("id", "secret", None, None, "bench");
    let connected = SdkConfig::builder()
        .region(Region::new("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Builder::from(&foldlog_lambda::aws_settings(connected.build()))
}

/// The store as a client uses it without an event log.
pub(super) struct Raw {
    client: Client,
    table: &'static str,
}

impl Raw {
    /// The raw client of one table.
    pub(super) fn on(client: &Client, table: &'static str) -> Self {
        Self { client: client.clone(), table }
    }

    /// Puts an item if none has its key yet; returns false if one has.
    pub(super) async fn put(&self, item: Item) -> Result<bool, BenchError> {
        let put = self
            .client
            .put_item()
            .table_name(self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#stream)")
            .expression_attribute_names("#stream", "stream")
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// Puts a command's item after version `known`, or after the newest item if there are newer ones. Returns its
    /// version.
    pub(super) async fn put_behind(
        &self,
        template: &Item,
        stream: &str,
        mut known: u64,
        command: &str,
    ) -> Result<u64, BenchError> {
        loop {
            let mut item = item(template, stream, known + 1);
            item.insert("commit_id".to_owned(), AttributeValue::S(command.to_owned()));
            if self.put(item).await? {
                return Ok(known + 1);
            }
            known = newest(&self.query(stream, known, true).await?).unwrap_or(known);
        }
    }

    /// The items of a stream after a version, to the last page.
    pub(super) async fn query(&self, stream: &str, after: u64, consistent: bool) -> Result<Vec<Item>, BenchError> {
        let items = self
            .client
            .query()
            .table_name(self.table)
            .key_condition_expression("#stream = :stream AND #version > :after")
            .expression_attribute_names("#stream", "stream")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":stream", AttributeValue::S(stream.to_owned()))
            .expression_attribute_values(":after", AttributeValue::N(after.to_string()))
            .consistent_read(consistent)
            .into_paginator()
            .items()
            .send();
        items.try_collect().await.map_err(|error| failed(&error))
    }

    /// Puts a row with the bytes of `template`, without a condition.
    pub(super) async fn put_row(&self, template: &Item, key: String) -> Result<(), BenchError> {
        let mut item = template.clone();
        item.insert("key".to_owned(), AttributeValue::S(key));
        let put = self.client.put_item().table_name(self.table).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| failed(&error))
    }

    /// The row under a key.
    pub(super) async fn row(&self, key: &str) -> Result<Item, BenchError> {
        let key = AttributeValue::S(key.to_owned());
        let got = self.client.get_item().table_name(self.table).key("key", key).consistent_read(true).send().await;
        let row = got.map_err(|error| failed(&error))?.item;
        row.ok_or_else(|| BenchError::Wrong("a row that was written is not there".to_owned()))
    }

    /// The items of one segment of the table, to the last page.
    pub(super) async fn scan(&self, segment: u32, of: u32) -> Result<Vec<Item>, BenchError> {
        let number = |number: u32| i32::try_from(number).ok();
        let scan = self.client.scan().table_name(self.table).consistent_read(true);
        let scan = scan.set_segment(number(segment)).set_total_segments(number(of));
        scan.into_paginator().items().send().try_collect().await.map_err(|error| failed(&error))
    }

    /// Writes the first `length` versions of a stream, many concurrently.
    pub(super) async fn fill(&self, template: &Item, stream: &str, length: u64) -> Result<(), BenchError> {
        let versions: Vec<_> = (1..=length).collect();
        for versions in versions.chunks(BATCH) {
            let mut writes = Vec::with_capacity(BATCH);
            for version in versions {
                let put = PutRequest::builder().set_item(Some(item(template, stream, *version))).build();
                let put = put.map_err(|error| BenchError::Store(error.to_string()))?;
                writes.push(WriteRequest::builder().put_request(put).build());
            }
            let written = self.client.batch_write_item().request_items(self.table, writes).send().await;
            let unwritten = written.map_err(|error| failed(&error))?.unprocessed_items.unwrap_or_default();
            if !unwritten.is_empty() {
                return Err(BenchError::Store("the embedded store left items unwritten".to_owned()));
            }
        }
        Ok(())
    }
}

/// The item at a version of a stream, with the bytes of `template`.
pub(super) fn item(template: &Item, stream: &str, version: u64) -> Item {
    let mut item = template.clone();
    item.insert("stream".to_owned(), AttributeValue::S(stream.to_owned()));
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item
}

/// The version of the newest of these items.
pub(super) fn newest(items: &[Item]) -> Option<u64> {
    version_of(items.last()?)
}

/// The version of an item.
pub(super) fn version_of(item: &Item) -> Option<u64> {
    item.get("version")?.as_n().ok()?.parse().ok()
}

fn failed<E: std::error::Error + Send + Sync + 'static>(error: &SdkError<E>) -> BenchError {
    BenchError::Store(DisplayErrorContext(error).to_string())
}
