//! Checks that commits, given by stream and oldest first, are a log: each stream has a complete chain, and no effect
//! lacks its cause.

use crate::error::TransferError;
use crate::manifest::{FORMAT, Listed, Manifest};
use foldlog::{Chain, Commit, EventId, StreamName, Timestamp, Version};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The state of the check. It grows by an entry for each stream, not for each commit.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    current: Option<Chain>,
    last: Option<EventId>,
    ends: BTreeMap<StreamName, Version>,
    /// For each stream that others follow from, the newest event that they name, and one of the events that do.
    causes: BTreeMap<StreamName, (Version, EventId)>,
    heads: Sha256,
    commits: usize,
    newest: Option<Timestamp>,
}

impl Survey {
    /// The state of the check after these commits.
    pub(crate) fn of(commits: impl Iterator<Item = Result<Commit, TransferError>>) -> Result<Self, TransferError> {
        let mut survey = Self::default();
        for commit in commits {
            survey.take(&commit?)?;
        }
        Ok(survey)
    }

    /// The first event of the commit that came last.
    pub(crate) const fn last(&self) -> Option<&EventId> {
        self.last.as_ref()
    }

    /// Takes the next commit.
    pub(crate) fn take(&mut self, commit: &Commit) -> Result<(), TransferError> {
        let chain = match self.current.take() {
            Some(chain) if self.last.as_ref().is_some_and(|last| last.stream == commit.stream) => chain,
            before => {
                if self.last.as_ref().is_some_and(|last| last.stream > commit.stream) {
                    return Err(TransferError::Disordered(commit.event_id(0)));
                }
                self.close(before);
                Chain::of(commit.stream.clone(), &[])
            }
        };
        let chain = self.current.insert(chain);
        chain.follow(commit)?;
        self.last = Some(commit.event_id(0));
        self.commits += 1;
        self.newest = self.newest.max(Some(commit.committed_at));
        if let Some(cause) = &commit.causation {
            let known = self.causes.get(&cause.stream).is_some_and(|(version, _)| *version >= cause.version);
            if !known {
                self.causes.insert(cause.stream.clone(), (cause.version, commit.event_id(0)));
            }
        }
        Ok(())
    }

    fn close(&mut self, chain: Option<Chain>) {
        let Some((chain, last)) = chain.zip(self.last.as_ref()) else { return };
        self.heads.update(format!("{}@{} {}\n", last.stream, chain.version(), chain.hash()));
        self.ends.insert(last.stream.clone(), chain.version());
    }

    /// Ends the check: no commit follows. Returns the manifest of the log, which these files hold.
    pub(crate) fn end(mut self, files: Vec<Listed>) -> Result<Manifest, TransferError> {
        let chain = self.current.take();
        self.close(chain);
        for (stream, (version, effect)) in self.causes {
            if self.ends.get(&stream).is_none_or(|end| *end < version) {
                return Err(TransferError::NotClosed { effect, cause: EventId { stream, version } });
            }
        }
        let root = hex::encode(self.heads.finalize());
        let (streams, commits) = (self.ends.len(), self.commits);
        Ok(Manifest { format: FORMAT, until: self.newest, streams, commits, root, files })
    }
}
