//! The leanest possible function with the SDK's client: settings from its environment, few root certificates, and one
//! read for each event.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Region};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::env::var;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let client = &Client::from_conf(config()?.build());
    let table = &var("EVENT_LOG_TABLE")?;
    let handle = move |_: LambdaEvent<Value>| async move {
        let read = client.get_item().table_name(table);
        let read = read.key("stream", AttributeValue::S("nothing".into())).key("version", AttributeValue::N("1".into()));
        Ok::<_, Error>(json!({ "found": read.send().await?.item.is_some() }))
    };
    lambda_runtime::run(service_fn(handle)).await
}

fn config() -> Result<Builder, Error> {
    let roots = TrustStore::empty().with_pem_certificate(include_str!("../../../../shared/foldlog/lambda/roots/aws.pem"));
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let keys = (var("AWS_ACCESS_KEY_ID")?, var("AWS_SECRET_ACCESS_KEY")?, var("AWS_SESSION_TOKEN").ok());
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http.tls_context(tls).build_https())
        .credentials_provider(Credentials::from_keys(keys.0, keys.1, keys.2))
        .region(Region::new(var("AWS_REGION")?));
    config.set_endpoint_url(var("AWS_ENDPOINT_URL").ok());
    Ok(config)
}
