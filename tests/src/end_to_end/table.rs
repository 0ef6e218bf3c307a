//! The log's own table, beside what HTTP tells of it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

/// The table of the log.
pub(super) struct Log {
    client: Client,
    table: String,
}

impl Log {
    /// The log among the tables whose names begin so: `local-` on the local host, `shop-dev-` of a stack of that name.
    pub(super) async fn among(client: Client, prefix: &str) -> Self {
        let mut names = client.list_tables().into_paginator().items().send();
        let exact = format!("{prefix}EventLog");
        while let Some(name) = names.next().await {
            let name = name.expect("a name");
            if name.strip_prefix(&exact).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
                return Self { client, table: name };
            }
        }
        panic!("no table is called {exact}, or {exact}-…")
    }

    /// The types of a stream's events, in order, as its items have them.
    pub(super) async fn types(&self, stream: &str) -> Vec<String> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let key = query
            .key_condition_expression("#stream = :stream")
            .expression_attribute_names("#stream", "stream")
            .expression_attribute_values(":stream", AttributeValue::S(stream.to_owned()));
        let mut items = key.into_paginator().items().send();
        let mut types = vec![];
        while let Some(item) = items.next().await {
            let item = item.expect("an item");
            let events: Vec<Value> = serde_json::from_str(item["events"].as_s().expect("a text")).expect("JSON");
            types.extend(events.iter().map(|event| event["type"].as_str().expect("a type").to_owned()));
        }
        types
    }
}
