//! Several processes with clocks of their own, and the clients that use them at the same time.

use crate::broken::{Bend, Defect, Ground, Used, fresh};
use crate::executor::{self, Task, given_up_after};
use crate::recording::{Answer, Recorded, Recording, Sent};
use crate::shelf::{Command, Not, Shelf, State};
use eventsourcing::faulty::{Fault, FaultyLog, Odds, yield_now};
use eventsourcing::{
    Actor, Clock, Commands, Commit, CommitId, Correlation, Digest, Done, ExecuteError, LogError, Metadata, Randomness,
    StreamName, Timestamp, Version,
};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const STREAMS: [&str; 2] = ["shelf-1", "shelf-2"];
const PROCESSES: usize = 3;
const CLIENTS: usize = 4;
const TURNS: usize = 8;
const HOUR_MS: i64 = 3_600_000;

/// How a run is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) odds: Odds,
    pub(crate) defect: Option<Defect>,
    pub(crate) bend: Option<Bend>,
    /// A process remembers nothing from one command to the next.
    pub(crate) forgetful: bool,
    /// Clients send a command again: because its fate is unknown, or for no reason.
    pub(crate) repeats: bool,
    /// A command that is sent again bears another id.
    pub(crate) fresh_ids: bool,
}

impl Setting {
    /// Every fault and all kinds of traffic, on what keeps all the rules.
    pub(crate) const ALL: Self =
        Self { odds: Odds::ROUGH, defect: None, bend: None, forgetful: false, repeats: true, fresh_ids: false };
}

/// What a run leaves to be judged.
pub(crate) struct Left {
    pub(crate) recorded: Recorded,
    pub(crate) streams: Vec<(StreamName, Vec<Commit>)>,
    pub(crate) struck: BTreeMap<Fault, u64>,
}

/// A process's host: a clock that jumps by an hour, and the run's chance.
struct Host<'a> {
    recording: &'a Recording,
    rng: Mutex<Rng>,
    off_ms: Mutex<i64>,
}

impl Clock for &Host<'_> {
    fn now(&self) -> Timestamp {
        let mut off_ms = self.off_ms.lock().unwrap();
        let mut rng = self.rng.lock().unwrap();
        if rng.u8(..8) == 0 {
            *off_ms = [-HOUR_MS, 0, HOUR_MS][rng.usize(..3)];
        }
        let passed = i64::try_from(self.recording.lock().moment()).unwrap() * 10;
        Timestamp(1_700_000_000_000 + passed + *off_ms)
    }

    async fn sleep(&self, _: Duration) {
        let steps = self.rng.lock().unwrap().u8(..8);
        for _ in 0..steps {
            yield_now().await;
        }
    }
}

impl Randomness for &Host<'_> {
    fn bits(&self) -> u128 {
        self.rng.lock().unwrap().u128(..)
    }
}

type Shelves<'a> = Commands<Shelf, Used<'a>, &'a Host<'a>>;

struct World<'a> {
    setting: Setting,
    recording: &'a Recording,
    log: &'a FaultyLog<Ground<'a>>,
    hosts: &'a [Host<'a>],
    processes: Vec<Mutex<Arc<Shelves<'a>>>>,
}

/// Runs all that a seed has in store.
pub(crate) fn run(seed: u64, setting: Setting) -> Left {
    let mut rng = Rng::with_seed(seed);
    let recording = Recording::default();
    let log = FaultyLog::new(Ground::new(&recording, setting.defect), rng.u64(..), setting.odds);
    let host = |rng: &mut Rng| Host { recording: &recording, rng: Mutex::new(rng.fork()), off_ms: Mutex::new(0) };
    let hosts: Vec<_> = (0..PROCESSES).map(|_| host(&mut rng)).collect();
    {
        let start = |host| Mutex::new(Arc::new(Commands::new(Used::new(&log, setting.bend), host)));
        let processes = hosts.iter().map(start).collect();
        let world = World { setting, recording: &recording, log: &log, hosts: &hosts, processes };
        let clients = (0..CLIENTS).map(|client| Box::pin(world.client(client, rng.fork())) as Task<'_>).collect();
        executor::run(&mut rng, clients);
        executor::run(&mut rng, vec![Box::pin(world.afterwards())]);
    }
    let streams = STREAMS.map(|name| name.parse().unwrap()).map(|name| (log.log().commits(&name), name));
    let streams = streams.into_iter().map(|(commits, name)| (name, commits)).collect();
    let struck = log.struck();
    drop((hosts, log));
    Left { recorded: recording.into_inner(), streams, struck }
}

impl<'a> World<'a> {
    /// One client: one command after the other, each sent until its fate is known or the client loses patience.
    async fn client(&self, client: usize, mut rng: Rng) {
        for turn in 0..TURNS {
            let sent = self.choose(&mut rng, client, turn);
            let tries = if self.setting.repeats { rng.u8(1..=4) } else { 1 };
            for _ in 0..tries {
                let patience = if rng.u8(..16) == 0 { rng.u32(1..20) } else { u32::MAX };
                let answer = self.send(sent, &mut rng, patience).await;
                if answer != Answer::Unknown && rng.u8(..4) != 0 {
                    break;
                }
            }
        }
    }

    /// When all has come to rest, every command is sent once more.
    async fn afterwards(&self) {
        self.log.settle().await;
        if !self.setting.repeats {
            return;
        }
        let mut rng = Rng::with_seed(0);
        let all = self.recording.lock().sent.len();
        for sent in 0..all {
            self.send(sent, &mut rng, u32::MAX).await;
        }
    }

    /// A new command, one that was sent before by whomever, or another one under an id that was used before.
    fn choose(&self, rng: &mut Rng, client: usize, turn: usize) -> usize {
        let mut recorded = self.recording.lock();
        let before = recorded.sent.len();
        let again = self.setting.repeats && before > 0;
        let kind = rng.u8(..12);
        if again && kind == 0 {
            return rng.usize(..before);
        }
        let name = format!("c{client}-{turn}");
        let command = match rng.u8(..10) {
            0..4 => Command::Put(rng.u32(1..=3)),
            4..8 => Command::Take(rng.u32(1..=3)),
            _ => Command::Lock(rng.u8(..3) == 0),
        };
        let mut sent = Sent {
            stream: STREAMS[usize::from(rng.u8(..3) == 0)].parse().unwrap(),
            id: CommitId::of_key(["client", "POST", "/shelves", &name]),
            digest: Digest::of(&command).unwrap(),
            expected: None,
            cause: None,
            name,
            command,
        };
        if again && kind == 1 {
            let other = rng.choice(&recorded.sent).unwrap();
            let known = |known: &Sent| known.id == other.id && known.command == command;
            if !recorded.sent.iter().any(known) {
                (sent.stream, sent.id) = (other.stream.clone(), other.id.clone());
            }
        }
        if rng.u8(..6) == 0 {
            let seen = recorded.landings.iter().filter(|landing| landing.commit.stream == sent.stream);
            let newest = seen.map(|landing| landing.commit.last_version()).max().unwrap_or_default();
            sent.expected = Some(Version(newest.0.saturating_sub(u64::from(rng.u8(..2)))));
        }
        if kind > 8
            && let Some(landing) = rng.choice(&recorded.landings)
            && landing.commit.stream != sent.stream
        {
            let cause = landing.commit.cause(landing.commit.events.count() - 1);
            sent.id = CommitId::of_event(&cause.event, &sent.name);
            sent.cause = Some(cause);
        }
        recorded.sent.push(sent);
        before
    }

    /// Sends a command to one of the processes, which may have restarted, and waits for its answer so many steps.
    async fn send(&self, number: usize, rng: &mut Rng, patience: u32) -> Answer {
        let sent = self.recording.lock().sent[number].clone();
        let id = if self.setting.fresh_ids { fresh(&sent.id, self.recording) } else { sent.id };
        let metadata = Metadata {
            id,
            digest: sent.digest,
            correlation: Correlation { id: sent.name, client: None },
            cause: sent.cause,
            actor: Actor("client".to_owned()),
            expected: sent.expected,
        };
        let process = self.process(rng);
        let number = self.recording.lock().invoked(number);
        let answer = given_up_after(patience, process.execute(&sent.stream, &sent.command, &metadata)).await;
        let answer = answer.map_or(Answer::Unknown, answered);
        self.recording.lock().answered(number, answer.clone());
        answer
    }

    fn process(&self, rng: &mut Rng) -> Arc<Shelves<'a>> {
        let number = rng.usize(..PROCESSES);
        let mut process = self.processes[number].lock().unwrap();
        if self.setting.forgetful || rng.u8(..12) == 0 {
            *process = Arc::new(Commands::new(Used::new(self.log, self.setting.bend), &self.hosts[number]));
        }
        process.clone()
    }
}

fn answered(result: Result<Done<State>, ExecuteError<Not>>) -> Answer {
    match result {
        Ok(Done { state, version, committed_at, effect }) => Answer::Done { effect, version, state, committed_at },
        Err(ExecuteError::Refused(why)) => Answer::Refused(why),
        Err(ExecuteError::VersionMismatch { expected, actual }) => Answer::Mismatch { expected, actual },
        Err(ExecuteError::OtherContent) => Answer::OtherContent,
        Err(ExecuteError::Contended) => Answer::Contended,
        Err(ExecuteError::Log(LogError::Unavailable(_))) => Answer::Unknown,
        Err(error @ (ExecuteError::Log(_) | ExecuteError::TooLarge(_))) => Answer::Wrong(error.to_string()),
    }
}
