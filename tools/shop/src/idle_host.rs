//! The shop's tables, bus and provider, where nothing moves by itself: for functions that are run elsewhere.

use crate::provider::Provider;
use crate::stack;
use foldlog_lambda::{Error, Function, Registered};
use foldlog_local::{Host, HostError, Options, Storage, Streams};
use serde_json::{Value, json};
use shop_payments::server::StartError;
use std::net::IpAddr;
use std::sync::Arc;

/// Why there is no such host.
#[derive(Debug, thiserror::Error)]
pub enum SilentError {
    /// The host does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The payment provider does not start.
    #[error(transparent)]
    Provider(#[from] StartError),
}

/// A host whose functions do nothing: only what is invoked by hand moves anything. Beside it, on an address of this
/// machine, a payment provider, which tells nobody.
pub async fn host(address: IpAddr) -> Result<(Host, Provider), SilentError> {
    let provider = Provider::start_on(address, None).await?;
    let idle_host =
        stack::functions().into_iter().map(|function| Registered { build: |_, _| Ok(Arc::new(Silent)), ..function });
    let options = Options {
        template: stack::TEMPLATE.to_owned(),
        parameters: stack::parameters().into_iter().chain(provider.parameters()).collect(),
        listen: ([127, 0, 0, 1], 0).into(),
        storage: Storage::Temporary,
        functions: idle_host.collect(),
        streams: Streams::default(),
        counted: false,
    };
    Ok((Host::start(options).await?, provider))
}

struct Silent;

impl Function for Silent {
    type Event = Value;
    type Answer = Value;

    async fn call(&self, _: Value) -> Result<Value, Error> {
        // What a state machine takes for its end.
        Ok(json!({ "finished": true }))
    }
}
