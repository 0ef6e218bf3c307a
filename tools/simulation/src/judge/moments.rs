//! All states of each stream, with their places in the log.

use super::violation::{Invariant, Violation, unreadable};
use foldlog::write::decider::fold;
use foldlog::{Commit, Decider, History, StreamName};
use std::collections::BTreeMap;

/// The commits of each stream, each with its place in the log.
pub(super) struct Moments<'a> {
    streams: BTreeMap<&'a StreamName, Vec<(usize, &'a Commit)>>,
}

/// The part of the log, from one place to another, in which a client waited for its answer.
pub(super) type Window = Option<(usize, usize)>;

impl<'a> Moments<'a> {
    pub(super) fn of(commits: &'a [Commit]) -> Self {
        let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (place, commit) in commits.iter().enumerate() {
            streams.entry(&commit.stream).or_default().push((place, commit));
        }
        Self { streams }
    }

    /// The streams of a category, by name.
    pub(super) fn category(&self, category: &str) -> impl Iterator<Item = &'a StreamName> {
        self.streams.keys().copied().filter(move |stream| stream.category() == category)
    }

    /// A stream's commits, in order.
    pub(super) fn commits(&self, stream: &StreamName) -> impl Iterator<Item = &'a Commit> {
        self.streams.get(stream).into_iter().flatten().map(|(_, commit)| *commit)
    }

    /// A stream's events, in order.
    pub(super) fn events<D: Decider>(&self, stream: &StreamName) -> Result<Vec<D::Event>, Violation> {
        let events = |commit: &Commit| commit.events.decode().map_err(|error| unreadable(stream, error));
        Ok(self.commits(stream).map(events).collect::<Result<Vec<Vec<_>>, _>>()?.into_iter().flatten().collect())
    }

    /// Each stream is contiguous, a chain, and never goes back in time.
    pub(super) fn whole(&self) -> Result<(), Violation> {
        for (stream, commits) in &self.streams {
            let all: Vec<Commit> = commits.iter().map(|(_, commit)| (*commit).clone()).collect();
            let history = History::prove(stream, all).map_err(|error| unreadable(stream, error))?;
            let mut before = foldlog::Hash::ORIGIN;
            for pair in history.commits().windows(2) {
                if let [one, next] = pair
                    && one.committed_at > next.committed_at
                {
                    let detail = format!("{stream} goes back in time at {}", next.version);
                    return Err(Violation::new(Invariant::WholeStreams, detail));
                }
            }
            for commit in history.commits() {
                if commit.chained(&before) != commit.hash {
                    let detail = format!("{stream}'s chain breaks at {}", commit.version);
                    return Err(Violation::new(Invariant::WholeStreams, detail));
                }
                before = commit.hash;
            }
        }
        Ok(())
    }

    /// Every state that a stream was in during a window, its first one included.
    pub(super) fn states<D: Decider>(&self, stream: &StreamName, window: Window) -> Result<Vec<D::State>, Violation> {
        let (from, until) = window.unwrap_or((0, usize::MAX));
        let mut state = D::State::default();
        let mut states = vec![];
        for (place, commit) in self.streams.get(stream).into_iter().flatten() {
            if *place >= until {
                break;
            }
            if *place >= from {
                states.push(state.clone());
            }
            let events = commit.events.decode::<D::Event>().map_err(|error| unreadable(stream, error))?;
            state = fold::<D>(state, &events);
        }
        states.push(state);
        Ok(states)
    }

    /// The state that a stream is in at the end.
    pub(super) fn last<D: Decider>(&self, stream: &StreamName) -> Result<D::State, Violation> {
        Ok(self.states::<D>(stream, Some((usize::MAX, usize::MAX)))?.pop().unwrap_or_default())
    }
}
