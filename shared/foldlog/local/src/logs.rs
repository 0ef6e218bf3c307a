//! A function's log: which of the lines that it prints Lambda keeps, and what `CloudWatch` makes of them.
//!
//! With JSON logs Lambda leaves out what is below the function's level. It reads the level of a line from its field
//! `level`, if the line has a `timestamp` in RFC 3339 as well. Everything else counts as `INFO`: text, lines without one
//! of the two, and metrics that forgot them.

use crate::lock::lock;
use crate::template::{Resource, TemplateError};
use foldlog_lambda::Settings;
use foldlog_lambda::logging::{FORMAT, LEVEL};
use serde::Deserialize;
use serde_json::Value;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// The levels, the most detailed first.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
/// The level of a line that does not say its own, and of a function that declares none.
const USUAL: &str = "INFO";
/// What `CloudWatch` adds to each line.
const LINE_BYTES: usize = 26;

/// The `LoggingConfig` of a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Logging {
    log_format: String,
    application_log_level: String,
    log_group: Option<String>,
}

impl Default for Logging {
    fn default() -> Self {
        Self { log_format: "Text".to_owned(), application_log_level: USUAL.to_owned(), log_group: None }
    }
}

impl Logging {
    /// Checks it as Lambda does.
    pub(crate) fn checked(self, of: &Resource) -> Result<Self, TemplateError> {
        if !["JSON", "Text"].contains(&self.log_format.as_str()) {
            return Err(of.wrong("LoggingConfig.LogFormat", format!("{} is no format of logs", self.log_format)));
        }
        if rank(&self.application_log_level).is_none() {
            let reason = format!("{} is no level", self.application_log_level);
            return Err(of.wrong("LoggingConfig.ApplicationLogLevel", reason));
        }
        Ok(self)
    }

    /// The name of the log group of a function with this name.
    pub(crate) fn group(&self, function: &str) -> String {
        self.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{function}"))
    }

    /// The settings of a function with this log: Lambda tells it by two variables.
    pub(crate) fn told(&self, settings: impl IntoIterator<Item = (String, String)>) -> Settings {
        let told = [(FORMAT, &self.log_format), (LEVEL, &self.application_log_level)];
        let told = told.map(|(name, text)| (name.to_owned(), text.clone()));
        settings.into_iter().chain(told).collect()
    }

    /// Whether Lambda keeps a line.
    pub(crate) fn keeps(&self, line: &str) -> bool {
        self.log_format != "JSON" || level_of(line) >= rank(&self.application_log_level)
    }
}

fn rank(level: &str) -> Option<usize> {
    LEVELS.iter().position(|known| known.eq_ignore_ascii_case(level))
}

fn level_of(line: &str) -> Option<usize> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let timed = text("timestamp").is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok());
    text("level").filter(|_| timed).and_then(rank).or_else(|| rank(USUAL))
}

/// The metrics that `CloudWatch` takes from a line in its embedded metric format: the name of each, and the values of
/// its dimensions.
pub(crate) fn metrics(line: &str) -> Vec<String> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let directives = line.pointer("/_aws/CloudWatchMetrics").and_then(Value::as_array);
    let mut found = Vec::new();
    for directive in directives.into_iter().flatten() {
        let list = |name: &str| directive.get(name).and_then(Value::as_array).into_iter().flatten();
        for dimensions in list("Dimensions") {
            let dimensions = dimensions.as_array().into_iter().flatten().filter_map(Value::as_str);
            let values: Vec<_> =
                dimensions.filter_map(|name| line.get(name).and_then(Value::as_str)).map(ToOwned::to_owned).collect();
            let names = list("Metrics").filter_map(|metric| metric.get("Name").and_then(Value::as_str));
            let measured = names.filter(|name| line.get(*name).is_some());
            found.extend(measured.map(|name| format!("{name} {}", values.join(" "))));
        }
    }
    found
}

/// The bytes that are charged for a line.
pub(crate) const fn charged(line: &str) -> usize {
    line.len() + LINE_BYTES
}

/// What a function prints; clones share the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    /// The text so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.0)).into_owned()
    }
}

impl Write for Printed {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        lock(&self.0).write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn json(level: &str) -> Logging {
        Logging { log_format: "JSON".to_owned(), application_log_level: level.to_owned(), log_group: None }
    }

    #[test]
    fn what_is_below_the_level_is_left_out() {
        let at = "2026-12-01T09:00:00.123456Z";
        let line = |level: &str| json!({"timestamp": at, "level": level, "fields": {"message": "x"}}).to_string();
        for (most, level) in LEVELS.iter().enumerate() {
            let kept = LEVELS.map(|own| json(level).keeps(&line(own)));
            assert_eq!(kept, std::array::from_fn(|own| own >= most), "{level}");
        }
        assert!(json("WARN").keeps(&line("error")), "in lower case, too");
        let text = Logging { log_format: "Text".to_owned(), ..json("FATAL") };
        assert!(text.keeps(&line("TRACE")), "text is not filtered");
    }

    #[test]
    fn a_metric_line_without_level_or_time_counts_as_info_and_is_left_out_above() {
        let at = "2026-12-01T09:00:00Z";
        let metric = json!({"_aws": {"Timestamp": 0, "CloudWatchMetrics": []}, "Tampered": 1});
        let with = |fields: Value| {
            let mut line = metric.clone();
            line.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            line.to_string()
        };
        let incomplete = [
            json!({}),
            json!({"level": "ERROR"}),
            json!({"timestamp": at}),
            json!({"level": "LOUD", "timestamp": at}),
            json!({"level": "ERROR", "timestamp": "Tue Dec 1 09:00"}),
            json!({"level": "ERROR", "timestamp": 1_796_115_600}),
        ];
        for fields in incomplete {
            assert!(json("INFO").keeps(&with(fields.clone())), "{fields}");
            assert!(!json("WARN").keeps(&with(fields.clone())), "{fields}");
        }
        assert!(!json("WARN").keeps("thread 'main' panicked"), "text is INFO");
        assert!(json("WARN").keeps(&with(json!({"level": "WARN", "timestamp": at}))));
    }

    #[test]
    fn a_metric_is_its_name_and_dimensions_and_has_a_value() {
        let directive = |dimensions: Value, names: &[&str]| {
            let metrics: Vec<_> = names.iter().map(|name| json!({ "Name": name })).collect();
            json!({"Namespace": "N", "Dimensions": dimensions, "Metrics": metrics})
        };
        let directives = [
            directive(json!([["Function"]]), &["Failed", "Absent"]),
            directive(json!([["Function", "Subscription"]]), &["LagMs"]),
        ];
        let line = json!({"_aws": {"CloudWatchMetrics": directives}, "Function": "f", "Subscription": "cart",
            "Failed": 1, "LagMs": 4, "Commits": 2});
        assert_eq!(metrics(&line.to_string()), ["Failed f", "LagMs f cart"]);
        assert!(metrics("text").is_empty() && metrics("{}").is_empty());
    }
}
