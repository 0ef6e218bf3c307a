//! A function's partial-batch response, interpreted as Lambda's pollers do.

use serde_json::Value;

/// Which entries of a batch failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// None: an empty or absent answer means that too.
    Succeeded,
    /// The ones with these identifiers.
    Failed(Vec<String>),
    /// An answer or an identifier cannot be read: the whole batch failed.
    Unreadable,
}

impl Report {
    /// Reads `{"batchItemFailures": [{"itemIdentifier": "…"}]}`.
    pub(crate) fn read(answer: &Value) -> Self {
        if !answer.is_null() && !answer.is_object() {
            return Self::Unreadable;
        }
        let failures = match answer.get("batchItemFailures") {
            None | Some(Value::Null) => return Self::Succeeded,
            Some(Value::Array(failures)) if failures.is_empty() => return Self::Succeeded,
            Some(Value::Array(failures)) => failures,
            Some(_) => return Self::Unreadable,
        };
        let identifier = |failure: &Value| {
            failure.get("itemIdentifier").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned)
        };
        failures.iter().map(identifier).collect::<Option<Vec<_>>>().map_or(Self::Unreadable, Self::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_or_absent_answer_means_that_all_succeeded() {
        for answer in [json!(null), json!({}), json!({"batchItemFailures": null}), json!({"batchItemFailures": []})] {
            assert_eq!(Report::read(&answer), Report::Succeeded, "{answer}");
        }
    }

    #[test]
    fn an_empty_missing_or_misspelt_identifier_fails_the_whole_batch() {
        for failure in [json!({"itemIdentifier": ""}), json!({"itemIdentifier": null}), json!({"itemIdentifer": "1"})] {
            let answer = json!({"batchItemFailures": [{"itemIdentifier": "1"}, failure]});
            assert_eq!(Report::read(&answer), Report::Unreadable, "{answer}");
        }
        assert_eq!(Report::read(&json!("done")), Report::Unreadable);
    }

    #[test]
    fn identifiers_are_taken_as_they_are() {
        let answer = json!({"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "a"}]});
        assert_eq!(Report::read(&answer), Report::Failed(vec!["b".to_owned(), "a".to_owned()]));
    }
}
