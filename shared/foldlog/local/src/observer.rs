//! A look at what functions send and print, for tests.

use crate::lock::lock;
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, Mutex};

/// The operation under which a line of a log is shown.
pub(crate) const LINE: &str = "Line";

type Look = Arc<dyn Fn(&str, &Value) + Send + Sync>;

/// What looks at it.
#[derive(Default)]
pub(crate) struct Observer(Mutex<Vec<Look>>);

impl Observer {
    /// Adds something that looks at it from now on.
    pub(crate) fn add(&self, look: impl Fn(&str, &Value) + Send + Sync + 'static) {
        lock(&self.0).push(Arc::new(look));
    }

    /// Shows a request.
    pub(crate) fn show(&self, operation: &str, request: &Value) {
        let looks = lock(&self.0).clone();
        for look in looks {
            look(operation, request);
        }
    }

    /// Shows what a function printed.
    pub(crate) fn show_lines(&self, text: &str) {
        for line in text.lines() {
            self.show(LINE, &line.into());
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observer")
    }
}
