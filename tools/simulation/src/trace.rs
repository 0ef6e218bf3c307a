//! The trace of a run, line by line.

use foldlog::Timestamp;
use std::sync::{Mutex, PoisonError};

/// The lines of a run; none if no trace is recorded.
pub(crate) struct Trace(Option<Mutex<Vec<String>>>);

impl Trace {
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(Mutex::default))
    }

    /// Writes a line.
    pub(crate) fn say(&self, at: Timestamp, what: impl FnOnce() -> String) {
        if let Some(lines) = &self.0 {
            let line = format!("{at} {}", what());
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    /// All lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.as_ref().map(|lines| lines.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }
}
