//! The shop's tables, bus and provider without running functions: for functions that run elsewhere.

use crate::functions::functions;
use crate::provider::{Provider, StartError};
use crate::stack;
use foldlog_lambda::{Error, Function, Registered};
use foldlog_local::{Host, HostError, Options};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;

/// Why the host does not start.
#[derive(Debug, thiserror::Error)]
pub enum IdleHostError {
    /// The host does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The payment provider does not start.
    #[error(transparent)]
    Provider(#[from] StartError),
}

/// A host whose functions do nothing: data change only when you invoke a function by hand. A payment provider runs
/// beside it on this machine, and sends no webhooks.
pub async fn idle_host(address: IpAddr) -> Result<(Host, Provider), IdleHostError> {
    let provider = Provider::start_on(address, None).await?;
    let functions = functions().into_iter().map(|function| Registered { build: |_, _| Ok(Arc::new(Idle)), ..function });
    let options = Options {
        functions: functions.collect(),
        environment: provider.environment(),
        secrets: provider.secrets().by_arn(),
        ..stack::options([])
    };
    Ok((Host::start(options).await?, provider))
}

struct Idle;

impl Function for Idle {
    type Event = Value;
    type Answer = Value;

    async fn call(&self, _: Value) -> Result<Value, Error> {
        // A state machine that calls the function ends at this answer.
        Ok(json!({ "finished": true }))
    }
}
