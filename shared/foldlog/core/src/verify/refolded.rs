//! A projection folded again, beside the stored row that it should equal.

use super::difference::{Difference, unlike};
use crate::hash::Hash;
use crate::read::projection::{Row, Subscription};
use crate::stream::{StreamName, Version};
use crate::write::chain::{Chain, Witness};
use crate::write::commit::Commit;

pub(super) struct Refolded<'a> {
    pub(super) subscription: &'a dyn Subscription,
    found: Option<Row>,
    /// The new row at the version of the stored row.
    beside: Option<Row>,
    now: Option<Row>,
    /// The rows that lead to the commits which the stored row has folded.
    pub(super) pointers: Vec<(String, Row)>,
    stuck: Option<(Version, String)>,
    /// The stream's link at the version of the stored row.
    link: Option<Hash>,
}

impl<'a> Refolded<'a> {
    pub(super) fn of(subscription: &'a dyn Subscription, found: Option<Row>) -> Self {
        Self { subscription, found, beside: None, now: None, pointers: vec![], stuck: None, link: None }
    }

    /// Takes in the next commit.
    pub(super) fn take(&mut self, commit: &Commit) {
        if commit.last_version() == version(self.found.as_ref()) {
            self.link = Some(commit.hash);
        }
        if self.stuck.is_some() {
            return;
        }
        let commits = std::slice::from_ref(commit);
        if commit.last_version() <= version(self.found.as_ref()) {
            self.pointers.extend(self.subscription.pointers(self.now.as_ref(), commits));
        }
        let folded = self.subscription.fold(self.now.as_ref(), commits);
        self.now = folded.row.or(self.now.take());
        self.stuck = folded.failed;
        if version(self.found.as_ref()) == version(self.now.as_ref()) {
            self.beside.clone_from(&self.now);
        }
    }

    /// The link that the row remembers.
    pub(super) fn witness(&self) -> Option<Witness> {
        let found = self.found.as_ref().filter(|found| found.version != Version::NONE)?;
        Some(Witness { version: found.version, hash: found.hash })
    }

    /// The witness in the row, if the stream contradicts it.
    pub(super) fn at_odds(&self) -> Option<Witness> {
        self.witness().filter(|witness| self.link != Some(witness.hash))
    }

    /// Whether the row remembers the stream's end.
    pub(super) fn knows_end(&self, end: &Chain) -> bool {
        self.witness().is_some_and(|witness| (witness.version, witness.hash) == (end.version(), end.hash()))
    }

    /// The difference of a row that remembers a link that the stream does not have.
    pub(super) fn odd(&self, stream: &StreamName, end: &Chain) -> Option<Difference> {
        let Witness { version, hash } = self.at_odds()?;
        let of_version = version > end.version() || hash == end.hash();
        Some(if of_version {
            self.row(stream, version, "version", version.to_string(), end.version().to_string())
        } else {
            let folded = self.link.map_or_else(|| "none: no commit ends there".to_owned(), |link| link.to_string());
            self.row(stream, version, "hash", hash.to_string(), folded)
        })
    }

    /// The difference of the row up to its version, or the error of the stream beyond it.
    pub(super) fn difference(&self, stream: &StreamName) -> Option<Difference> {
        if let (Some(found), Some(beside)) = (&self.found, &self.beside)
            && let Some((field, other, folded)) = unlike(found, beside)
        {
            return Some(self.row(stream, found.version, &field, other, folded));
        }
        let (version, error) = self.stuck.clone()?;
        Some(Difference::Stuck { stream: stream.clone(), view: self.subscription.name(), version, error })
    }

    /// The difference of a row that is behind its stream.
    pub(super) fn behind(&self, stream: &StreamName) -> Option<Difference> {
        let (found, now) = (version(self.found.as_ref()), version(self.now.as_ref()));
        (found < now).then(|| self.row(stream, now, "version", found.to_string(), now.to_string()))
    }

    fn row(&self, stream: &StreamName, version: Version, field: &str, found: String, folded: String) -> Difference {
        let (stream, view, field) = (stream.clone(), self.subscription.name(), field.to_owned());
        Difference::Row { stream, version, view, field, found, folded }
    }
}

fn version(row: Option<&Row>) -> Version {
    row.map_or(Version::NONE, |row| row.version)
}
