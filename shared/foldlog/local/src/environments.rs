//! A function in environments of which each serves one invocation: none of them remembers anything.

use crate::seam::Backend;
use aws_config::SdkConfig;
use foldlog_lambda::{Error, Function, Registered, Settings};
use serde_json::Value;
use std::sync::Arc;

/// Makes the function anew for each invocation, which is counted.
pub(crate) struct ColdStart {
    /// The function.
    pub(crate) function: Registered,
    /// Its settings.
    pub(crate) settings: Settings,
    /// Its way to the services.
    pub(crate) config: SdkConfig,
    /// What counts.
    pub(crate) backend: Arc<Backend>,
}

impl Function for ColdStart {
    type Event = Value;
    type Answer = Value;

    async fn call(&self, payload: Value) -> Result<Value, Error> {
        self.backend.meter.invoked(self.function.name);
        let function = (self.function.build)(&self.settings, &self.config)?;
        function.invoke(payload).await
    }
}
