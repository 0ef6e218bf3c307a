//! Only its owner can see a stream: other callers learn neither its version, nor the result of a command, nor that it
//! exists.

use crate::counter::{StillHost, on_version, stream};
use foldlog::{
    Actor, CommandId, Commands, Correlation, Decider, Digest, Effect, Event, ExecuteError, Executed, Metadata, Refusal,
    RefusalKind, Version,
};
use foldlog_testing::memory::MemoryLog;
use serde::{Deserialize, Serialize};

/// A box that its owner puts pieces into, and may hand over.
struct Chest;

#[derive(Clone, Debug, Serialize)]
struct Command {
    by: String,
    action: Action,
}

#[derive(Clone, Debug, Serialize)]
enum Action {
    Open,
    Put,
    HandOver(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Happened {
    Opened { owner: String },
    Put {},
    HandedOver { to: String },
}

impl Event for Happened {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
enum Not {
    #[error("there is no such box")]
    Unknown,
}

impl Refusal for Not {
    fn kind(&self) -> RefusalKind {
        RefusalKind::NotFound
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    owner: Option<String>,
    pieces: u32,
}

impl Decider for Chest {
    const CATEGORY: &'static str = "counter";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = State;
    type Command = Command;
    type Event = Happened;
    type Refusal = Not;

    fn visible(state: &State, command: &Command) -> Result<(), Not> {
        match (&state.owner, &command.action) {
            (Some(owner), _) if *owner == command.by => Ok(()),
            (None, Action::Open) => Ok(()),
            (Some(_), _) | (None, Action::Put | Action::HandOver(_)) => Err(Not::Unknown),
        }
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Happened>, Not> {
        Ok(match &command.action {
            Action::Open if state.owner.is_some() => vec![],
            Action::Open => vec![Happened::Opened { owner: command.by.clone() }],
            Action::Put => vec![Happened::Put {}],
            Action::HandOver(to) => vec![Happened::HandedOver { to: to.clone() }],
        })
    }

    fn evolve(state: State, event: &Happened) -> State {
        match event.clone() {
            Happened::Opened { owner: to } | Happened::HandedOver { to } => State { owner: Some(to), ..state },
            Happened::Put {} => State { pieces: state.pieces + 1, ..state },
        }
    }
}

type Chests = Commands<Chest, MemoryLog, StillHost>;

fn cold(log: &MemoryLog) -> Chests {
    Commands::new(log.clone(), StillHost::default())
}

fn command(by: &str, action: Action) -> Command {
    Command { by: by.to_owned(), action }
}

/// The metadata of a command under a key, from any sender.
fn keyed(key: &str, command: &Command) -> Metadata {
    Metadata {
        id: CommandId::of_key(["", "POST", "/boxes", key]),
        digest: Digest::of(command).unwrap(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor(command.by.clone()),
        expected: None,
    }
}

async fn send(chests: &Chests, key: &str, command: Command) -> Result<Executed<State>, ExecuteError<Not>> {
    chests.execute(&stream(), &command, &keyed(key, &command)).await
}

async fn send_on(
    chests: &Chests,
    version: u64,
    key: &str,
    command: Command,
) -> Result<Executed<State>, ExecuteError<Not>> {
    chests.execute(&stream(), &command, &on_version(version, keyed(key, &command))).await
}

/// A box of Alice's with one piece in it.
async fn of_alice() -> MemoryLog {
    let log = MemoryLog::default();
    send(&cold(&log), "open", command("alice", Action::Open)).await.unwrap();
    send(&cold(&log), "put", command("alice", Action::Put)).await.unwrap();
    log
}

#[tokio::test]
async fn another_caller_learns_no_version_whatever_he_expects() {
    let log = of_alice().await;
    let warm = cold(&log);
    send(&warm, "warm", command("alice", Action::Put)).await.unwrap();
    for chests in [cold(&log), warm] {
        for version in 0..5 {
            let refused = send_on(&chests, version, "of bob", command("bob", Action::Put)).await;
            assert!(matches!(refused, Err(ExecuteError::Refused(Not::Unknown))), "{version}: {refused:?}");
        }
        let mismatch = send_on(&chests, 1, "of alice", command("alice", Action::Put)).await;
        assert!(matches!(mismatch, Err(ExecuteError::VersionMismatch { actual: Version(3), .. })), "{mismatch:?}");
    }
    assert_eq!(log.commits(&stream()).len(), 3);
}

#[tokio::test]
async fn another_caller_who_knows_the_id_of_a_command_gets_neither_its_answer_nor_that_it_was_used() {
    let log = of_alice().await;
    for key in ["open", "put"] {
        for action in [Action::Open, Action::Put] {
            let refused = send(&cold(&log), key, command("bob", action)).await;
            assert!(matches!(refused, Err(ExecuteError::Refused(Not::Unknown))), "{refused:?}");
        }
    }
    let stolen = command("bob", Action::Put);
    let of_alice = keyed("put", &command("alice", Action::Put));
    let refused = cold(&log).execute(&stream(), &stolen, &of_alice).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(Not::Unknown))), "{refused:?}");
}

#[tokio::test]
async fn a_stream_that_is_not_there_looks_like_one_of_somebody_else() {
    let refused = send_on(&cold(&MemoryLog::default()), 1, "put", command("bob", Action::Put)).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(Not::Unknown))), "{refused:?}");
}

#[tokio::test]
async fn its_owner_s_repetition_is_answered_as_the_first_time_after_the_stream_moved_on() {
    let log = of_alice().await;
    for number in 0..3 {
        send(&cold(&log), &number.to_string(), command("alice", Action::Put)).await.unwrap();
    }
    let again = send_on(&cold(&log), 1, "put", command("alice", Action::Put)).await.unwrap();
    assert_eq!((again.state.pieces, again.version, again.effect), (1, Version(2), Effect::Repeated));
}

#[tokio::test]
async fn what_is_remembered_is_never_the_ground_for_not_seeing_a_stream() {
    let log = of_alice().await;
    let here = cold(&log);
    send(&here, "seen", command("alice", Action::Put)).await.unwrap();
    send(&cold(&log), "over", command("alice", Action::HandOver("bob".to_owned()))).await.unwrap();
    let done = send(&here, "of bob", command("bob", Action::Put)).await.unwrap();
    assert_eq!((done.state.pieces, done.version, done.effect), (3, Version(5), Effect::Appended));
    let gone = send(&here, "put", command("alice", Action::Put)).await;
    assert!(matches!(gone, Err(ExecuteError::Refused(Not::Unknown))), "it is not hers any more: {gone:?}");
}
