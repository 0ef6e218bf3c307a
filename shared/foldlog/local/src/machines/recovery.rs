//! Recovery from a failed state: it is tried again, or the failure is caught and leads to another state.

use super::failure::Failure;
use super::paths::ResultPath;
use serde::Deserialize;
use std::time::Duration;

/// The default of the most retries.
const ATTEMPTS: u32 = 3;

/// When a failed state is tried again.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Retrier {
    error_equals: Vec<String>,
    #[serde(default = "one")]
    interval_seconds: u32,
    #[serde(default = "attempts")]
    max_attempts: u32,
    #[serde(default = "double")]
    backoff_rate: f64,
    max_delay_seconds: Option<u32>,
    #[serde(default)]
    jitter_strategy: Jitter,
    #[serde(rename = "Comment")]
    _comment: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Jitter {
    #[default]
    None,
    Full,
}

/// Where an execution continues after a state failed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Catcher {
    error_equals: Vec<String>,
    /// The state.
    pub(super) next: String,
    /// The position of the failure in its input; none discards the failure.
    #[serde(default = "whole")]
    pub(super) result_path: Option<ResultPath>,
    #[serde(rename = "Comment")]
    _comment: Option<String>,
}

fn one() -> u32 {
    1
}

fn attempts() -> u32 {
    ATTEMPTS
}

fn double() -> f64 {
    2.0
}

#[expect(clippy::unnecessary_wraps, reason = "the default of a field that may be null")]
fn whole() -> Option<ResultPath> {
    Some(ResultPath::whole())
}

/// The error in a state's retriers and catchers, if there is one.
pub(super) fn wrong(retriers: &[Retrier], catchers: &[Catcher]) -> Option<String> {
    if let Some(retrier) = retriers.iter().find(|retrier| retrier.interval_seconds == 0 || retrier.backoff_rate < 1.0) {
        let (interval, rate) = (retrier.interval_seconds, retrier.backoff_rate);
        return Some(format!("Retry: IntervalSeconds ({interval}) and BackoffRate ({rate}) are at least 1"));
    }
    let retried: Vec<_> = retriers.iter().map(|retrier| &*retrier.error_equals).collect();
    let caught: Vec<_> = catchers.iter().map(|catcher| &*catcher.error_equals).collect();
    wrong_names("Retry", &retried).or_else(|| wrong_names("Catch", &caught))
}

fn wrong_names(field: &str, all: &[&[String]]) -> Option<String> {
    let everything = |names: &[String]| names.iter().any(|name| name == "States.ALL");
    let last = all.len().saturating_sub(1);
    all.iter().enumerate().find_map(|(place, names)| match names {
        [] => Some(format!("{field}[{place}].ErrorEquals is empty")),
        names if everything(names) && (names.len() > 1 || place < last) => {
            Some(format!("{field}[{place}].ErrorEquals: States.ALL stands alone, and last"))
        }
        _ => None,
    })
}

/// The catcher of a failure.
pub(super) fn catcher<'a>(catchers: &'a [Catcher], failure: &Failure) -> Option<&'a Catcher> {
    catchers.iter().find(|catcher| failure.is_one_of(&catcher.error_equals))
}

/// How often each retrier was used while an execution is in a state.
#[derive(Debug)]
pub(super) struct Retries<'a>(Vec<(&'a Retrier, u32)>);

impl<'a> Retries<'a> {
    /// No retrier was used yet.
    pub(super) fn new(retriers: &'a [Retrier]) -> Self {
        Self(retriers.iter().map(|retrier| (retrier, 0)).collect())
    }

    /// The number of retries.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|(_, made)| made).sum()
    }

    /// The pause before the next attempt; none if there is no further one.
    pub(super) fn next(&mut self, failure: &Failure) -> Option<Duration> {
        let (retrier, made) = self.0.iter_mut().find(|(retrier, _)| failure.is_one_of(&retrier.error_equals))?;
        if *made >= retrier.max_attempts {
            return None;
        }
        let pause = retrier.pause(*made);
        *made += 1;
        Some(pause)
    }
}

impl Retrier {
    /// The pause after a number of earlier ones.
    #[expect(clippy::float_arithmetic, reason = "the rate is a fraction, the pause no amount that must be exact")]
    fn pause(&self, others: u32) -> Duration {
        let growth = self.backoff_rate.powi(i32::try_from(others).unwrap_or(i32::MAX));
        let seconds = f64::from(self.interval_seconds) * growth;
        let longest = self.max_delay_seconds.map_or(Duration::MAX, |seconds| Duration::from_secs(seconds.into()));
        let pause = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).min(longest);
        match self.jitter_strategy {
            Jitter::None => pause,
            Jitter::Full => Duration::try_from_secs_f64(pause.as_secs_f64() * fastrand::f64()).unwrap_or(pause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn retriers(value: &Value) -> Vec<Retrier> {
        serde_json::from_value(value.clone()).unwrap()
    }

    fn pauses(tried: &[Retrier], errors: &[&str]) -> Vec<Option<u64>> {
        let mut retries = Retries::new(tried);
        let next = |error: &&str| retries.next(&Failure::new(*error, "")).map(|pause| pause.as_secs());
        errors.iter().map(next).collect()
    }

    #[test]
    fn pauses_grow_up_to_the_longest_and_end_with_the_attempts() {
        let grown = retriers(&json!([{
            "ErrorEquals": ["A"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4, "MaxDelaySeconds": 20
        }]));
        assert_eq!(pauses(&grown, &["A"; 5]), [Some(2), Some(6), Some(18), Some(20), None]);
        let plain = retriers(&json!([{"ErrorEquals": ["A"]}]));
        assert_eq!(pauses(&plain, &["A"; 4]), [Some(1), Some(2), Some(4), None], "the defaults");
        let never = retriers(&json!([{"ErrorEquals": ["A"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]));
        assert_eq!(pauses(&never, &["A", "B"]), [None, Some(1)], "the first that is meant decides");
        let endless = retriers(&json!([{"ErrorEquals": ["A"], "MaxAttempts": 99_999_999, "BackoffRate": 10}]));
        assert!(pauses(&endless, &["A"; 400]).iter().all(Option::is_some));
    }

    #[test]
    fn each_retrier_counts_its_own_attempts() {
        let own = json!([{"ErrorEquals": ["A"], "MaxAttempts": 1}, {"ErrorEquals": ["B"], "MaxAttempts": 1}]);
        assert_eq!(pauses(&retriers(&own), &["A", "B", "A"]), [Some(1), Some(1), None]);
    }

    #[test]
    fn full_jitter_waits_no_longer_than_the_pause() {
        let jitter = retriers(&json!([{"ErrorEquals": ["A"], "IntervalSeconds": 8, "JitterStrategy": "FULL"}]));
        let pauses: Vec<_> = (0..50).map(|_| jitter[0].pause(0)).collect();
        assert!(pauses.iter().all(|pause| *pause <= Duration::from_secs(8)));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }

    #[test]
    fn everything_is_named_alone_and_last() {
        let wrong = |value: Value| wrong(&retriers(&value), &[]);
        assert_eq!(wrong(json!([{"ErrorEquals": ["A"]}, {"ErrorEquals": ["States.ALL"]}])), None);
        for other in [
            json!([{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}]),
            json!([{"ErrorEquals": ["A", "States.ALL"]}]),
            json!([{"ErrorEquals": []}]),
            json!([{"ErrorEquals": ["A"], "BackoffRate": 0.5}]),
        ] {
            assert!(wrong(other.clone()).unwrap().starts_with("Retry"), "{other}");
        }
    }
}
