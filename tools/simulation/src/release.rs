//! A release that cannot read an event type yet. It parks these events, and the next release processes them.

use crate::faults::Mishap;
use crate::world::World;
use foldlog::read::projection::Folded;
use foldlog::{Commit, EventMessage, Row, StreamName, Subscription};
use foldlog_lambda::queue::{ReactionError, Reactor};
use std::sync::Arc;

/// The error of an older release about an unknown event.
pub(crate) const UNKNOWN: &str = "this release knows no such event";

/// A fold of the running release.
pub(crate) struct Fold {
    pub(crate) world: Arc<World>,
    pub(crate) fold: Box<dyn Subscription>,
}

impl Subscription for Fold {
    fn name(&self) -> &'static str {
        self.fold.name()
    }

    fn follows(&self, category: &str) -> bool {
        self.fold.follows(category)
    }

    fn key(&self, stream: &StreamName) -> String {
        self.fold.key(stream)
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        self.fold.stream(key)
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        let names = |commit: &Commit| {
            let records = commit.events.records().unwrap_or_default();
            records.iter().any(|record| self.world.unreadable(&record.name))
        };
        let Some(place) = commits.iter().position(names) else { return self.fold.fold(row, commits) };
        let (readable, rest) = commits.split_at(place);
        self.world.count(Mishap::UnreadableYet);
        let folded = self.fold.fold(row, readable);
        let version = rest.first().map(|commit| (commit.version, UNKNOWN.to_owned()));
        Folded { failed: folded.failed.or(version), ..folded }
    }

    fn pointers(&self, row: Option<&Row>, commits: &[Commit]) -> Vec<(String, Row)> {
        self.fold.pointers(row, commits)
    }
}

/// A reactor of the running release.
pub(crate) struct Reacting<T> {
    pub(crate) world: Arc<World>,
    pub(crate) reactor: T,
}

impl<T: Reactor> Reactor for Reacting<T> {
    const NAME: &'static str = T::NAME;
    type Log = T::Log;

    fn log(&self) -> &T::Log {
        self.reactor.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        if self.world.unreadable(&message.name) {
            self.world.count(Mishap::UnreadableYet);
            return Err(ReactionError::malformed(UNKNOWN));
        }
        self.reactor.react(message).await
    }
}
