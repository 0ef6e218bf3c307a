//! The object-safe form of totals, with the types of its events and document erased.

use super::port::{Checkpoint, Sums, Totals};
use crate::json;
use crate::read::projection::recorded;
use crate::read::views::{Generation, RowKey};
use crate::stream::StreamName;
use crate::write::commit::Commit;
use crate::write::decider::Decider;

/// Any [`Totals`], so that it can be in a list with others: those of other views, and of other versions of the same
/// view.
pub trait TotalsFold: Send + Sync {
    /// The view's name.
    fn name(&self) -> &'static str;

    /// The version of the projection. Its rows are its own; other versions have theirs.
    fn fold_version(&self) -> u32;

    /// Whether streams of a category add to them.
    fn follows(&self, category: &str) -> bool;

    /// Every partition that a row can be in.
    fn all_partitions(&self) -> Vec<String>;

    /// A stream's checkpoint after one more commit, and what that adds; or the reason why the commit cannot be
    /// understood.
    fn fold(&self, loaded: Option<&Checkpoint>, commit: &Commit) -> Result<(Checkpoint, Sums), String>;

    /// The place of a stream's checkpoint.
    fn place(&self, generation: Generation, stream: &StreamName) -> RowKey {
        RowKey { view: self.name(), generation, key: stream.id().to_owned() }
    }

    /// The stream of the checkpoint that has a key; none if no checkpoint of these totals has such a key.
    fn stream(&self, key: &str) -> Option<StreamName>;
}

impl<T: Totals> TotalsFold for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn fold_version(&self) -> u32 {
        T::VERSION
    }

    fn follows(&self, category: &str) -> bool {
        category == T::Decider::CATEGORY
    }

    fn all_partitions(&self) -> Vec<String> {
        T::partitions()
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        StreamName::new(T::Decider::CATEGORY, key).ok()
    }

    fn fold(&self, loaded: Option<&Checkpoint>, commit: &Commit) -> Result<(Checkpoint, Sums), String> {
        let mut document: Option<T::Document> = match loaded {
            Some(loaded) => {
                json::read(&loaded.document).map_err(|error| format!("the checkpoint does not read: {error}"))?
            }
            None => None,
        };
        let mut all = Sums::default();
        for recorded in recorded(commit).map_err(|error| error.to_string())? {
            let (after, sums) = T::apply(document, &recorded);
            document = after;
            all.merge(sums);
        }
        let document = serde_json::to_string(&document).map_err(|error| error.to_string())?;
        Ok((Checkpoint { document, version: commit.last_version(), part: 0, hash: commit.hash }, all))
    }
}

/// What a whole stream adds, up to the first commit that cannot be understood. The totals must be the sum of this over
/// all streams.
#[must_use]
pub fn fold(fold: &dyn TotalsFold, commits: &[Commit]) -> (Option<Checkpoint>, Sums) {
    let (mut loaded, mut all) = (None, Sums::default());
    for commit in commits {
        let Ok((checkpoint, sums)) = fold.fold(loaded.as_ref(), commit) else { break };
        loaded = Some(checkpoint);
        all.merge(sums);
    }
    (loaded, all)
}
