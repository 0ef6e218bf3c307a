//! Carrying out commands: recognise a repetition, decide, append; one request where the stream is remembered.

use crate::cache::Streams;
use crate::commit::{Commit, Draft};
use crate::decider::Decider;
use crate::event::Events;
use crate::execute::{Done, Effect, ExecuteError, Metadata};
use crate::log::{AppendError, Consistency, EventLog, LogError, Reading};
use crate::ports::{Clock, Randomness};
use crate::standing::{Reach, Standing};
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
    reach: Reach,
}

/// What was carried out before under a command's id.
enum Before {
    /// The same command: where it left the stream.
    Same(Version),
    /// One of other content.
    Other,
}

impl<D: Decider, L: EventLog, H: Clock + Randomness> Commands<D, L, H> {
    /// Commands on these ports, with nothing remembered yet.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self { log, host, streams: Streams::new(), reach: Reach::default() }
    }

    /// The commands, looking back otherwise than by default.
    #[must_use]
    pub fn reaching(self, reach: Reach) -> Self {
        Self { reach, ..self }
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
        let standing = if let Some(standing) = held.take() {
            standing
        } else {
            let history = self.log.load(stream, Reading::of::<D>(Consistency::Eventual)).await?;
            Standing::of(&history, self.reach)?
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
            // Looked for anew whenever more is known: what is taken in may push out what it brought along.
            if let Some(first) = self.carried_out_before(&standing, metadata).await? {
                let answer = match first {
                    Before::Same(version) => Ok(self.first_answer(&standing, version).await?),
                    Before::Other => Err(ExecuteError::OtherContent),
                };
                return Ok((standing, answer));
            }
            let events = match decide(&standing, command, metadata) {
                Ok(events) if !events.is_empty() => events,
                Ok(_) if caught_up => {
                    let answer = standing.done(Effect::Unchanged);
                    return Ok((standing, Ok(answer)));
                }
                Err(refused) if caught_up => return Ok((standing, Err(refused))),
                Ok(_) | Err(_) => {
                    standing = self.catch_up(standing).await?;
                    caught_up = true;
                    continue;
                }
            };
            let events = match Events::encode(&events) {
                Ok(events) => events,
                Err(error) => return Ok((standing, Err(ExecuteError::TooLarge(error.to_string())))),
            };
            match self.append(&standing, self.draft(events, metadata)).await {
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
            snapshot: None,
        }
    }

    /// Appends a draft, with a snapshot where one is due and fits: only events can make a commit too large.
    async fn append(&self, standing: &Standing<D>, draft: Draft) -> Result<Commit, AppendError> {
        if let Some(snapshot) = standing.snapshot_due(&draft)? {
            let with_snapshot = Draft { snapshot: Some(snapshot), ..draft.clone() };
            match self.log.append(standing.head(), with_snapshot).await {
                Err(AppendError::TooLarge { .. }) => {}
                appended => return appended,
            }
        }
        self.log.append(standing.head(), draft).await
    }

    /// What was carried out before under the command's id. A client's key is known for as long as the window reaches; a
    /// reaction is looked for in the log, as far back as its cause, where the window does not reach back to it.
    async fn carried_out_before(
        &self,
        standing: &Standing<D>,
        metadata: &Metadata,
    ) -> Result<Option<Before>, LogError> {
        let recent = standing.recent();
        if let Some(entry) = recent.find(&metadata.id) {
            return Ok(Some(Before::of(entry.has_content(&metadata.digest), entry.version)));
        }
        let Some(cause) = metadata.cause.as_ref().filter(|cause| !recent.reach_back_to(cause.committed_at)) else {
            return Ok(None);
        };
        let found = self.log.find(standing.head().stream(), &metadata.id, cause.committed_at).await?;
        Ok(found.map(|commit| Before::of(commit.digest == metadata.digest, commit.last_version())))
    }

    /// Takes in what the stream has beyond what is known: strongly consistent, and nothing that is known already.
    async fn catch_up(&self, standing: Standing<D>) -> Result<Standing<D>, LogError> {
        let beyond = self.log.since(standing.head().stream(), standing.head().version()).await?;
        beyond.iter().try_fold(standing, Standing::then)
    }

    /// The stream as the command left it the first time.
    async fn first_answer(&self, standing: &Standing<D>, version: Version) -> Result<Done<D::State>, LogError> {
        if version == standing.head().version() {
            return Ok(standing.done(Effect::Repeated));
        }
        let reading = Reading { until: Some(version), ..Reading::of::<D>(Consistency::Strong) };
        let then = self.log.load(standing.head().stream(), reading).await?;
        Ok(Standing::<D>::of(&then, self.reach)?.done(Effect::Repeated))
    }
}

impl Before {
    const fn of(same_content: bool, version: Version) -> Self {
        if same_content { Self::Same(version) } else { Self::Other }
    }
}

/// What a command comes to on what is known of the stream.
fn decide<D: Decider>(
    standing: &Standing<D>,
    command: &D::Command,
    metadata: &Metadata,
) -> Result<Vec<D::Event>, ExecuteError<D::Refusal>> {
    let actual = standing.head().version();
    if let Some(expected) = metadata.expected.filter(|expected| *expected != actual) {
        return Err(ExecuteError::VersionMismatch { expected, actual });
    }
    D::decide(standing.state(), command).map_err(ExecuteError::Refused)
}

/// Full jitter: anything between nothing and the attempt's longest pause.
fn pause(attempt: u32, bits: u128) -> Duration {
    let longest = FIRST_PAUSE_MS.saturating_mul(1 << attempt.min(16)).min(LONGEST_PAUSE_MS);
    let [.., low] = bits.to_be_bytes().map(u64::from);
    Duration::from_micros(longest * 1_000 * low / 255)
}
