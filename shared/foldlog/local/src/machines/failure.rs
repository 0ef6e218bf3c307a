//! The failure of a state or an execution, by the error's name.

use serde_json::{Value, json};

/// The failure of a state or an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The error's name.
    pub(super) error: String,
    /// The message for a reader.
    pub(super) cause: String,
}

impl Failure {
    /// A failure.
    pub(super) fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }

    /// A failure that no retrier or catcher handles.
    pub(super) fn runtime(cause: impl Into<String>) -> Self {
        Self::new("States.Runtime", cause)
    }

    /// The input of a catcher's state.
    pub(super) fn output(&self) -> Value {
        json!({"Error": self.error, "Cause": self.cause})
    }

    /// Whether one of the names matches it.
    pub(super) fn is_one_of(&self, names: &[String]) -> bool {
        let wild = self.error != "States.DataLimitExceeded";
        self.error != "States.Runtime"
            && names.iter().any(|name| match name.as_str() {
                "States.ALL" => wild,
                "States.TaskFailed" => wild && self.error != "States.Timeout",
                name => name == self.error,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_all_but_what_they_leave_out() {
        let matches = |error: &str, name: &str| Failure::new(error, "").is_one_of(&[name.to_owned()]);
        for (error, all, failed) in [
            ("Lambda.Unknown", true, true),
            ("States.Timeout", true, false),
            ("States.DataLimitExceeded", false, false),
            ("States.Runtime", false, false),
        ] {
            assert_eq!((matches(error, "States.ALL"), matches(error, "States.TaskFailed")), (all, failed), "{error}");
        }
        assert!(matches("Lambda.Unknown", "Lambda.Unknown") && !matches("Lambda.Unknown", "Lambda"));
        assert!(matches("States.DataLimitExceeded", "States.DataLimitExceeded"));
        assert!(!matches("States.Runtime", "States.Runtime"));
    }
}
