//! Schedules: each fires once when everything is up, and then at its rate, by the host's clock.

use crate::clock::{Clock, later};
use crate::functions::{Declared, Runner};
use crate::template::identity::{ACCOUNT, REGION, arn};
use crate::template::{TemplateError, loose};
use crate::work::Piece;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The retries of an asynchronous invocation, as on Lambda.
const RETRIES: u32 = 2;
/// The pause before the first retry; on AWS it is a minute.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The placeholder for the time of the schedule in its input (EventBridge Scheduler user guide, "Adding context
/// attributes").
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

/// A function that is invoked at a rate.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// The function's binary.
    pub(crate) binary: String,
    name: String,
    /// The time between two firings.
    pub(crate) every: Duration,
    input: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(alias = "Schedule")]
    schedule_expression: String,
    input: Option<String>,
    state: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    enabled: Option<bool>,
}

impl Schedule {
    /// The schedules of a function that are enabled.
    pub(crate) fn declared(function: &Declared) -> Result<Vec<Self>, TemplateError> {
        let mut schedules = Vec::new();
        for (name, kind, properties) in &function.events {
            if kind != "ScheduleV2" && kind != "Schedule" {
                continue;
            }
            let written: Written = crate::template::read(properties.clone(), name)?;
            if written.enabled == Some(false) || written.state.as_deref() == Some("DISABLED") {
                continue;
            }
            let every = rate(&written.schedule_expression).ok_or_else(|| {
                let reason = format!("{}: only rate(…) is imitated on one machine", written.schedule_expression);
                function.wrong(name, reason)
            })?;
            let input = written.input.map(|input| serde_json::from_str(&input)).transpose();
            let input = input.map_err(|error| function.wrong(name, format!("its Input is not JSON: {error}")))?;
            let name = format!("{}{name}", function.logical);
            schedules.push(Self { binary: function.binary.clone(), name, every, input });
        }
        Ok(schedules)
    }

    /// Invokes the function now, for which the work is outstanding, and then at the rate until the host stops. Due
    /// times that the clock skipped in one move, or that passed during an invocation, count as one.
    pub(crate) async fn run(
        self,
        runner: Arc<Runner>,
        mut piece: Piece,
        clock: Clock,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut due = clock.now();
        loop {
            let held = runner.gate.hold();
            drop(piece);
            let fired = clock.now();
            self.fire(&runner, fired, &mut stop).await;
            due = next(due, fired, self.every);
            let timer = clock.timer(due);
            drop(held);
            piece = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                piece = timer.rung() => piece,
            };
        }
    }

    async fn fire(&self, runner: &Runner, time: Timestamp, stop: &mut watch::Receiver<bool>) {
        let payload = self.payload(time);
        for retry in 0..=RETRIES {
            let Some(entered) = runner.enter(stop).await else { return };
            if entered.invoke(payload.clone()).await.is_ok() || retry == RETRIES {
                return;
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(FIRST_PAUSE * (retry + 1)) => {}
            }
        }
    }

    /// The template's input with the time in place of the keyword, or the notification that is sent if there is no
    /// input.
    pub(crate) fn payload(&self, time: Timestamp) -> Value {
        let time = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        match &self.input {
            Some(input) => scheduled(input, &time),
            None => json!({
                "version": "0",
                "id": uuid::Uuid::new_v4().to_string(),
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": ACCOUNT,
                "time": time,
                "region": REGION,
                "resources": [arn("scheduler", &format!("schedule/default/{}", self.name))],
                "detail": "{}",
            }),
        }
    }
}

/// An input with the time of the schedule in it.
/// The first due time after a moment, however many were passed.
fn next(due: Timestamp, after: Timestamp, every: Duration) -> Timestamp {
    let Ok(late) = Duration::try_from(after.duration_since(due)) else { return due };
    let passed = late.as_secs() / every.as_secs().max(1) + 1;
    later(due, Duration::from_secs(every.as_secs().max(1).saturating_mul(passed)))
}

fn scheduled(input: &Value, time: &str) -> Value {
    match input {
        Value::String(text) => Value::String(text.replace(SCHEDULED_TIME, time)),
        Value::Array(items) => items.iter().map(|item| scheduled(item, time)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), scheduled(value, time))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => input.clone(),
    }
}

/// The time between two firings of `rate(5 minutes)`.
fn rate(expression: &str) -> Option<Duration> {
    let inner = expression.trim().strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inner.trim().split_once(' ')?;
    let seconds = match unit.trim() {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 60 * 60,
        "day" | "days" => 24 * 60 * 60,
        _ => return None,
    };
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    count.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_the_schedule_stands_in_its_input_where_the_keyword_was() {
        let input = json!({"task": "recheck", "at": [{"time": "<aws.scheduler.scheduled-time>"}], "n": 1});
        let expected = json!({"task": "recheck", "at": [{"time": "2026-11-21T10:00:00Z"}], "n": 1});
        assert_eq!(scheduled(&input, "2026-11-21T10:00:00Z"), expected);
    }

    #[test]
    fn times_that_were_passed_in_one_move_are_passed_in_one_step() {
        let minute = Duration::from_mins(1);
        let due: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let after = |seconds: u64| next(due, later(due, Duration::from_secs(seconds)), minute);
        assert_eq!(next(later(due, minute), due, minute), later(due, minute), "it is not due yet");
        for (seconds, minutes) in [(0, 1), (59, 1), (60, 2), (61, 2), (90_000, 1_501), (3_153_600_000, 52_560_001)] {
            assert_eq!(after(seconds), later(due, minute * minutes), "{seconds}");
        }
    }

    #[test]
    fn rates_are_read_and_anything_else_is_not() {
        assert_eq!(rate("rate(1 day)"), Some(Duration::from_hours(24)));
        assert_eq!(rate("rate(5 minutes)"), Some(Duration::from_mins(5)));
        for other in ["cron(0 3 * * ? *)", "rate(0 days)", "rate(1 week)", "rate(day)", "at(2030-01-01T00:00:00)"] {
            assert_eq!(rate(other), None, "{other}");
        }
    }
}
