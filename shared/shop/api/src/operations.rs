//! Bodies of answers to operators: parked notes, and the lag of the folds.

mod verification;

pub use verification::{Different, LARGEST_SAMPLE, NoScope, Recorded, ReportVerification, Verified, Verify};

use foldlog::{Parked, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A note about something that a subscriber cannot process.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ParkedNote {
    /// Its id, `<subscriber>~<object>` with `~` for each `/` and `@`, as a path takes it.
    pub id: String,
    /// The subscriber: a generation of a view (`cart/g1`), or a function.
    pub subscriber: String,
    /// The stream or event that it cannot process.
    pub object: String,
    /// The version of the commit at which it stopped, or of the event.
    pub version: Version,
    /// The error.
    pub error: String,
    /// `permanent`, or `transient` if a retry alone can help.
    pub class: String,
    /// The number of attempts.
    pub attempts: u32,
    /// When it first failed.
    pub since: String,
    /// When it last failed.
    pub noticed_at: String,
    /// When the next attempt is due.
    pub due_at: String,
}

impl From<&Parked> for ParkedNote {
    fn from(note: &Parked) -> Self {
        let trouble = &note.trouble;
        Self {
            id: trouble.subject.to_string(),
            subscriber: trouble.subject.subscriber(),
            object: trouble.subject.object(),
            version: trouble.version,
            error: trouble.error.clone(),
            class: trouble.class.to_string(),
            attempts: note.attempts,
            since: note.since.to_string(),
            noticed_at: trouble.at.to_string(),
            due_at: note.due_at().to_string(),
        }
    }
}

/// The lag of the read models behind the most recently changed streams.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Projections {
    /// The number of streams that were checked: the most recently changed ones in the index.
    pub streams: usize,
    /// Each read model.
    pub items: Vec<Lag>,
    /// The number of notes by subscriber, including functions that react.
    pub parked: BTreeMap<String, usize>,
}

/// The lag of a read model.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Lag {
    /// Its name.
    pub name: String,
    /// The generation of its rows that is read.
    pub generation: u32,
    /// The number of the fold that made them.
    pub schema: u32,
    /// The problem with its generations, and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The generation that is being rebuilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilding: Option<u32>,
    /// The number of rows that were checked.
    pub rows: usize,
    /// The number of those rows that are behind their streams.
    pub rows_behind: usize,
    /// The number of commits that they are behind, in total: of each row at most 100 are counted.
    pub commits_behind: usize,
    /// The age of the oldest of these commits.
    pub ms_behind: i64,
    /// The number of its notes.
    pub parked: usize,
    /// Its work since the answering process began. On one machine that is everything; on AWS, use the metrics.
    pub so_far: SoFar,
}

/// The work of a read model since a process began.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct SoFar {
    /// Rows that were written.
    pub advanced: usize,
    /// Commits that were folded into them.
    pub commits: usize,
    /// Rows whose missing commits were read from the log.
    pub gaps_repaired: usize,
    /// Hints with nothing new.
    pub duplicates_dropped: usize,
    /// The longest time from a commit to its row.
    pub longest_lag_ms: i64,
    /// The most commits by which a row had been behind.
    pub longest_lag_commits: usize,
}

/// The generations of a read model. Each is a set of rows; readers use one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GenerationsOf {
    /// The read model.
    pub name: String,
    /// The generation that readers use.
    pub read: u32,
    /// The numbers of its folds in this release.
    pub schemas: Vec<u32>,
    /// Whether readers do not yet use the rows of the newest fold.
    pub rebuild_needed: bool,
    /// The problem with it, and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Each generation.
    pub generations: Vec<GenerationShown>,
    /// What the request did, also if it is repeated and readers have been sent elsewhere since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched: Option<SwitchShown>,
}

/// A switch of readers from one generation to another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SwitchShown {
    /// The generation that readers used before.
    pub from: u32,
    /// The generation that readers were switched to.
    pub to: u32,
}

/// A generation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GenerationShown {
    /// Its number.
    pub generation: u32,
    /// The number of the fold that makes its rows.
    pub schema: u32,
    /// Whether readers use it.
    pub read: bool,
    /// Its stage.
    pub stage: StageName,
    /// When it began to be filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The number of streams that it cannot process.
    pub parked: usize,
    /// The progress of the current work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Rebuilding>,
    /// Its comparison with the generation that readers used when it was complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Compared>,
}

/// The stage of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageName {
    /// It is being filled, from the log and from new commits.
    Filling,
    /// It is being compared with the one that readers use.
    Comparing,
    /// Readers can be switched to it.
    Complete,
    /// It is no longer written, and its rows are being removed.
    Retired,
}

/// The progress of the work on a generation.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Rebuilding {
    /// `fill`, `compare` or `sweep`.
    pub phase: String,
    /// The commits or rows that were read.
    pub read: u64,
    /// An estimate of all commits or rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// The number read per second.
    pub per_s: u64,
    /// The remaining seconds at that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_s: Option<u64>,
    /// The number of parts.
    pub parts: u32,
    /// The number of parts that are done.
    pub parts_done: u32,
}

/// The comparison of two generations.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// The number of rows that were compared.
    pub rows: u64,
    /// The number of rows that differ.
    pub different: u64,
    /// The first difference that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The digest of all rows of the old generation.
    pub read_digest: String,
    /// The digest of all rows of the new generation.
    pub new_digest: String,
}

/// `POST /ops/projections/{name}/flip`
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flip {
    /// Whether to switch although the generations differ, for example because the old one is wrong.
    #[serde(default)]
    pub despite_differences: bool,
}
