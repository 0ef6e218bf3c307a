//! A function in environments that each serve one invocation, so that none of them remembers anything.

use crate::logs::{Logging, Printed};
use crate::seam::Backend;
use aws_config::SdkConfig;
use foldlog_lambda::logging::listener;
use foldlog_lambda::metrics::Emitter;
use foldlog_lambda::{Error, Function, Registered, Settings};
use serde_json::Value;
use std::sync::Arc;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

/// The ids of an invocation. The runtime gives each log line those of its own, of this length.
const REQUEST: &str = "8d1f3c5e-0000-4000-8000-000000000000";
const TRACE: &str = "Root=1-6a2d5f10-000000000000000000000000;Parent=0000000000000000;Sampled=0;Lineage=1:00000000:0";

/// Creates the function again for each invocation, and counts it and what it prints.
pub(crate) struct ColdStart {
    /// The function.
    pub(crate) function: Registered,
    /// Its settings.
    pub(crate) settings: Settings,
    /// Its log.
    pub(crate) logging: Logging,
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
        let (emitter, printed) = (Emitter::of(self.function.name.to_owned(), &self.settings), Printed::default());
        let to = printed.clone();
        let invocation = async {
            let span = tracing::info_span!("Lambda runtime invoke", requestId = REQUEST, xrayTraceId = TRACE);
            function.invoke(payload).instrument(span).await
        };
        let lines = listener(&self.settings, move || to.clone());
        let answer = emitter.within(invocation.with_subscriber(lines)).await;
        emitter.print(printed.clone());
        let printed = printed.text();
        self.backend.observer.show_lines(&printed);
        self.backend.meter.printed(self.function.name, &self.logging, &printed);
        answer
    }
}
