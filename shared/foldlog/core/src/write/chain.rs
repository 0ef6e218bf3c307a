//! Whether a stream is what was written: every commit carries a hash over the one before and itself.
//!
//! What a chain shows by itself: a commit whose content was changed, one that is missing with another behind it, one
//! that stands between others. Whoever can write to the table can also compute every hash behind a change anew, or cut
//! the end off: that shows only against a [`Witness`] kept elsewhere, such as a read model's row.

use crate::hash::Hash;
use crate::stream::{StreamName, Version};
use crate::write::commit::Commit;
use crate::write::log::LogError;
use crate::write::scan::{LogScan, Part};
use std::fmt;

/// What somebody saw earlier: the link of the commit that ends with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The last version of the commit.
    pub version: Version,
    /// Its link.
    pub hash: Hash,
}

/// What was done to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// The commit is not what its link was computed from, or the one before it was replaced as a whole.
    Changed,
    /// The commit that has to stand here is missing.
    Removed,
    /// The commit stands where the one before it has not ended.
    Inserted,
    /// The item is no commit any more.
    Unreadable(String),
    /// The commit is linked, but is not the one that was seen here before.
    Rewritten,
}

impl fmt::Display for Tampering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => formatter.write_str("the commit, or the whole of the one before it, was changed"),
            Self::Removed => formatter.write_str("a commit is missing"),
            Self::Inserted => formatter.write_str("a commit was put between others"),
            Self::Unreadable(why) => write!(formatter, "the item is no commit: {why}"),
            Self::Rewritten => formatter.write_str("the commit is not the one that was seen here before"),
        }
    }
}

/// The first place of a stream that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{stream}@{version}: {tampering}")]
pub struct Broken {
    /// The stream.
    pub stream: StreamName,
    /// The version of the commit concerned, or that it would have.
    pub version: Version,
    /// What was done.
    pub tampering: Tampering,
}

/// Why a stream could not be found whole.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It is not.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be read.
    #[error(transparent)]
    Log(LogError),
}

/// A chain as far as it was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    stream: StreamName,
    version: Version,
    hash: Hash,
    witnesses: Vec<Witness>,
}

impl Chain {
    /// The chain before a stream's first commit; what is found must agree with each of the witnesses.
    #[must_use]
    pub fn of(stream: StreamName, witnesses: &[Witness]) -> Self {
        let mut witnesses = witnesses.to_vec();
        witnesses.retain(|witness| witness.version != Version::NONE);
        witnesses.sort_by_key(|witness| std::cmp::Reverse(witness.version));
        Self { stream, version: Version::NONE, hash: Hash::ORIGIN, witnesses }
    }

    /// The version of the last event.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The last link.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Follows the chain by the commit that stands next.
    pub fn follow(&mut self, commit: &Commit) -> Result<(), Broken> {
        let due = self.version.next();
        if commit.version > due {
            return Err(self.broken(due, Tampering::Removed));
        }
        if commit.version < due {
            return Err(self.broken(commit.version, Tampering::Inserted));
        }
        if commit.stream != self.stream || commit.chained(&self.hash) != commit.hash {
            return Err(self.broken(due, Tampering::Changed));
        }
        (self.version, self.hash) = (commit.last_version(), commit.hash);
        while let Some(witness) = self.witnesses.pop_if(|witness| witness.version <= self.version) {
            if (witness.version, witness.hash) != (self.version, self.hash) {
                return Err(self.broken(due, Tampering::Rewritten));
            }
        }
        Ok(())
    }

    /// Nothing follows: whoever saw more than there is, saw what was removed.
    pub fn end(self) -> Result<Self, Broken> {
        if self.witnesses.is_empty() { Ok(self) } else { Err(self.broken(self.version.next(), Tampering::Removed)) }
    }

    fn broken(&self, version: Version, tampering: Tampering) -> Broken {
        Broken { stream: self.stream.clone(), version, tampering }
    }
}

/// Follows the chain of a stream from its first commit to its last: names the first commit that was changed, removed or
/// inserted, or answers with the end. One page of commits is in memory at a time.
pub async fn verify_chain<L: LogScan>(
    log: &L,
    stream: &StreamName,
    witnesses: &[Witness],
) -> Result<Chain, ChainError> {
    follow_chain(log, Chain::of(stream.clone(), witnesses), |_| {}).await
}

/// The same, from a chain that nothing was followed of; every commit is shown in order, once it is known to be linked.
pub async fn follow_chain<L: LogScan>(
    log: &L,
    mut chain: Chain,
    mut linked: impl FnMut(&Commit) + Send,
) -> Result<Chain, ChainError> {
    let part = Part::Stream(chain.stream.clone());
    let mut after = None;
    loop {
        let page = log.page(&part, after.as_ref()).await.map_err(ChainError::Log)?;
        for commit in page.commits {
            match commit {
                Ok(commit) => {
                    chain.follow(&commit)?;
                    linked(&commit);
                }
                Err(LogError::Corrupt { version, reason, .. }) => {
                    return Err(chain.broken(version, Tampering::Unreadable(reason)).into());
                }
                Err(error) => return Err(ChainError::Log(error)),
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(chain.end()?);
        }
    }
}
