//! A function in environments that each serve one invocation, so that none of them remembers anything.

use crate::seam::Backend;
use aws_config::SdkConfig;
use foldlog_lambda::{Error, Function, Registered, Settings};
use serde_json::Value;
use std::sync::Arc;

/// Creates the function again for each invocation, and counts it.
pub(crate) struct ColdStart {
    /// The function.
    pub(crate) function: Registered,
    /// Its settings.
    pub(crate) settings: Settings,
    /// Its access to the services.
    pub(crate) config: SdkConfig,
    /// The meter.
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
