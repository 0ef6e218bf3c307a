//! The commands that clients send: their own, reactions to events of the other stream, and repetitions.

use crate::histories::recording::{Landing, Recorded, Sent};
use crate::histories::shelf::Command;
use fastrand::Rng;
use foldlog::{Cause, CommandId, Digest, Version};

pub(crate) const STREAMS: [&str; 2] = ["shelf-1", "shelf-2"];

impl Sent {
    /// A client's command under a key of its own.
    fn new(name: String, stream: &str, command: Command) -> Self {
        Self {
            stream: stream.parse().unwrap(),
            id: CommandId::of_key(["client", "POST", "/shelves", &name]),
            digest: Digest::of(&command).unwrap(),
            expected: None,
            cause: None,
            name,
            command,
        }
    }

    /// The same command, as a reaction to the last event of a commit.
    fn following(self, Landing { commit, .. }: &Landing) -> Self {
        let cause: Cause = commit.cause(commit.events.count() - 1);
        Self { id: CommandId::of_event(&cause.event, &self.name), cause: Some(cause), ..self }
    }
}

impl Recorded {
    /// A new command, one that any client sent before, or another one under a used id.
    pub(crate) fn choose(&mut self, rng: &mut Rng, name: String, repeats: bool) -> usize {
        let before = self.sent.len();
        let again = repeats && before > 0;
        let kind = rng.u8(..12);
        if again && kind == 0 {
            return rng.usize(..before);
        }
        let command = match rng.u8(..10) {
            0..4 => Command::Put(rng.u32(1..=3)),
            4..8 => Command::Take(rng.u32(1..=3)),
            _ => Command::Lock(rng.u8(..3) == 0),
        };
        let mut sent = Sent::new(name, STREAMS[usize::from(rng.u8(..3) == 0)], command);
        if again && kind == 1 {
            let other = rng.choice(&self.sent).unwrap();
            let known = |known: &Sent| known.id == other.id && known.command == command;
            if !self.sent.iter().any(known) {
                (sent.stream, sent.id) = (other.stream.clone(), other.id.clone());
            }
        }
        if rng.u8(..6) == 0 {
            let seen = self.landings.iter().filter(|landing| landing.commit.stream == sent.stream);
            let newest = seen.map(|landing| landing.commit.last_version()).max().unwrap_or_default();
            sent.expected = Some(Version(newest.0.saturating_sub(u64::from(rng.u8(..2)))));
        }
        let elsewhere = self.landings.iter().filter(|landing| landing.commit.stream != sent.stream);
        if kind > 6
            && let Some(landing) = rng.choice(elsewhere.collect::<Vec<_>>())
        {
            sent = sent.following(landing);
        }
        self.sent.push(sent);
        before
    }

    /// One of many commands that a stream takes one after the other, a client's and a reaction in turn. The first one
    /// ensures that.
    pub(crate) fn follow(&mut self, stream: &str, nth: usize) -> usize {
        let command = match nth {
            0 => Command::Lock(false),
            _ if nth % 4 < 2 => Command::Put(1),
            _ => Command::Take(1),
        };
        let mut sent = Sent::new(format!("{stream}-{nth}"), stream, command);
        let newest = self.landings.iter().rfind(|landing| landing.commit.stream != sent.stream);
        if nth % 2 == 1
            && let Some(landing) = newest
        {
            sent = sent.following(landing);
        }
        self.sent.push(sent);
        self.sent.len() - 1
    }
}
