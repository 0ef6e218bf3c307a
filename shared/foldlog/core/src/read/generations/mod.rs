//! The generations of a view, and which of them is read: how a view is rebuilt while it is in use.
//!
//! A rebuild registers a new generation first. From then on, every function that follows the log writes each registered
//! generation, and acknowledges a batch only after all of them are written, or after a row of the new one was left to
//! the rebuild. The rebuild reads the log later, and so finds everything that was committed before; it compares the new
//! rows with those that are read later still, and so finds everything that was left. Nothing is missed between the two,
//! and since each row keeps its version, nothing is folded twice. One conditional write sends readers to the new generation once it is complete. The old one
//! is kept up to date as before, so that readers can be sent back, until it is retired.
//!
//! Every request is recorded in the log first, and the register keeps the last one that it has taken, of each kind. So
//! you may send a request again, however long after the first time: requests take effect once, in the order of the log.

mod comparison;
mod port;

pub use comparison::{Comparison, RowDigest};
pub use port::{Generations, Registered, change};

use crate::read::generation::Generation;
use crate::stream::EventId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every view's generations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry(BTreeMap<String, Sets>);

/// A view's generations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sets {
    /// The generation that is read. It is complete.
    read: Generation,
    /// All generations that have rows.
    all: BTreeMap<Generation, Set>,
    /// The highest number that was ever given. No number is given twice, so a late write disturbs no other generation.
    newest: Generation,
    /// The last request that began a rebuild or a cleaning, so that a repeated delivery of it begins nothing.
    #[serde(default)]
    asked: Option<EventId>,
    /// The last recorded request that switched readers: a repetition of it, or of an older one, switches nothing.
    #[serde(default)]
    switched: Option<EventId>,
}

/// One generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// The version of the projection that makes its rows.
    pub schema: u32,
    /// Its stage.
    pub stage: Stage,
    /// When filling it began; the beginning of time for a view's first generation.
    pub since: Timestamp,
    /// Who requested it.
    #[serde(default)]
    pub asked: Option<EventId>,
}

/// The stage of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "is")]
pub enum Stage {
    /// It is being filled from the log, and with new commits.
    Filling {
        /// The number of parts.
        parts: u32,
        /// The approximate number of commits when it began.
        commits: u64,
    },
    /// It is complete, and is being compared with the one that is read.
    Comparing {
        /// The number of parts.
        parts: u32,
    },
    /// It can be read.
    Complete {
        /// The result of the comparison; none for a view's first generation.
        comparison: Option<Comparison>,
    },
    /// It is not written any longer, and its rows are being removed.
    Retired {
        /// The number of parts.
        parts: u32,
    },
}

/// The generation that a view's readers read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Current {
    /// Its number.
    pub generation: Generation,
    /// The version of the projection that makes it. For a view that was never registered, the lowest one that there is.
    pub schema: Option<u32>,
}

/// The switch of readers from one generation to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// The generation that was read before.
    pub from: Generation,
    /// The generation that is read now.
    pub to: Generation,
}

/// Why a switch is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// There is no generation to which readers could be sent.
    #[error("no newer generation is complete")]
    NoneNewer,
    /// There is none to send them back to.
    #[error("no older generation is kept")]
    NoneOlder,
    /// The generation was retired after the switch to it was recorded.
    #[error("generation {0} was given up meanwhile")]
    GivenUp(Generation),
    /// It differs from the one that is read, and the request does not waive that.
    #[error("generation {generation} differs from the one that is read in {different} rows, first {first}")]
    Different {
        /// The new one.
        generation: Generation,
        /// The number of rows that differ.
        different: u64,
        /// The first of them.
        first: String,
    },
}

impl Registry {
    /// A view's generations. None if the view was never registered, and so has only the first one.
    #[must_use]
    pub fn sets(&self, view: &str) -> Option<&Sets> {
        self.0.get(view)
    }

    /// Every view that is registered.
    pub fn views(&self) -> impl Iterator<Item = (&str, &Sets)> {
        self.0.iter().map(|(view, sets)| (view.as_str(), sets))
    }

    /// The number of the generation of a view that is read.
    #[must_use]
    pub fn read(&self, view: &str) -> Generation {
        self.current(view).generation
    }

    /// The generation that is read, with the version of the projection that makes its rows.
    #[must_use]
    pub fn current(&self, view: &str) -> Current {
        let sets = self.sets(view);
        Current { generation: sets.map_or(Generation::FIRST, Sets::read), schema: sets.map(Sets::schema) }
    }

    /// The generations of a view that the projection of a version writes. `oldest` is the lowest version that has a
    /// projection: it has written a view that was never registered.
    #[must_use]
    pub fn written(&self, view: &str, schema: u32, oldest: u32) -> Vec<Generation> {
        match self.sets(view) {
            Some(sets) => sets.written(schema).collect(),
            None if schema == oldest => vec![Generation::FIRST],
            None => vec![],
        }
    }

    /// Registers a view as it is before its first rebuild. True if it was not registered.
    pub fn adopt(&mut self, view: &str, schema: u32) -> bool {
        let news = !self.0.contains_key(view);
        if news {
            let stage = Stage::Complete { comparison: None };
            let first = Set { schema, stage, since: Timestamp::default(), asked: None };
            let (read, newest) = (Generation::FIRST, Generation::FIRST);
            let sets = Sets { read, all: [(read, first)].into(), newest, asked: None, switched: None };
            self.0.insert(view.to_owned(), sets);
        }
        news
    }

    /// A view's generations, to be changed.
    pub fn sets_mut(&mut self, view: &str) -> Option<&mut Sets> {
        self.0.get_mut(view)
    }
}

impl Sets {
    /// The generation that is read.
    #[must_use]
    pub const fn read(&self) -> Generation {
        self.read
    }

    /// All generations.
    #[must_use]
    pub const fn all(&self) -> &BTreeMap<Generation, Set> {
        &self.all
    }

    /// The version of the projection whose rows are read.
    #[must_use]
    pub fn schema(&self) -> u32 {
        self.all.get(&self.read).map_or(0, |set| set.schema)
    }

    /// The generations that the projection of a version keeps up to date.
    fn written(&self, schema: u32) -> impl Iterator<Item = Generation> {
        let written = self.all.iter().filter(move |(_, set)| set.schema == schema && set.stage.is_written());
        written.map(|(generation, _)| *generation)
    }

    /// Whether a generation is being filled from the log.
    #[must_use]
    pub fn is_filled(&self, generation: Generation) -> bool {
        self.all.get(&generation).is_some_and(|set| matches!(set.stage, Stage::Filling { .. }))
    }

    /// Whether a generation was retired, so that nothing reads or keeps its rows. A generation with a higher number than
    /// any here is not: a rebuild may have begun it after this was read.
    #[must_use]
    pub fn is_given_up(&self, generation: Generation) -> bool {
        let is_kept = |set: &Set| !matches!(set.stage, Stage::Retired { .. });
        generation <= self.newest && !self.all.get(&generation).is_some_and(is_kept)
    }

    /// The generation that is being filled or compared.
    #[must_use]
    pub fn under_way(&self) -> Option<(Generation, &Set)> {
        let under_way = |stage: &Stage| matches!(stage, Stage::Filling { .. } | Stage::Comparing { .. });
        self.all.iter().find(|(_, set)| under_way(&set.stage)).map(|(generation, set)| (*generation, set))
    }

    /// The request whose work is not finished.
    #[must_use]
    pub fn unfinished(&self) -> Option<&EventId> {
        let begun = self.under_way().and_then(|(_, set)| set.asked.as_ref());
        begun.or_else(|| self.asked.as_ref().filter(|_| self.retired().next().is_some()))
    }

    /// The generations whose rows are to be removed.
    pub fn retired(&self) -> impl Iterator<Item = (Generation, u32)> {
        self.all.iter().filter_map(|(generation, set)| match set.stage {
            Stage::Retired { parts } => Some((*generation, parts)),
            Stage::Filling { .. } | Stage::Comparing { .. } | Stage::Complete { .. } => None,
        })
    }

    /// Begins a rebuild for a request, once, and retires every other generation except the one that is read. If a
    /// rebuild is running already, it continues.
    pub fn begin(&mut self, request: &EventId, set: Set) {
        if !self.takes(request) || self.under_way().is_some() {
            return;
        }
        self.retire_others();
        self.newest = Generation(self.newest.0 + 1);
        self.all.insert(self.newest, set);
    }

    /// Retires, for a request, all generations except the one that is read.
    pub fn clean(&mut self, request: &EventId) {
        if self.takes(request) {
            self.retire_others();
        }
    }

    /// Whether a request was taken, or is older than one that was.
    #[must_use]
    pub fn has_taken(&self, request: &EventId) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked >= request)
    }

    /// Whether a request is newer than those that were taken. If so, it is taken now.
    fn takes(&mut self, request: &EventId) -> bool {
        let newer = self.asked.as_ref().is_none_or(|asked| asked < request);
        if newer {
            self.asked = Some(request.clone());
        }
        newer
    }

    fn retire_others(&mut self) {
        let read = self.read;
        for (_, set) in self.all.iter_mut().filter(|(generation, _)| **generation != read) {
            set.stage = Stage::Retired { parts: set.stage.parts() };
        }
    }

    /// Moves a generation from one stage to the next, if it is still in the first.
    pub fn proceed(&mut self, generation: Generation, from: &Stage, to: Stage) {
        if let Some(set) = self.all.get_mut(&generation).filter(|set| set.stage == *from) {
            set.stage = to;
        }
    }

    /// Forgets a retired generation after its rows were removed.
    pub fn forget(&mut self, generation: Generation) {
        if self.all.get(&generation).is_some_and(|set| matches!(set.stage, Stage::Retired { .. })) {
            self.all.remove(&generation);
        }
    }

    /// The switch to the newest generation that is complete.
    pub fn newer(&self, despite_differences: bool) -> Result<Switched, SwitchError> {
        let newer = self.complete().rfind(|(generation, _)| *generation > self.read);
        let (to, comparison) = newer.ok_or(SwitchError::NoneNewer)?;
        if let Some(Comparison { different, first, .. }) = comparison.filter(|found| found.different > 0)
            && !despite_differences
        {
            let (different, first) = (*different, first.clone().unwrap_or_default());
            return Err(SwitchError::Different { generation: to, different, first });
        }
        Ok(Switched { from: self.read, to })
    }

    /// The switch back to the generation that readers came from.
    pub fn older(&self) -> Result<Switched, SwitchError> {
        let older = self.complete().rfind(|(generation, _)| *generation < self.read);
        let (to, _) = older.ok_or(SwitchError::NoneOlder)?;
        Ok(Switched { from: self.read, to })
    }

    /// Sends readers to a generation for a recorded request, once. Requests take effect in the order of their records,
    /// so one that comes again, or after a later one, changes nothing.
    pub fn switch(&mut self, request: &EventId, to: Generation) -> Result<(), SwitchError> {
        if self.switched.as_ref().is_some_and(|last| last >= request) {
            return Ok(());
        }
        if !self.complete().any(|(generation, _)| generation == to) {
            return Err(SwitchError::GivenUp(to));
        }
        (self.read, self.switched) = (to, Some(request.clone()));
        Ok(())
    }

    fn complete(&self) -> impl DoubleEndedIterator<Item = (Generation, Option<&Comparison>)> {
        self.all.iter().filter_map(|(generation, set)| match &set.stage {
            Stage::Complete { comparison } => Some((*generation, comparison.as_ref())),
            Stage::Filling { .. } | Stage::Comparing { .. } | Stage::Retired { .. } => None,
        })
    }
}

impl Stage {
    /// Whether new commits are folded into its rows.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        match self {
            Self::Filling { .. } | Self::Comparing { .. } | Self::Complete { .. } => true,
            Self::Retired { .. } => false,
        }
    }

    /// The number of parts of its current work.
    #[must_use]
    pub const fn parts(&self) -> u32 {
        match self {
            Self::Filling { parts, .. } | Self::Comparing { parts } | Self::Retired { parts } => *parts,
            Self::Complete { .. } => 1,
        }
    }
}
