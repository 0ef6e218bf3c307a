//! The function of the usual tutorial: the SDK's client with all its defaults, and one read for each event.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let client = &Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let table = &std::env::var("EVENT_LOG_TABLE")?;
    let handle = move |_: LambdaEvent<Value>| async move {
        let read = client.get_item().table_name(table);
        let read = read.key("stream", AttributeValue::S("nothing".into())).key("version", AttributeValue::N("1".into()));
        Ok::<_, Error>(json!({ "found": read.send().await?.item.is_some() }))
    };
    lambda_runtime::run(service_fn(handle)).await
}
