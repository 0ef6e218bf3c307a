//! The secrets that Secrets Manager keeps: of each the current value and the one before.

use crate::database::Answer;
use crate::lock::lock;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// The secrets, by ARN.
#[derive(Debug)]
pub(crate) struct Secrets(Mutex<BTreeMap<String, Kept>>);

#[derive(Debug)]
struct Kept {
    current: String,
    previous: Option<String>,
}

impl Secrets {
    /// Secrets with these values.
    pub(crate) fn of(secrets: BTreeMap<String, String>) -> Self {
        let kept = secrets.into_iter().map(|(arn, current)| (arn, Kept { current, previous: None }));
        Self(Mutex::new(kept.collect()))
    }

    /// Gives a secret a new value. The one that it had is the previous one.
    pub(crate) fn put(&self, arn: &str, value: &str) {
        let mut all = lock(&self.0);
        let previous = all.remove(arn).map(|kept| kept.current);
        all.insert(arn.to_owned(), Kept { current: value.to_owned(), previous });
    }

    /// Answers `GetSecretValue`.
    pub(crate) fn answer(&self, request: &Value) -> Answer {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let (arn, stage) = (text("SecretId").unwrap_or_default(), text("VersionStage").unwrap_or("AWSCURRENT"));
        let all = lock(&self.0);
        let value = all.get(arn).and_then(|kept| match stage {
            "AWSCURRENT" => Some(&kept.current),
            "AWSPREVIOUS" => kept.previous.as_ref(),
            _ => None,
        });
        let Some(value) = value else {
            let message = format!("Secrets Manager can't find the specified secret value for staging label: {stage}");
            let refused = json!({"__type": "ResourceNotFoundException", "Message": message});
            return Answer { status: 400, body: refused.to_string() };
        };
        let found = json!({"ARN": arn, "SecretString": value, "VersionStages": [stage]});
        Answer { status: 200, body: found.to_string() }
    }
}
