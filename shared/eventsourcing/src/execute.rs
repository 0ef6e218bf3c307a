//! Carrying out a command: load, recognise a repetition, decide, append.

use crate::commit::{Actor, Correlation, Draft};
use crate::decider::{Decider, fold, replay};
use crate::event::Events;
use crate::hash::Digest;
use crate::identity::{Cause, CommitId};
use crate::log::{AppendError, Consistency, EventLog, History, LogError};
use crate::ports::{Clock, Randomness};
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use std::time::Duration;

/// How often a command is decided anew after another commit came first, before the client is asked to come again.
const ATTEMPTS: u32 = 12;
/// The longest first pause between two attempts; each further one may be twice as long.
const FIRST_PAUSE_MS: u64 = 5;
/// The longest pause of all.
const LONGEST_PAUSE_MS: u64 = 400;

/// What surrounds a command: who and why, and how a repetition is recognised.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The command's id.
    pub id: CommitId,
    /// The digest of its content.
    pub digest: Digest,
    /// What it belongs to.
    pub correlation: Correlation,
    /// The event it follows from.
    pub cause: Option<Cause>,
    /// Who acts.
    pub actor: Actor,
    /// The version that the stream must have, where the client named one.
    pub expected: Option<Version>,
}

/// What became of a command that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Its events are in the log.
    Appended,
    /// It had been carried out before, and this is what was answered then.
    Repeated,
    /// There was nothing to do.
    Unchanged,
}

/// The stream as the command left it.
#[derive(Clone, Debug)]
pub struct Done<S> {
    /// Its state; for a repetition, that after the first time.
    pub state: S,
    /// Its version then.
    pub version: Version,
    /// When its last commit was committed; nothing for a stream without any.
    pub committed_at: Option<Timestamp>,
    /// What became of the command.
    pub effect: Effect,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R> {
    /// The stream's rules do not allow it.
    #[error("{0}")]
    Refused(R),
    /// The stream is not at the version that the client named.
    #[error("the version is {actual}, not {expected}")]
    VersionMismatch {
        /// What the client named.
        expected: Version,
        /// What it is.
        actual: Version,
    },
    /// The command's id was used for a command of other content.
    #[error("the same command id was used with other content")]
    OtherContent,
    /// Others were first, again and again.
    #[error("lost the race for the stream {ATTEMPTS} times")]
    Contended,
    /// The events do not serialise or do not fit.
    #[error("{0}")]
    TooLarge(String),
    /// The log failed. Where it was unavailable, whether the command was carried out is unknown: repeat it under the
    /// same id.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Carries out one command on one stream.
///
/// A repetition, recognised by its id among the stream's commits, is answered as the first time. A refusal, a no-op or
/// a version mismatch found on an eventually consistent read is decided again on a strongly consistent one before it
/// is answered. A lost race is decided again on what the winner left, after a pause with full jitter.
pub async fn execute<D, L, H>(
    log: &L,
    host: &H,
    stream: &StreamName,
    command: &D::Command,
    metadata: &Metadata,
) -> Result<Done<D::State>, ExecuteError<D::Refusal>>
where
    D: Decider,
    L: EventLog,
    H: Clock + Randomness,
{
    let mut consistency = Consistency::Eventual;
    for attempt in 0..ATTEMPTS {
        let mut history = log.load(stream, consistency).await?;
        let mut tried = attempt_on::<D>(&history, command, metadata);
        if consistency == Consistency::Eventual && !matches!(tried, Ok(Attempt::Append(..) | Attempt::Repeated(_))) {
            consistency = Consistency::Strong;
            history = log.load(stream, consistency).await?;
            tried = attempt_on::<D>(&history, command, metadata);
        }
        let (state, events) = match tried? {
            Attempt::Append(state, events) => (state, events),
            Attempt::Repeated(done) | Attempt::Unchanged(done) => return Ok(done),
        };
        let draft = Draft {
            events: Events::encode(&events).map_err(|error| ExecuteError::TooLarge(error.to_string()))?,
            id: metadata.id.clone(),
            digest: metadata.digest,
            now: host.now(),
            correlation: metadata.correlation.clone(),
            cause: metadata.cause.clone(),
            actor: metadata.actor.clone(),
        };
        match log.append(history.head(), draft).await {
            Ok(commit) => {
                // What stands in the log may be what an earlier try of this command decided, at another price.
                let events = commit.events.decode().map_err(|error| LogError::unreadable(&commit, &error))?;
                return Ok(Done {
                    state: fold::<D>(state, &events),
                    version: commit.last_version(),
                    committed_at: Some(commit.committed_at),
                    effect: Effect::Appended,
                });
            }
            Err(AppendError::Conflict) => {
                consistency = Consistency::Strong;
                host.sleep(pause(attempt, host.bits())).await;
            }
            Err(error @ AppendError::TooLarge { .. }) => return Err(ExecuteError::TooLarge(error.to_string())),
            Err(AppendError::Log(error)) => return Err(error.into()),
        }
    }
    Err(ExecuteError::Contended)
}

/// What a command comes to on one reading of the stream.
enum Attempt<S, E> {
    Append(S, Vec<E>),
    Repeated(Done<S>),
    Unchanged(Done<S>),
}

type Tried<D> = Result<Attempt<<D as Decider>::State, <D as Decider>::Event>, ExecuteError<<D as Decider>::Refusal>>;

fn attempt_on<D: Decider>(history: &History, command: &D::Command, metadata: &Metadata) -> Tried<D> {
    if let Some(index) = history.commits().iter().position(|commit| commit.id == metadata.id) {
        let (first, _) = history.commits().split_at(index + 1);
        if first.last().is_none_or(|commit| commit.digest != metadata.digest) {
            return Err(ExecuteError::OtherContent);
        }
        let then = History::prove(history.head().stream(), first.to_vec())?;
        return Ok(Attempt::Repeated(standing::<D>(&then, Effect::Repeated)?));
    }
    let actual = history.head().version();
    if let Some(expected) = metadata.expected.filter(|expected| *expected != actual) {
        return Err(ExecuteError::VersionMismatch { expected, actual });
    }
    let standing = standing::<D>(history, Effect::Unchanged)?;
    let events = D::decide(&standing.state, command).map_err(ExecuteError::Refused)?;
    Ok(if events.is_empty() { Attempt::Unchanged(standing) } else { Attempt::Append(standing.state, events) })
}

fn standing<D: Decider>(history: &History, effect: Effect) -> Result<Done<D::State>, LogError> {
    Ok(Done {
        state: replay::<D>(history)?,
        version: history.head().version(),
        committed_at: history.commits().last().map(|commit| commit.committed_at),
        effect,
    })
}

/// Full jitter: anything between nothing and the attempt's longest pause.
fn pause(attempt: u32, bits: u128) -> Duration {
    let longest = FIRST_PAUSE_MS.saturating_mul(1 << attempt.min(16)).min(LONGEST_PAUSE_MS);
    let [.., low] = bits.to_be_bytes().map(u64::from);
    Duration::from_micros(longest * 1_000 * low / 255)
}
