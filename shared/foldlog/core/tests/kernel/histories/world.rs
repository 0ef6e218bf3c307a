//! Several processes with clocks of their own, and the clients that use them at the same time.

use crate::histories::broken::{Defect, Ground};
use crate::histories::executor::{self, Task, given_up_after};
use crate::histories::process::{Host, Process, Release, true_time};
use crate::histories::recording::{Answer, Recorded, Recording};
use crate::histories::shelf::Sending;
use crate::histories::traffic::STREAMS;
use crate::histories::used::{Bend, Used, fresh};
use fastrand::Rng;
use foldlog::{Actor, Commit, Correlation, Metadata, SnapshotPolicy, StreamName};
use foldlog_testing::faulty::{Fault, FaultyLog, Odds};
use std::collections::BTreeMap;
use std::sync::Mutex;

const PROCESSES: usize = 3;
const CLIENTS: usize = 4;
const TURNS: usize = 10;
/// A process remembers fewer than this many commands beyond the smallest window.
const MOST_BEYOND: usize = 3;

/// The settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) odds: Odds,
    pub(crate) defect: Option<Defect>,
    pub(crate) bend: Option<Bend>,
    /// The log recognises reactions by markers.
    pub(crate) marks: bool,
    /// A process remembers nothing from one command to the next.
    pub(crate) forgetful: bool,
    /// Clients send a command again: because its fate is unknown, or without a reason.
    pub(crate) repeats: bool,
    /// The difference of a command that is sent again.
    pub(crate) again: Again,
    /// The release that runs on a host. If there are two, each start picks one.
    pub(crate) releases: [Release; 2],
}

impl Setting {
    /// Every fault and all kinds of traffic, without a broken rule.
    pub(crate) const ALL: Self = Self {
        odds: Odds::ROUGH,
        defect: None,
        bend: None,
        marks: false,
        forgetful: false,
        repeats: true,
        again: Again::Same,
        releases: [Release::Present, Release::Later],
    };
}

/// The difference of a command that is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// None, as it must be.
    Same,
    /// It has another id.
    UnderAnotherId,
    /// The time of its cause is the moment at which it is sent.
    DatedByDelivery,
}

/// The result of a run, to be judged.
pub(crate) struct Left {
    pub(crate) recorded: Recorded,
    pub(crate) streams: Vec<(StreamName, Vec<Commit>)>,
    pub(crate) struck: BTreeMap<Fault, u64>,
    /// The smallest window of commands of any process.
    pub(crate) window: usize,
}

struct World<'a> {
    setting: Setting,
    recording: &'a Recording,
    log: &'a FaultyLog<Ground<'a>>,
    hosts: &'a [Host<'a>],
    window: usize,
    processes: Vec<Mutex<Process<'a>>>,
}

/// Runs the history of a seed.
pub(crate) fn run(seed: u64, setting: Setting) -> Left {
    let mut rng = Rng::with_seed(seed);
    let recording = Recording::default();
    let log = FaultyLog::new(Ground::new(&recording, setting.defect, setting.marks), rng.u64(..), setting.odds);
    let hosts: Vec<_> = (0..PROCESSES).map(|_| Host::new(&recording, rng.fork())).collect();
    let window = rng.usize(1..=4);
    {
        let mut world = World { setting, recording: &recording, log: &log, hosts: &hosts, window, processes: vec![] };
        world.processes = (0..PROCESSES).map(|number| Mutex::new(world.start(number, number, &mut rng))).collect();
        let clients = (0..CLIENTS).map(|client| Box::pin(world.client(client, rng.fork())) as Task<'_>).collect();
        executor::run(&mut rng, clients);
        let last = rng.fork();
        executor::run(&mut rng, vec![Box::pin(world.afterwards(last))]);
    }
    let streams = STREAMS.map(|name| name.parse().unwrap()).map(|name| (log.store().commits(&name), name));
    let streams = streams.into_iter().map(|(commits, name)| (name, commits)).collect();
    let struck = log.struck();
    drop((hosts, log));
    Left { recorded: recording.into_inner(), streams, struck, window }
}

impl<'a> World<'a> {
    /// One client: one command after the other, each sent until its fate is known or the client loses patience.
    async fn client(&self, client: usize, mut rng: Rng) {
        for turn in 0..TURNS {
            let sent = self.recording.lock().choose(&mut rng, format!("c{client}-{turn}"), self.setting.repeats);
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

    /// When everything has come to rest, new commands drive the old ones out of every window. Then each is sent once
    /// more, to processes that remember nothing.
    async fn afterwards(&self, mut rng: Rng) {
        self.log.settle().await;
        if !self.setting.repeats {
            return;
        }
        for stream in STREAMS {
            for nth in 0..=2 * (self.window + MOST_BEYOND) {
                let sent = self.recording.lock().follow(stream, nth);
                self.send(sent, &mut rng, u32::MAX).await;
            }
        }
        for (number, process) in self.processes.iter().enumerate() {
            *process.lock().unwrap() = self.start(number, number, &mut rng);
        }
        let all = self.recording.lock().sent.len();
        for sent in 0..all {
            self.send(sent, &mut rng, u32::MAX).await;
        }
    }

    /// Sends a command to one of the processes, which may have restarted, and waits this many steps for its answer.
    async fn send(&self, number: usize, rng: &mut Rng, patience: u32) -> Answer {
        let mut sent = self.recording.lock().sent[number].clone();
        let before = self.recording.lock().tries.iter().any(|one| one.sent == number);
        match (self.setting.again, &mut sent.cause) {
            (Again::UnderAnotherId, _) if before => sent.id = fresh(&sent.id, self.recording),
            (Again::DatedByDelivery, Some(cause)) if before => cause.committed_at = true_time(self.recording),
            (Again::Same | Again::UnderAnotherId | Again::DatedByDelivery, _) => {}
        }
        let metadata = Metadata {
            id: sent.id,
            digest: sent.digest,
            correlation: Correlation { id: sent.name, client: None },
            cause: sent.cause,
            actor: Actor("client".to_owned()),
            expected: sent.expected,
        };
        let process = self.process(rng);
        let sending = Sending { command: sent.command, creates: rng.u8(..4) == 0 };
        let number = self.recording.lock().invoked(number);
        let answer = given_up_after(patience, process.execute(&sent.stream, &sending, &metadata)).await;
        let answer = answer.unwrap_or(Answer::Unknown);
        self.recording.lock().answered(number, answer.clone());
        answer
    }

    /// The process that a command is sent to, which may have to start first.
    fn process(&self, rng: &mut Rng) -> Process<'a> {
        let number = rng.usize(..PROCESSES);
        let mut process = self.processes[number].lock().unwrap();
        if self.setting.forgetful || rng.u8(..12) == 0 {
            *process = self.start(number, rng.usize(..2), rng);
        }
        process.clone()
    }

    /// A process that starts on one of the releases, with a random snapshot policy.
    fn start(&self, number: usize, release: usize, rng: &mut Rng) -> Process<'a> {
        let reach = SnapshotPolicy {
            commits: rng.usize(2..=6),
            bytes: rng.usize(100..=2_000),
            window: self.window + rng.usize(..MOST_BEYOND),
            ..SnapshotPolicy::default()
        };
        let release = self.setting.releases[release % 2];
        Process::start(release, Used::new(self.log, self.setting.bend), &self.hosts[number], reach)
    }
}
