//! Bodies of answers to operators: what subscribers have parked, and how far the folds are behind.

mod verification;

pub use verification::{Different, LARGEST_SAMPLE, NoScope, Recorded, ReportVerification, Verified, Verify};

use foldlog::{Parked, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A note about what a subscriber cannot follow.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ParkedNote {
    /// What it is asked for by, URL-encoded: `<subscriber>:<object>`.
    pub id: String,
    /// Who cannot follow: a set of a view's rows (`cart/g1`), or a function.
    pub subscriber: String,
    /// What it cannot follow: a stream, or an event.
    pub object: String,
    /// The version of the commit it stopped before, or of the event.
    pub version: Version,
    /// Why.
    pub error: String,
    /// `permanent`, or `transient`: whether trying again can help by itself.
    pub class: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was noticed first.
    pub since: String,
    /// When it was noticed last.
    pub noticed_at: String,
    /// When it is tried again.
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

/// What became of a note.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Settled {
    /// The note.
    pub id: String,
    /// What became of it.
    pub outcome: SettledAs,
    /// The version that its subscriber has reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
}

/// What became of a note.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SettledAs {
    /// Its subscriber follows again, and there is no note any more.
    Follows,
    /// Its event is published again; the note goes once somebody has reacted.
    Published,
    /// It was taken away, and nothing else done.
    Discarded,
}

/// How far the folds are behind the streams that moved last.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Projections {
    /// How many streams were looked at: those that moved last, as far as the index of moves knows.
    pub streams: usize,
    /// Each fold.
    pub items: Vec<Lag>,
    /// How many notes there are, by subscriber; functions that react are among them.
    pub parked: BTreeMap<String, usize>,
}

/// How far a fold is behind.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Lag {
    /// Its view.
    pub name: String,
    /// The generation of its rows that is read.
    pub generation: u32,
    /// The number of the fold that made them.
    pub schema: u32,
    /// What is wrong with its generations, and what helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The generation that is being rebuilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilding: Option<u32>,
    /// How many rows were looked at.
    pub rows: usize,
    /// How many of them were behind their streams.
    pub rows_behind: usize,
    /// By how many commits together.
    pub commits_behind: usize,
    /// How long ago the oldest of these was committed.
    pub ms_behind: i64,
    /// How many notes it has left.
    pub parked: usize,
    /// What it did since the process that answers began: on one machine all of it, on AWS the metrics tell.
    pub so_far: SoFar,
}

/// What a fold did since a process began.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct SoFar {
    /// Rows that were written.
    pub advanced: usize,
    /// Commits that were folded into them.
    pub commits: usize,
    /// Rows for which commits were missing, which were read from the log.
    pub gaps_repaired: usize,
    /// Hints that told nothing new.
    pub duplicates_dropped: usize,
    /// The longest time from a commit to its row.
    pub longest_lag_ms: i64,
    /// The most commits by which a row had been behind.
    pub longest_lag_commits: usize,
}

/// What a run through the whole log found.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Reconciled {
    /// How many streams there are.
    pub streams: usize,
    /// How many rows were behind and were brought up to date.
    pub advanced: usize,
    /// How many rows cannot follow their stream.
    pub parked: usize,
    /// How many events were published again for processes that are not finished.
    pub hinted: usize,
}

/// What was found of batches that the log's readers had given up.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Recovered {
    /// How many there were.
    pub batches: usize,
    /// How many were made up for, and are gone.
    pub recovered: usize,
}

/// The generations of a read model: its sets of rows, of which one is read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GenerationsOf {
    /// The read model.
    pub name: String,
    /// The generation that is read.
    pub read: u32,
    /// The numbers of the folds that this release has of it.
    pub schemas: Vec<u32>,
    /// Whether the newest fold's rows are not the ones that are read.
    pub rebuild_needed: bool,
    /// What is wrong with it, and what helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Each generation.
    pub generations: Vec<GenerationShown>,
}

/// A generation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GenerationShown {
    /// Its number.
    pub generation: u32,
    /// The number of the fold that its rows are made by.
    pub schema: u32,
    /// Whether it is the one that is read.
    pub read: bool,
    /// How far it has come.
    pub stage: StageName,
    /// When it began to be filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// How many streams it cannot follow.
    pub parked: usize,
    /// How far what is under way has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Rebuilding>,
    /// How it compared with the one that was read when it was complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Compared>,
}

/// How far a generation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageName {
    /// It is being filled from the log, and by whatever is committed meanwhile.
    Filling,
    /// It is being compared with the one that is read.
    Comparing,
    /// It can be read.
    Complete,
    /// It is not written any more, and its rows are being removed.
    Retired,
}

/// How far what is done with a generation has come.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Rebuilding {
    /// `fill`, `compare` or `sweep`.
    pub phase: String,
    /// How many commits or rows were read.
    pub read: u64,
    /// Of about how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// How many a second.
    pub per_s: u64,
    /// For how many seconds it goes on at that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_s: Option<u64>,
    /// In how many parts.
    pub parts: u32,
    /// How many of these are done.
    pub parts_done: u32,
}

/// How two generations compared.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Compared {
    /// How many rows were compared.
    pub rows: u64,
    /// How many of them were not alike.
    pub different: u64,
    /// The first of these that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// All rows of the generation that was read, as one number.
    pub read_digest: String,
    /// All rows of the new one.
    pub new_digest: String,
}

/// `POST /ops/projections/{name}/flip`
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flip {
    /// Whether the new generation may be unlike the one that is read: because that one is wrong, say.
    #[serde(default)]
    pub despite_differences: bool,
}
