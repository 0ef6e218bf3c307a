//! One deployed function: an event in, an answer out. Lambda, the local host and the tests run the same value.

use crate::settings::{SettingError, Settings};
use aws_config::SdkConfig;
use foldlog::json;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// An error that fails the whole invocation, so that its trigger delivers it again.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A handler with the types of its trigger.
pub trait Function: Send + Sync + 'static {
    /// The event type of the trigger.
    type Event: DeserializeOwned + Send;
    /// The response type of the trigger.
    type Answer: Serialize + Send;

    /// Handles one event. An error fails the invocation as a whole.
    fn call(&self, event: Self::Event) -> impl Future<Output = Result<Self::Answer, Error>> + Send;

    /// Handles one event while commands are off: it appends and publishes nothing, and loses nothing. A function that
    /// never appends or publishes behaves as always.
    fn idle(&self, event: Self::Event) -> impl Future<Output = Result<Self::Answer, Error>> + Send {
        self.call(event)
    }
}

impl<F: Function> Function for Arc<F> {
    type Event = F::Event;
    type Answer = F::Answer;

    async fn call(&self, event: F::Event) -> Result<F::Answer, Error> {
        (**self).call(event).await
    }

    async fn idle(&self, event: F::Event) -> Result<F::Answer, Error> {
        (**self).idle(event).await
    }
}

/// A [`Function`] without its types: JSON in, JSON out, as the Lambda runtime carries it.
pub trait Invoke: Send + Sync {
    /// Handles one payload. A payload that does not have the shape of the trigger's event is an error.
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>>;
}

impl<F: Function> Invoke for F {
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>> {
        async move {
            let event = json::read_value(payload)?;
            Ok(serde_json::to_value(self.call(event).await?)?)
        }
        .boxed()
    }
}

/// The constructor of a function, from its settings and its own AWS configuration.
pub type Build = fn(&Settings, &SdkConfig) -> Result<Arc<dyn Invoke>, SettingError>;

/// A function as a host mounts it: its name (folder, package, binary) and its constructor.
#[derive(Clone, Copy)]
pub struct Registered {
    /// Folder = package = binary, such as `cart-commands`.
    pub name: &'static str,
    /// The constructor.
    pub build: Build,
}
