//! The streams of a run, commit by commit, and which of their commands must be recognised at which version.

use crate::histories::recording::{Moment, Recorded, Sent, Try};
use crate::histories::shelf::{Happened, Shelf, State};
use crate::histories::world::Left;
use foldlog::write::decider::fold;
use foldlog::{Commit, StreamName, Version};

/// One stream, commit by commit.
pub(crate) struct Stream<'a> {
    pub(crate) commits: &'a [Commit],
    /// When each commit was stored.
    pub(crate) landed: Vec<Moment>,
    /// The state and the version before each commit, and at the end.
    pub(crate) before: Vec<(State, Version)>,
    /// The smallest window of commands of any process.
    window: usize,
}

impl Left {
    /// The streams.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (&StreamName, Stream<'_>)> {
        self.streams.iter().map(|(name, commits)| (name, Stream::new(commits, &self.recorded, self.window)))
    }
}

impl<'a> Stream<'a> {
    fn new(commits: &'a [Commit], recorded: &Recorded, window: usize) -> Self {
        let landed = |commit: &Commit| {
            let landing = recorded.landings.iter().find(|landing| landing.commit == *commit);
            landing.map_or(Moment::MAX, |landing| landing.moment)
        };
        let mut before = vec![(State::default(), Version::NONE)];
        for commit in commits {
            let (state, _) = before[before.len() - 1].clone();
            let events = commit.events.decode::<Happened>().unwrap();
            before.push((fold::<Shelf>(state, &events), commit.last_version()));
        }
        Self { commits, landed: commits.iter().map(landed).collect(), before, window }
    }

    /// How many commits it had at a moment.
    pub(crate) fn length_at(&self, moment: Moment) -> usize {
        self.landed.iter().filter(|landed| **landed < moment).count()
    }

    /// Whether a condition held at some moment of a try.
    pub(crate) fn ever(&self, one: &Try, so: impl Fn(&State, Version) -> bool) -> bool {
        let window = &self.before[self.length_at(one.invoked)..=self.length_at(one.answered)];
        window.iter().any(|(state, version)| so(state, *version))
    }

    /// Whether a commit is of this command.
    pub(crate) fn is_of(&self, place: usize, sent: &Sent) -> bool {
        self.commits[place].correlation.id == sent.name
    }

    /// Whether a commit has the command's id.
    pub(crate) fn has_id(&self, place: usize, sent: &Sent) -> bool {
        self.commits[place].id == sent.id
    }

    /// The position of a command.
    pub(crate) fn places(&self, sent: &Sent) -> Vec<usize> {
        (0..self.commits.len()).filter(|place| self.is_of(*place, sent)).collect()
    }

    /// The position of its id with other content.
    pub(crate) fn siblings(&self, sent: &Sent) -> Vec<usize> {
        let other = |place: &usize| self.has_id(*place, sent) && self.commits[*place].digest != sent.digest;
        (0..self.commits.len()).filter(other).collect()
    }

    /// Whether enough commits of its kind, clients' or reactions', are between a commit and the one at `until`, so that
    /// the window may have lost it.
    pub(crate) fn is_beyond_the_window(&self, place: usize, until: usize) -> bool {
        let kind = |commit: &Commit| commit.causation.is_some();
        let behind = self.commits[..until].iter().skip(place + 1);
        behind.filter(|commit| kind(commit) == kind(&self.commits[place])).count() >= self.window
    }

    /// The rule of recognition: whether the command at `place` must be recognised by its id when a command is decided
    /// after the first `until` commits. It must be recognised
    ///
    /// - if it created the stream, forever;
    /// - if it follows from an event of another stream and so does the command, forever: the log is searched for
    ///   reactions, back to their cause;
    /// - otherwise, while it is among the newest of its kind, clients' or reactions', as many as the process with the
    ///   smallest window remembers.
    ///
    /// If not, it may be recognised by a process that remembers more, or decided again: both are right.
    pub(crate) fn has_to_be_known(&self, place: usize, until: usize, sent: &Sent) -> bool {
        let searched = self.commits[place].causation.is_some() && sent.cause.is_some();
        place == 0 || searched || !self.is_beyond_the_window(place, until)
    }
}
