//! Carrying out commands: recognise a repetition, decide, append. If the stream is remembered, this takes one request.

use crate::ports::{Clock, Randomness};
use crate::stream::{StreamName, Version};
use crate::write::cache::Streams;
use crate::write::commit::{Commit, Draft};
use crate::write::decider::Decider;
use crate::write::event::Events;
use crate::write::execute::{Effect, ExecuteError, Executed, Metadata};
use crate::write::identity::Cause;
use crate::write::loaded::{LoadedStream, SnapshotPolicy};
use crate::write::log::{AppendError, Consistency, EventLog, LogError, ReadOptions};
use crate::write::prepared;
use std::time::Duration;

/// How often a command is decided again after another commit came first, before the client is asked to try again.
const ATTEMPTS: u32 = 12;
/// The longest first pause between two attempts. Each further one may be twice as long.
const FIRST_PAUSE_MS: u64 = 5;
/// The longest pause of all.
const LONGEST_PAUSE_MS: u64 = 400;

/// The commands of one stream type, as one process carries them out.
pub struct Commands<D: Decider, L, H> {
    log: L,
    host: H,
    streams: Streams<D>,
    reach: SnapshotPolicy,
}

/// The earlier command that has the same id.
enum Before {
    /// The same command, and the position of the stream after it.
    Same(Version),
    /// A command with other content.
    Other,
}

impl<D: Decider, L: EventLog, H: Clock + Randomness> Commands<D, L, H> {
    /// Commands on these ports, with nothing remembered yet.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self { log, host, streams: Streams::new(), reach: SnapshotPolicy::default() }
    }

    /// The commands, with another snapshot policy than the default.
    #[must_use]
    pub fn with_snapshots(self, reach: SnapshotPolicy) -> Self {
        Self { reach, ..self }
    }

    /// The log to which the commits are appended.
    #[must_use]
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// The source of time and randomness.
    #[must_use]
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// Carries out one command on one stream.
    ///
    /// Commands of this process for one stream queue. Each is decided on what the previous one left, without a read:
    /// the append is conditional on it. If nothing is remembered of the stream, it is read, or taken for empty if the
    /// command creates it ([`Decider::creates`]). If the host's clock is not sure ([`Clock::is_sure`]), a read comes first
    /// in any case. Before everything else, the stream must be visible to the caller
    /// ([`Decider::visible`]); a caller who does not see it costs the requests of a stream that does not exist. A repetition is recognised by its id and gets the first answer again. A refusal, a no-op
    /// or a version mismatch is decided again after a strong read of the stream's newer commits, before it is answered.
    /// After a lost race, the command is decided again on what the winners left, after a pause with full jitter.
    pub async fn execute(
        &self,
        stream: &StreamName,
        command: &D::Command,
        metadata: &Metadata,
    ) -> Result<Executed<D::State>, ExecuteError<D::Refusal>> {
        let slot = self.streams.slot(stream);
        let mut held = slot.lock().await;
        // Taken out until the end: if anything fails on the way, no doubtful state is left behind.
        // What is remembered saves a stranger no request, so that nothing shows whether there is such a stream.
        let known = held.take().filter(|loaded| D::visible(loaded.state(), command).is_ok());
        let loaded = match known {
            Some(loaded) if self.host.is_sure() => loaded,
            // The answer says how right the clock is that stamps the commit.
            Some(loaded) => self.catch_up(loaded).await?,
            None if D::creates(command) && self.host.is_sure() => LoadedStream::at_origin(stream.clone(), self.reach),
            None => self.load(stream, Consistency::Eventual).await?,
        };
        let (loaded, answer) = self.carry_out(loaded, command, metadata).await?;
        if loaded.head().version() != Version::NONE {
            self.streams.keep(stream, &slot, loaded, &mut held);
        }
        answer
    }

    /// The first answer to a command that was carried out before; none if the stream does not know it, or no longer.
    pub async fn answered(
        &self,
        stream: &StreamName,
        metadata: &Metadata,
    ) -> Result<Option<Executed<D::State>>, ExecuteError<D::Refusal>> {
        let slot = self.streams.slot(stream);
        let mut held = slot.lock().await;
        let loaded = match held.take() {
            Some(loaded) => self.catch_up(loaded).await?,
            None => self.load(stream, Consistency::Strong).await?,
        };
        let before = match known_before(&loaded, metadata) {
            None => self.found_before(&loaded, metadata).await?,
            known => known,
        };
        let (loaded, answer) = match before {
            Some(before) => self.repeated(loaded, before).await.map(|(loaded, answer)| (loaded, answer.map(Some)))?,
            None => (loaded, Ok(None)),
        };
        if loaded.head().version() != Version::NONE {
            self.streams.keep(stream, &slot, loaded, &mut held);
        }
        answer
    }

    /// The stream as it is known afterwards, and the answer. If the log fails, nothing is known.
    async fn carry_out(
        &self,
        mut loaded: LoadedStream<D>,
        command: &D::Command,
        metadata: &Metadata,
    ) -> Result<CarriedOut<D>, LogError> {
        let mut caught_up = false;
        let mut tried = 0;
        loop {
            match D::visible(loaded.state(), command) {
                Ok(()) => {}
                Err(hidden) if caught_up => return Ok((loaded, Err(ExecuteError::Refused(hidden)))),
                Err(_) => {
                    loaded = self.catch_up(loaded).await?;
                    caught_up = true;
                    continue;
                }
            }
            // Searched again whenever more is known: taking in newer commits may push out ids.
            let before = match known_before(&loaded, metadata) {
                None if !self.log.recognises_reactions() => self.found_before(&loaded, metadata).await?,
                known => known,
            };
            if let Some(before) = before {
                return self.repeated(loaded, before).await;
            }
            let events = match decide(&loaded, command, metadata) {
                Ok(events) if !events.is_empty() => events,
                nothing @ (Ok(_) | Err(_)) if caught_up => {
                    // The append does not recognise a command that appends nothing.
                    if self.log.recognises_reactions()
                        && let Some(before) = self.found_before(&loaded, metadata).await?
                    {
                        return self.repeated(loaded, before).await;
                    }
                    let answer = nothing.map(|_| loaded.done(Effect::Unchanged));
                    return Ok((loaded, answer));
                }
                Ok(_) | Err(_) => {
                    loaded = self.catch_up(loaded).await?;
                    caught_up = true;
                    continue;
                }
            };
            let events = match Events::encode(&events) {
                Ok(events) => events,
                Err(error) => return Ok((loaded, Err(ExecuteError::TooLarge(error.to_string())))),
            };
            match self.append(&loaded, self.draft(events, metadata)).await {
                Ok(commit) => {
                    // The commit in the log may be the decision of an earlier try of this command, at another price.
                    loaded = loaded.then(&commit)?;
                    let answer = loaded.done(Effect::Appended);
                    return Ok((loaded, Ok(answer)));
                }
                Err(error @ AppendError::TooLarge { .. }) => {
                    return Ok((loaded, Err(ExecuteError::TooLarge(error.to_string()))));
                }
                Err(AppendError::Log(error)) => return Err(error),
                Err(AppendError::Repeated(first)) => {
                    return self.repeated(loaded, Before::of_commit(&first, metadata)).await;
                }
                Err(AppendError::Conflict) if tried + 1 == ATTEMPTS => {
                    return Ok((loaded, Err(ExecuteError::Contended)));
                }
                Err(AppendError::Conflict) => {
                    self.host.sleep(pause(tried, self.host.bits())).await;
                    tried += 1;
                    loaded = self.catch_up(loaded).await?;
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
    async fn append(&self, loaded: &LoadedStream<D>, draft: Draft) -> Result<Commit, AppendError> {
        if let Some(snapshot) = loaded.snapshot_due(&draft)? {
            let with_snapshot = Draft { snapshot: Some(snapshot), ..draft.clone() };
            match self.log.append(loaded.head(), with_snapshot).await {
                Err(AppendError::TooLarge { .. }) => {}
                appended => return appended,
            }
        }
        self.log.append(loaded.head(), draft).await
    }

    /// The result of the command as the log knows it. A reaction is searched back to the time of its cause if the
    /// window does not reach that far; a log that recognises reactions always knows it.
    async fn found_before(&self, loaded: &LoadedStream<D>, metadata: &Metadata) -> Result<Option<Before>, LogError> {
        let exact = self.log.recognises_reactions();
        let beyond = |cause: &&Cause| exact || !loaded.recent().reach_back_to(cause.committed_at);
        let Some(cause) = metadata.cause.as_ref().filter(beyond) else { return Ok(None) };
        let found = self.log.find(loaded.head().stream(), &metadata.id, cause.committed_at).await?;
        Ok(found.map(|commit| Before::of_commit(&commit, metadata)))
    }

    async fn load(&self, stream: &StreamName, consistency: Consistency) -> Result<LoadedStream<D>, LogError> {
        let reading = ReadOptions { most: self.reach.longest_load, ..ReadOptions::of::<D>(consistency) };
        LoadedStream::of(&prepared::load(&self.log, stream, reading).await?, self.reach)
    }

    /// Takes in the stream's newer commits, strongly consistent, and none that is known already.
    async fn catch_up(&self, loaded: LoadedStream<D>) -> Result<LoadedStream<D>, LogError> {
        if loaded.head().version() == Version::NONE {
            return self.load(loaded.head().stream(), Consistency::Strong).await;
        }
        let beyond = self.log.since(loaded.head().stream(), loaded.head().version()).await?;
        beyond.iter().try_fold(loaded, LoadedStream::then)
    }

    /// The first answer again: the stream as the command left it then.
    async fn repeated(&self, loaded: LoadedStream<D>, before: Before) -> Result<CarriedOut<D>, LogError> {
        let Before::Same(version) = before else { return Ok((loaded, Err(ExecuteError::OtherContent))) };
        if version == loaded.head().version() {
            let answer = loaded.done(Effect::Repeated);
            return Ok((loaded, Ok(answer)));
        }
        let most = self.reach.longest_load;
        let reading = ReadOptions { most, ..ReadOptions::until(D::STATE_SCHEMA, version) };
        let then = prepared::load(&self.log, loaded.head().stream(), reading).await?;
        let answer = LoadedStream::<D>::of(&then, self.reach)?.done(Effect::Repeated);
        Ok((loaded, Ok(answer)))
    }
}

/// The stream as it is known after a command, and the answer to it.
type CarriedOut<D> = (LoadedStream<D>, Result<Executed<<D as Decider>::State>, ExecuteError<<D as Decider>::Refusal>>);

impl Before {
    fn of_commit(first: &Commit, metadata: &Metadata) -> Self {
        Self::of(first.digest == metadata.digest, first.last_version())
    }

    const fn of(same_content: bool, version: Version) -> Self {
        if same_content { Self::Same(version) } else { Self::Other }
    }
}

/// The result of the command as the window knows it: a client's key counts as long as the window reaches.
fn known_before<D: Decider>(loaded: &LoadedStream<D>, metadata: &Metadata) -> Option<Before> {
    let entry = loaded.recent().find(&metadata.id)?;
    Some(Before::of(entry.has_content(&metadata.digest), entry.version))
}

/// The decision on what is known of the stream.
fn decide<D: Decider>(
    loaded: &LoadedStream<D>,
    command: &D::Command,
    metadata: &Metadata,
) -> Result<Vec<D::Event>, ExecuteError<D::Refusal>> {
    let actual = loaded.head().version();
    if let Some(expected) = metadata.expected.filter(|expected| *expected != actual) {
        return Err(ExecuteError::VersionMismatch { expected, actual });
    }
    D::decide(loaded.state(), command).map_err(ExecuteError::Refused)
}

/// Full jitter: a random pause between zero and the attempt's longest pause.
pub(crate) fn pause(attempt: u32, bits: u128) -> Duration {
    let longest = FIRST_PAUSE_MS.saturating_mul(1 << attempt.min(16)).min(LONGEST_PAUSE_MS);
    let [.., low] = bits.to_be_bytes().map(u64::from);
    Duration::from_micros(longest * 1_000 * low / 255)
}
