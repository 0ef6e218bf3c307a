//! The event source mappings of the template: which stream or queue feeds which function, and how.

use crate::functions::Declared;
use crate::streams::Rules;
use crate::template::{TemplateError, loose, read};
use serde::Deserialize;
use std::num::NonZeroU32;
use std::time::Duration;

/// The default batch size of a stream.
const STREAM_BATCH: i64 = 100;
/// The default batch size of a queue, and its maximum without a batching window.
const QUEUE_BATCH: i64 = 10;
/// The most records or messages of any batch.
const LARGEST_BATCH: i64 = 10_000;
/// The most concurrent batches of one shard.
const LARGEST_PARALLELIZATION: u32 = 10;
/// The concurrency of a queue's function if the template does not bound it: on AWS it is the account's.
const QUEUE_CONCURRENCY: i64 = 10;

/// A function that is fed from a table's stream.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredStream {
    /// The function's binary.
    pub(crate) binary: String,
    /// The stream's ARN.
    pub(crate) stream: String,
    /// The most records of one invocation.
    pub(crate) batch_size: usize,
    /// Batches of one shard at the same time.
    pub(crate) parallelization: NonZeroU32,
    /// How long to wait for a batch to fill.
    pub(crate) window: Duration,
    /// The handling of failures.
    pub(crate) rules: Rules,
    /// The age past which a record is given up.
    pub(crate) max_age: Option<Duration>,
    /// Whether the answer names the failed record.
    pub(crate) reports: bool,
    /// The ARN of the destination for given-up records.
    pub(crate) on_failure: Option<String>,
}

/// A function that is fed from a queue.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredQueue {
    /// The function's binary.
    pub(crate) binary: String,
    /// The queue's ARN.
    pub(crate) queue: String,
    /// The most messages of one invocation.
    pub(crate) batch_size: usize,
    /// How long to wait for a batch to fill.
    pub(crate) window: Duration,
    /// The most concurrent invocations.
    pub(crate) concurrency: usize,
    /// Whether the answer names the failed messages.
    pub(crate) reports: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    stream: Option<String>,
    queue: Option<String>,
    starting_position: Option<String>,
    #[serde(default, deserialize_with = "loose::number")]
    batch_size: Option<i64>,
    #[serde(default, deserialize_with = "loose::number")]
    parallelization_factor: Option<i64>,
    #[serde(default, deserialize_with = "loose::number")]
    maximum_batching_window_in_seconds: Option<i64>,
    #[serde(default, deserialize_with = "loose::texts")]
    function_response_types: Vec<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    bisect_batch_on_function_error: Option<bool>,
    #[serde(default, deserialize_with = "loose::number")]
    maximum_retry_attempts: Option<i64>,
    #[serde(default, deserialize_with = "loose::number")]
    maximum_record_age_in_seconds: Option<i64>,
    #[serde(default)]
    destination_config: DestinationConfig,
    #[serde(default)]
    scaling_config: ScalingConfig,
    #[serde(default, deserialize_with = "loose::flag")]
    enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig {
    on_failure: Option<OnFailure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OnFailure {
    destination: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScalingConfig {
    #[serde(default, deserialize_with = "loose::number")]
    maximum_concurrency: Option<i64>,
}

/// The events of a function that are enabled and of one type.
fn events<'a>(
    function: &'a Declared,
    kind: &'static str,
) -> impl Iterator<Item = Result<(&'a str, Written), TemplateError>> {
    let events = function.events.iter().filter(move |(_, other, _)| other == kind);
    let events = events.map(|(name, _, properties)| {
        let place = format!("{}.Events.{name}", function.logical);
        Ok((name.as_str(), read::<Written>(properties.clone(), &place)?))
    });
    events.filter(|event| !event.as_ref().is_ok_and(|(_, written)| written.enabled == Some(false)))
}

impl DeclaredStream {
    /// The streams that feed a function.
    pub(crate) fn all(function: &Declared) -> Result<Vec<Self>, TemplateError> {
        events(function, "DynamoDB")
            .map(|event| event.and_then(|(name, event)| Self::read(function, name, event)))
            .collect()
    }

    fn read(function: &Declared, name: &str, written: Written) -> Result<Self, TemplateError> {
        let stream = written.stream.ok_or_else(|| function.wrong(name, "a Stream is missing"))?;
        if !matches!(written.starting_position.as_deref(), Some("TRIM_HORIZON" | "LATEST")) {
            return Err(function.wrong(name, "StartingPosition is TRIM_HORIZON or LATEST"));
        }
        let parallelization = u32::try_from(written.parallelization_factor.unwrap_or(1)).ok();
        let parallelization = parallelization.filter(|factor| *factor <= LARGEST_PARALLELIZATION);
        let parallelization = parallelization.and_then(NonZeroU32::new).ok_or_else(|| {
            function.wrong(name, format!("ParallelizationFactor is between 1 and {LARGEST_PARALLELIZATION}"))
        })?;
        Ok(Self {
            binary: function.binary.clone(),
            stream,
            parallelization,
            batch_size: bounded(
                function,
                name,
                "BatchSize",
                written.batch_size.unwrap_or(STREAM_BATCH),
                LARGEST_BATCH,
            )?,
            window: window(function, name, written.maximum_batching_window_in_seconds)?,
            rules: Rules {
                // -1 means without end, like no value.
                retries: written.maximum_retry_attempts.and_then(|most| u32::try_from(most).ok()),
                bisect: written.bisect_batch_on_function_error.unwrap_or_default(),
            },
            max_age: written
                .maximum_record_age_in_seconds
                .and_then(|age| u64::try_from(age).ok())
                .map(Duration::from_secs),
            reports: reports(function, name, &written.function_response_types)?,
            on_failure: written.destination_config.on_failure.map(|on_failure| on_failure.destination),
        })
    }
}

impl DeclaredQueue {
    /// The queues that feed a function.
    pub(crate) fn all(function: &Declared) -> Result<Vec<Self>, TemplateError> {
        events(function, "SQS").map(|event| event.and_then(|(name, event)| Self::read(function, name, event))).collect()
    }

    fn read(function: &Declared, name: &str, written: Written) -> Result<Self, TemplateError> {
        let queue = written.queue.ok_or_else(|| function.wrong(name, "a Queue is missing"))?;
        let window = window(function, name, written.maximum_batching_window_in_seconds)?;
        let largest = if window.is_zero() { QUEUE_BATCH } else { LARGEST_BATCH };
        let concurrency = written.scaling_config.maximum_concurrency.unwrap_or(QUEUE_CONCURRENCY);
        Ok(Self {
            binary: function.binary.clone(),
            queue,
            batch_size: bounded(function, name, "BatchSize", written.batch_size.unwrap_or(QUEUE_BATCH), largest)?,
            window,
            concurrency: bounded(function, name, "MaximumConcurrency", concurrency, 1000)?,
            reports: reports(function, name, &written.function_response_types)?,
        })
    }
}

fn bounded(function: &Declared, event: &str, name: &str, value: i64, most: i64) -> Result<usize, TemplateError> {
    let inside = usize::try_from(value).ok().filter(|value| *value > 0).filter(|_| value <= most);
    inside.ok_or_else(|| function.wrong(event, format!("{name} is between 1 and {most}")))
}

fn window(function: &Declared, event: &str, seconds: Option<i64>) -> Result<Duration, TemplateError> {
    let seconds = u64::try_from(seconds.unwrap_or_default()).ok().filter(|seconds| *seconds <= 300);
    let seconds =
        seconds.ok_or_else(|| function.wrong(event, "MaximumBatchingWindowInSeconds is between 0 and 300"))?;
    Ok(Duration::from_secs(seconds))
}

fn reports(function: &Declared, event: &str, types: &[String]) -> Result<bool, TemplateError> {
    match types.iter().find(|kind| *kind != "ReportBatchItemFailures") {
        Some(other) => Err(function.wrong(event, format!("the response type {other} is not imitated"))),
        None => Ok(!types.is_empty()),
    }
}
