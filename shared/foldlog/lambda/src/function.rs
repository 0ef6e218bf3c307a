//! One deployed function: an event in, an answer out. The same value runs in Lambda, in the local host and in tests.

use crate::settings::{SettingError, Settings};
use aws_config::SdkConfig;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// What makes a whole invocation fail, so that its trigger delivers it again.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A handler with the types of its trigger.
pub trait Function: Send + Sync + 'static {
    /// What the trigger delivers.
    type Event: DeserializeOwned + Send;
    /// What the trigger takes back.
    type Answer: Serialize + Send;

    /// Handles one event. An error fails the invocation as a whole.
    fn call(&self, event: Self::Event) -> impl Future<Output = Result<Self::Answer, Error>> + Send;

    /// Handles one event while commands are off: without appending or publishing, and without loss. A function that
    /// does neither does the same as ever.
    fn idle(&self, event: Self::Event) -> impl Future<Output = Result<Self::Answer, Error>> + Send {
        self.call(event)
    }
}

/// A [`Function`] without its types: JSON in, JSON out, as the Lambda runtime carries it.
pub trait Invoke: Send + Sync {
    /// Handles one payload; one that is not of the trigger's shape is an error.
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>>;
}

impl<F: Function> Invoke for F {
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>> {
        async move {
            let event = serde_json::from_value(payload)?;
            Ok(serde_json::to_value(self.call(event).await?)?)
        }
        .boxed()
    }
}

/// How a function is made, from its settings and its own AWS configuration.
pub type Build = fn(&Settings, &SdkConfig) -> Result<Arc<dyn Invoke>, SettingError>;

/// A function as a host mounts it: its name (folder, package, binary) and how it is made.
#[derive(Clone, Copy)]
pub struct Registered {
    /// Folder = package = binary, such as `cart-commands`.
    pub name: &'static str,
    /// Makes it.
    pub build: Build,
}
