//! The recent commands of a stream, by which a repetition is recognised.

use crate::hash::Digest;
use crate::stream::Version;
use crate::time::Timestamp;
use crate::write::commit::Commit;
use crate::write::identity::CommandId;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many commands of clients are remembered at least, and how many of reactions. Each kind has its own window, so
/// that the reactions of a busy stream do not flush its clients' keys.
pub const WINDOW: usize = 32;

/// The recent commands of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentCommands {
    /// The one that created it, which is remembered forever.
    first: Option<Entry>,
    clients: Window,
    reactions: Window,
}

/// The newest commands of one kind, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    entries: VecDeque<Entry>,
    /// When the newest forgotten command was committed: all later ones are remembered.
    floor: Timestamp,
}

/// A command that was carried out: a digest of its id, a digest of its content, and the position of the stream after
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Entry {
    id: u128,
    content: u64,
    pub(crate) version: Version,
    at: Timestamp,
}

impl Entry {
    fn of(commit: &Commit) -> Self {
        Self {
            id: commit.id.key(),
            content: content(&commit.digest),
            version: commit.last_version(),
            at: commit.committed_at,
        }
    }

    /// Whether its content had this digest.
    pub(crate) fn has_content(&self, digest: &Digest) -> bool {
        self.content == content(digest)
    }
}

/// The first 64 bits: enough to tell a client that it reused a key.
fn content(digest: &Digest) -> u64 {
    digest.0.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

impl From<Entry> for String {
    fn from(entry: Entry) -> Self {
        let bytes = [
            &entry.id.to_be_bytes()[..],
            &entry.content.to_be_bytes(),
            &entry.version.0.to_be_bytes(),
            &entry.at.0.to_be_bytes(),
        ];
        BASE64_STANDARD_NO_PAD.encode(bytes.concat())
    }
}

/// A text that is not an entry.
#[derive(Debug, thiserror::Error)]
#[error("not an entry of recent commands")]
pub(crate) struct NoEntry;

impl TryFrom<String> for Entry {
    type Error = NoEntry;

    fn try_from(text: String) -> Result<Self, NoEntry> {
        let bytes = BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| NoEntry)?;
        let (id, rest) = bytes.split_first_chunk().ok_or(NoEntry)?;
        let (content, rest) = rest.split_first_chunk().ok_or(NoEntry)?;
        let (version, rest) = rest.split_first_chunk().ok_or(NoEntry)?;
        let at = rest.try_into().map_err(|_| NoEntry)?;
        Ok(Self {
            id: u128::from_be_bytes(*id),
            content: u64::from_be_bytes(*content),
            version: Version(u64::from_be_bytes(*version)),
            at: Timestamp(i64::from_be_bytes(at)),
        })
    }
}

impl Window {
    fn add(&mut self, entry: Entry, window: usize) {
        self.entries.push_back(entry);
        self.shorten(window);
    }

    fn shorten(&mut self, window: usize) {
        while self.entries.len() > window
            && let Some(oldest) = self.entries.pop_front()
        {
            self.floor = self.floor.max(oldest.at);
        }
    }
}

impl RecentCommands {
    /// About how much memory it takes.
    pub(crate) fn size_bytes(&self) -> usize {
        (self.clients.entries.len() + self.reactions.entries.len()) * size_of::<Entry>()
    }

    /// Takes in one more commit. Afterwards, at most `window` commands of each kind are remembered.
    pub(crate) fn add(&mut self, commit: &Commit, window: usize) {
        let entry = Entry::of(commit);
        self.first.get_or_insert(entry);
        if commit.causation.is_some() { self.reactions.add(entry, window) } else { self.clients.add(entry, window) }
    }

    /// The same commands, no more of each kind than `other` remembers.
    pub(crate) fn as_short_as(&self, other: &Self) -> Self {
        let mut short = self.clone();
        short.clients.shorten(other.clients.entries.len());
        short.reactions.shorten(other.reactions.entries.len());
        short
    }

    /// The command with this id, if it is remembered.
    pub(crate) fn find(&self, id: &CommandId) -> Option<Entry> {
        let key = id.key();
        let known = self.clients.entries.iter().rev().chain(self.reactions.entries.iter().rev()).chain(&self.first);
        known.copied().find(|entry| entry.id == key)
    }

    /// Whether every reaction to an event that was committed at `cause` is remembered: effects are committed later than
    /// their cause. If not, an unknown one may be further back in the log.
    pub(crate) fn reach_back_to(&self, cause: Timestamp) -> bool {
        self.reactions.floor <= cause
    }
}
