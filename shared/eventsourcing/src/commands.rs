//! Carrying out commands: recognise a repetition, decide, append; one request where the stream is remembered.

use crate::cache::Streams;
use crate::commit::Draft;
use crate::decider::Decider;
use crate::event::Events;
use crate::execute::{Done, Effect, ExecuteError, Metadata};
use crate::log::{AppendError, Consistency, EventLog, History, LogError};
use crate::ports::{Clock, Randomness};
use crate::standing::{First, Standing};
use crate::stream::{StreamName, Version};
use std::time::Duration;

/// How often a command is decided anew after another commit came first, before the client is asked to come again.
const ATTEMPTS: u32 = 12;
/// The longest first pause between two attempts; each further one may be twice as long.
const FIRST_PAUSE_MS: u64 = 5;
/// The longest pause of all.
const LONGEST_PAUSE_MS: u64 = 400;

/// The commands of one stream type, as one process carries them out.
pub struct Commands<D: Decider, L, H> {
    log: L,
    host: H,
    streams: Streams<D>,
}

/// What a command comes to on what is known of the stream.
enum Attempt<E> {
    Append(Vec<E>),
    Repeated(First),
    Unchanged,
}

impl<D: Decider, L: EventLog, H: Clock + Randomness> Commands<D, L, H> {
    /// Commands on these ports, with nothing remembered yet.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self { log, host, streams: Streams::new() }
    }

    /// The log that they are appended to.
    #[must_use]
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// Where time and chance come from.
    #[must_use]
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// Carries out one command on one stream.
    ///
    /// Commands of this process for one stream queue behind each other. What was left by the one before is decided on
    /// without reading: the append is conditional on it. A repetition is recognised by its id and answered as the first
    /// time. A refusal, a no-op or a version mismatch is decided again on what the stream has beyond, read strongly,
    /// before it is answered. A lost race is decided again on what the winners left, after a pause with full jitter.
    pub async fn execute(
        &self,
        stream: &StreamName,
        command: &D::Command,
        metadata: &Metadata,
    ) -> Result<Done<D::State>, ExecuteError<D::Refusal>> {
        let slot = self.streams.slot(stream);
        let mut held = slot.lock().await;
        // Taken out until the end: whatever goes wrong on the way, nothing doubtful is left behind.
        let standing = match held.take() {
            Some(standing) => standing,
            None => Standing::of(&self.log.load(stream, Consistency::Eventual).await?)?,
        };
        let (standing, answer) = self.carry_out(standing, command, metadata).await?;
        if standing.head().version() != Version::NONE {
            self.streams.keep(stream, &slot, standing, &mut held);
        }
        answer
    }

    /// The stream as it is known afterwards, and the answer. Where the log fails, nothing is known.
    async fn carry_out(
        &self,
        mut standing: Standing<D>,
        command: &D::Command,
        metadata: &Metadata,
    ) -> Result<(Standing<D>, Result<Done<D::State>, ExecuteError<D::Refusal>>), LogError> {
        let mut caught_up = false;
        let mut tried = 0;
        loop {
            let attempt = attempt_on(&standing, command, metadata);
            let events = match attempt {
                Ok(Attempt::Append(events)) => events,
                Ok(Attempt::Repeated(first)) => {
                    let answer = self.first_answer(&standing, first).await?;
                    return Ok((standing, Ok(answer)));
                }
                Ok(Attempt::Unchanged) if caught_up => {
                    let answer = standing.done(Effect::Unchanged);
                    return Ok((standing, Ok(answer)));
                }
                Err(refused @ ExecuteError::OtherContent) => return Ok((standing, Err(refused))),
                Err(refused) if caught_up => return Ok((standing, Err(refused))),
                Ok(Attempt::Unchanged) | Err(_) => {
                    standing = self.catch_up(standing).await?;
                    caught_up = true;
                    continue;
                }
            };
            let events = match Events::encode(&events) {
                Ok(events) => events,
                Err(error) => return Ok((standing, Err(ExecuteError::TooLarge(error.to_string())))),
            };
            match self.log.append(standing.head(), self.draft(events, metadata)).await {
                Ok(commit) => {
                    // What stands in the log may be what an earlier try of this command decided, at another price.
                    standing = standing.then(&commit)?;
                    let answer = standing.done(Effect::Appended);
                    return Ok((standing, Ok(answer)));
                }
                Err(error @ AppendError::TooLarge { .. }) => {
                    return Ok((standing, Err(ExecuteError::TooLarge(error.to_string()))));
                }
                Err(AppendError::Log(error)) => return Err(error),
                Err(AppendError::Conflict) if tried + 1 == ATTEMPTS => {
                    return Ok((standing, Err(ExecuteError::Contended)));
                }
                Err(AppendError::Conflict) => {
                    self.host.sleep(pause(tried, self.host.bits())).await;
                    tried += 1;
                    standing = self.catch_up(standing).await?;
                    caught_up = true;
                }
            }
        }
    }

    fn draft(&self, events: Events, metadata: &Metadata) -> Draft {
        Draft {
            events,
            id: metadata.id.clone(),
            digest: metadata.digest,
            now: self.host.now(),
            correlation: metadata.correlation.clone(),
            cause: metadata.cause.clone(),
            actor: metadata.actor.clone(),
        }
    }

    /// Takes in what the stream has beyond what is known: strongly consistent, and nothing that is known already.
    async fn catch_up(&self, standing: Standing<D>) -> Result<Standing<D>, LogError> {
        let beyond = self.log.since(standing.head().stream(), standing.head().version()).await?;
        beyond.iter().try_fold(standing, Standing::then)
    }

    /// The stream as the command left it the first time.
    async fn first_answer(&self, standing: &Standing<D>, first: First) -> Result<Done<D::State>, LogError> {
        if first.version == standing.head().version() {
            return Ok(standing.done(Effect::Repeated));
        }
        let stream = standing.head().stream();
        let mut commits = self.log.load(stream, Consistency::Strong).await?.commits().to_vec();
        commits.retain(|commit| commit.last_version() <= first.version);
        Ok(Standing::<D>::of(&History::prove(stream, commits)?)?.done(Effect::Repeated))
    }
}

fn attempt_on<D: Decider>(
    standing: &Standing<D>,
    command: &D::Command,
    metadata: &Metadata,
) -> Result<Attempt<D::Event>, ExecuteError<D::Refusal>> {
    if let Some(first) = standing.carried_out(&metadata.id) {
        return if first.digest == metadata.digest {
            Ok(Attempt::Repeated(first))
        } else {
            Err(ExecuteError::OtherContent)
        };
    }
    let actual = standing.head().version();
    if let Some(expected) = metadata.expected.filter(|expected| *expected != actual) {
        return Err(ExecuteError::VersionMismatch { expected, actual });
    }
    let events = D::decide(standing.state(), command).map_err(ExecuteError::Refused)?;
    Ok(if events.is_empty() { Attempt::Unchanged } else { Attempt::Append(events) })
}

/// Full jitter: anything between nothing and the attempt's longest pause.
fn pause(attempt: u32, bits: u128) -> Duration {
    let longest = FIRST_PAUSE_MS.saturating_mul(1 << attempt.min(16)).min(LONGEST_PAUSE_MS);
    let [.., low] = bits.to_be_bytes().map(u64::from);
    Duration::from_micros(longest * 1_000 * low / 255)
}
