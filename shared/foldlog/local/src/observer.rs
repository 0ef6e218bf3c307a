//! A look at each request that a function sends to the database, for a test.

use serde_json::Value;
use std::fmt;
use std::sync::OnceLock;

type Look = Box<dyn Fn(&str, &Value) + Send + Sync>;

/// What looks at requests; nothing, until something is set.
#[derive(Default)]
pub(crate) struct Observer(OnceLock<Look>);

impl Observer {
    /// Sets what looks at requests. Only the first one does.
    pub(crate) fn set(&self, look: impl Fn(&str, &Value) + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(look));
    }

    /// Shows a request.
    pub(crate) fn show(&self, operation: &str, request: &Value) {
        if let Some(look) = self.0.get() {
            look(operation, request);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observer")
    }
}
