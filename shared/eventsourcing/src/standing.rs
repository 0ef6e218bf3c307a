//! A stream as far as it is known: its state, its end, and the commands that it has carried out.

use crate::commit::Commit;
use crate::decider::{Decider, fold};
use crate::execute::{Done, Effect};
use crate::hash::Digest;
use crate::identity::CommitId;
use crate::log::{Head, History, LogError};
use crate::stream::Version;
use std::collections::HashMap;

/// What a decision is made on. It may be behind the stream, never beside it.
#[derive(Clone, Debug)]
pub(crate) struct Standing<D: Decider> {
    state: D::State,
    head: Head,
    carried_out: HashMap<CommitId, First>,
    size_bytes: usize,
}

/// A command that was carried out: what it was, and where the stream stood after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct First {
    pub(crate) digest: Digest,
    pub(crate) version: Version,
}

impl<D: Decider> Standing<D> {
    /// The stream after a history.
    pub(crate) fn of(history: &History) -> Result<Self, LogError> {
        let origin = Head::origin(history.head().stream().clone());
        let nothing = Self { state: D::State::default(), head: origin, carried_out: HashMap::new(), size_bytes: 0 };
        history.commits().iter().try_fold(nothing, Self::then)
    }

    /// The stream after one more commit, which must be the very next one.
    pub(crate) fn then(mut self, commit: &Commit) -> Result<Self, LogError> {
        self.head = self.head.followed_by(commit)?;
        let events = commit.events.decode::<D::Event>().map_err(|error| LogError::unreadable(commit, &error))?;
        self.state = fold::<D>(self.state, &events);
        let first = First { digest: commit.digest, version: commit.last_version() };
        self.carried_out.insert(commit.id.clone(), first);
        self.size_bytes += commit.events.text().len() + size_of::<(CommitId, First)>();
        Ok(self)
    }

    /// The state.
    pub(crate) const fn state(&self) -> &D::State {
        &self.state
    }

    /// What to append to.
    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    /// The command of this id, if it was carried out.
    pub(crate) fn carried_out(&self, id: &CommitId) -> Option<First> {
        self.carried_out.get(id).copied()
    }

    /// About how much memory it takes: no less than what was folded into it.
    pub(crate) const fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// The answer to a command that left the stream like this.
    pub(crate) fn done(&self, effect: Effect) -> Done<D::State> {
        Done { state: self.state.clone(), version: self.head.version(), committed_at: self.head.committed_at(), effect }
    }
}
