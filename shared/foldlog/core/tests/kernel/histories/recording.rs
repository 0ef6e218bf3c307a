//! The events of a run, in order: commands that were sent, commits that were stored, answers that were given.

use crate::histories::shelf::{Command, Not, State};
use foldlog::{Cause, CommandId, Commit, Digest, Effect, StreamName, Timestamp, Version};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// A position in the order of all events of the run: no two events have the same.
pub(crate) type Moment = u64;

/// A command of a client, sent once or more. Commits carry its name as their correlation.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) name: String,
    pub(crate) stream: StreamName,
    pub(crate) command: Command,
    pub(crate) id: CommandId,
    pub(crate) digest: Digest,
    pub(crate) expected: Option<Version>,
    /// The event of another stream that it follows from.
    pub(crate) cause: Option<Cause>,
}

/// The answer to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done {
        effect: Effect,
        version: Version,
        state: State,
        committed_at: Option<Timestamp>,
    },
    Refused(Not),
    Mismatch {
        expected: Version,
        actual: Version,
    },
    OtherContent,
    Contended,
    /// The log was unavailable, or the client gave up, or its process ended.
    Unknown,
    /// An answer that must not occur in such a run.
    Wrong(String),
}

/// One try of a command.
#[derive(Clone, Debug)]
pub(crate) struct Try {
    /// The command.
    pub(crate) sent: usize,
    pub(crate) invoked: Moment,
    pub(crate) answered: Moment,
    pub(crate) answer: Answer,
}

/// A commit that came into the log.
#[derive(Clone, Debug)]
pub(crate) struct Landing {
    pub(crate) moment: Moment,
    pub(crate) commit: Commit,
}

/// An observation of a process on its way to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// A load that ended at a snapshot.
    SnapshotRead,
    /// A load that found a snapshot of another schema.
    SnapshotPassedOver,
    /// A search for a command in the log,
    Searched,
    /// which found it.
    FoundBySearch,
}

#[derive(Debug, Default)]
pub(crate) struct Recorded {
    now: Moment,
    pub(crate) seen: BTreeMap<Seen, u64>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) tries: Vec<Try>,
    pub(crate) landings: Vec<Landing>,
}

impl Recorded {
    pub(crate) fn moment(&mut self) -> Moment {
        self.now += 1;
        self.now
    }

    pub(crate) fn saw(&mut self, what: Seen) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Records that a commit is in the log, if it was not known.
    pub(crate) fn landed(&mut self, commit: &Commit) {
        if !self.landings.iter().any(|landing| landing.commit == *commit) {
            let moment = self.moment();
            self.landings.push(Landing { moment, commit: commit.clone() });
        }
    }

    pub(crate) fn invoked(&mut self, sent: usize) -> usize {
        let invoked = self.moment();
        self.tries.push(Try { sent, invoked, answered: Moment::MAX, answer: Answer::Unknown });
        self.tries.len() - 1
    }

    pub(crate) fn answered(&mut self, number: usize, answer: Answer) {
        let moment = self.moment();
        let one = &mut self.tries[number];
        (one.answered, one.answer) = (moment, answer);
    }

    /// The commands whose last try has no answer.
    pub(crate) fn unknown_at_the_end(&self) -> Vec<&str> {
        let last = |number| self.tries.iter().rfind(|one| one.sent == number);
        let unknown = |number: &usize| last(*number).is_none_or(|one| one.answer == Answer::Unknown);
        (0..self.sent.len()).filter(unknown).map(|number| self.sent[number].name.as_str()).collect()
    }

    /// The whole run, a line for each event.
    pub(crate) fn lines(&self) -> String {
        let mut lines = vec![];
        for (number, one) in self.tries.iter().enumerate() {
            let sent = &self.sent[one.sent];
            let expected = sent.expected.map_or(String::new(), |version| format!(" on {version}"));
            let what = format!("{} {:?}{expected} as {}", sent.stream, sent.command, &sent.id.as_str()[..6]);
            lines.push((one.invoked, format!("#{number} {} sends {what}", sent.name)));
            lines.push((one.answered, format!("#{number} {} is answered {:?}", sent.name, one.answer)));
        }
        for Landing { moment, commit } in &self.landings {
            let what = format!("{}@{} {}", commit.stream, commit.version, commit.events.text());
            lines.push((*moment, format!("{} LANDS {what} at {}", commit.correlation.id, commit.committed_at)));
        }
        lines.sort();
        let lines: Vec<_> = lines.iter().map(|(moment, line)| format!("{moment:>5} {line}")).collect();
        lines.join("\n")
    }
}

/// A recording that is being made.
#[derive(Debug, Default)]
pub(crate) struct Recording(Mutex<Recorded>);

impl Recording {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().unwrap()
    }

    pub(crate) fn into_inner(self) -> Recorded {
        self.0.into_inner().unwrap()
    }
}
