//! The event source mappings of the template: which stream or queue feeds which function, and how.

use crate::functions::Declared;
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
const LARGEST_PARALLELIZATION: i64 = 10;
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

/// The failure settings of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The retries of a batch; none means without end.
    pub(crate) retries: Option<u32>,
    /// Whether a batch is cut in two when the function fails.
    pub(crate) bisect: bool,
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

/// An event of a function that is enabled.
struct Event<'a> {
    function: &'a Declared,
    name: &'a str,
    written: Written,
}

impl<'a> Event<'a> {
    /// The events of one type.
    fn all(function: &'a Declared, kind: &'static str) -> impl Iterator<Item = Result<Self, TemplateError>> {
        let events = function.events.iter().filter(move |(_, other, _)| other == kind);
        let events = events.map(move |(name, _, properties)| {
            let place = format!("{}.Events.{name}", function.logical);
            Ok(Self { function, name, written: read(properties.clone(), &place)? })
        });
        events.filter(|event| !event.as_ref().is_ok_and(|event| event.written.enabled == Some(false)))
    }

    fn wrong(&self, reason: impl Into<String>) -> TemplateError {
        self.function.wrong(self.name, reason)
    }

    fn bounded<T: TryFrom<i64>>(&self, name: &str, value: i64, most: i64) -> Result<T, TemplateError> {
        let inside = Some(value).filter(|value| (1..=most).contains(value)).and_then(|value| T::try_from(value).ok());
        inside.ok_or_else(|| self.wrong(format!("{name} is between 1 and {most}")))
    }

    fn window(&self) -> Result<Duration, TemplateError> {
        let seconds = self.written.maximum_batching_window_in_seconds.unwrap_or_default();
        let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds <= 300);
        let window = seconds.map(Duration::from_secs);
        window.ok_or_else(|| self.wrong("MaximumBatchingWindowInSeconds is between 0 and 300"))
    }

    fn reports(&self) -> Result<bool, TemplateError> {
        let types = &self.written.function_response_types;
        match types.iter().find(|kind| *kind != "ReportBatchItemFailures") {
            Some(other) => Err(self.wrong(format!("the response type {other} is not imitated"))),
            None => Ok(!types.is_empty()),
        }
    }
}

impl DeclaredStream {
    /// The streams that feed a function.
    pub(crate) fn all(function: &Declared) -> Result<Vec<Self>, TemplateError> {
        Event::all(function, "DynamoDB").map(|event| Self::read(event?)).collect()
    }

    fn read(event: Event<'_>) -> Result<Self, TemplateError> {
        let stream = event.written.stream.clone().ok_or_else(|| event.wrong("a Stream is missing"))?;
        if !matches!(event.written.starting_position.as_deref(), Some("TRIM_HORIZON" | "LATEST")) {
            return Err(event.wrong("StartingPosition is TRIM_HORIZON or LATEST"));
        }
        let factor = event.written.parallelization_factor.unwrap_or(1);
        let parallelization = event.bounded("ParallelizationFactor", factor, LARGEST_PARALLELIZATION)?;
        let batch_size = event.written.batch_size.unwrap_or(STREAM_BATCH);
        let max_age = event.written.maximum_record_age_in_seconds.and_then(|age| u64::try_from(age).ok());
        Ok(Self {
            binary: event.function.binary.clone(),
            stream,
            parallelization: NonZeroU32::new(parallelization).unwrap_or(NonZeroU32::MIN),
            batch_size: event.bounded("BatchSize", batch_size, LARGEST_BATCH)?,
            window: event.window()?,
            rules: Rules {
                // -1 means without end, like no value.
                retries: event.written.maximum_retry_attempts.and_then(|most| u32::try_from(most).ok()),
                bisect: event.written.bisect_batch_on_function_error.unwrap_or_default(),
            },
            max_age: max_age.map(Duration::from_secs),
            reports: event.reports()?,
            on_failure: event.written.destination_config.on_failure.map(|on_failure| on_failure.destination),
        })
    }
}

impl DeclaredQueue {
    /// The queues that feed a function.
    pub(crate) fn all(function: &Declared) -> Result<Vec<Self>, TemplateError> {
        Event::all(function, "SQS").map(|event| Self::read(&event?)).collect()
    }

    fn read(event: &Event<'_>) -> Result<Self, TemplateError> {
        let queue = event.written.queue.clone().ok_or_else(|| event.wrong("a Queue is missing"))?;
        let window = event.window()?;
        let largest = if window.is_zero() { QUEUE_BATCH } else { LARGEST_BATCH };
        let concurrency = event.written.scaling_config.maximum_concurrency.unwrap_or(QUEUE_CONCURRENCY);
        Ok(Self {
            binary: event.function.binary.clone(),
            queue,
            batch_size: event.bounded("BatchSize", event.written.batch_size.unwrap_or(QUEUE_BATCH), largest)?,
            window,
            concurrency: event.bounded("MaximumConcurrency", concurrency, 1000)?,
            reports: event.reports()?,
        })
    }
}
