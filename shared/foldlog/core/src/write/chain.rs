//! The hash chain, which shows whether a stream is as it was written: every commit carries a hash over the one before
//! and itself.
//!
//! The chain alone reveals a commit whose content was changed, a commit that is missing before another one, and a
//! commit that was inserted between others. An attacker who can write to the table can also recompute every hash after
//! a change, or truncate the chain. Only a [`Witness`] kept elsewhere, such as a read model's row, reveals that.

use crate::hash::Hash;
use crate::stream::{StreamName, Version};
use crate::write::commit::Commit;
use crate::write::log::LogError;
use crate::write::scan::{LogScan, Part};

/// A link that was seen earlier: that of the commit that ends with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The last version of the commit.
    pub version: Version,
    /// Its link.
    pub hash: Hash,
}

/// How a stream was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampering {
    /// The commit does not have the content that its link was computed from, or the commit before it was replaced as a
    /// whole.
    #[error("the commit, or the whole of the one before it, was changed")]
    Changed,
    /// A commit is missing here.
    #[error("a commit is missing")]
    Removed,
    /// The commit does not begin where the commit before it ends.
    #[error("a commit was put between others")]
    Inserted,
    /// The item is not a commit any longer.
    #[error("the item is no commit: {0}")]
    Unreadable(String),
    /// The commit is linked, but it is another one than was seen here before.
    #[error("the commit is not the one that was seen here before")]
    Rewritten,
}

/// The first position of a stream that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{stream}@{version}: {tampering}")]
pub struct Broken {
    /// The stream.
    pub stream: StreamName,
    /// The version of the affected commit, or the version that it would have.
    pub version: Version,
    /// How it was changed.
    pub tampering: Tampering,
}

/// Why a stream could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The chain is broken.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The stream could not be read.
    #[error(transparent)]
    Log(LogError),
}

/// A chain as far as it has been followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    stream: StreamName,
    version: Version,
    hash: Hash,
    witnesses: Vec<Witness>,
}

impl Chain {
    /// The chain before a stream's first commit. Every commit must agree with the witnesses.
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

    /// Follows the chain by the next commit.
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

    /// The chain ends here: a witness of a later version saw commits that have been removed.
    pub fn end(self) -> Result<Self, Broken> {
        if self.witnesses.is_empty() { Ok(self) } else { Err(self.broken(self.version.next(), Tampering::Removed)) }
    }

    fn broken(&self, version: Version, tampering: Tampering) -> Broken {
        Broken { stream: self.stream.clone(), version, tampering }
    }
}

/// Follows the chain of a stream from its first commit to its last, and returns its end. An error names the first
/// commit that was changed, removed or inserted. One page of commits is in memory at a time.
pub async fn verify_chain<L: LogScan>(
    log: &L,
    stream: &StreamName,
    witnesses: &[Witness],
) -> Result<Chain, ChainError> {
    follow_chain(log, Chain::of(stream.clone(), witnesses), |_| {}).await
}

/// As [`verify_chain`], from a chain of which nothing has been followed yet. `linked` gets every commit in order, after
/// its link has been checked.
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
