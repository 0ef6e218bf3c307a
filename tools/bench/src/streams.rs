//! The streams of the cases. Each side has streams of the length of the case, which grow little during it.

use crate::account::Book;
use crate::case::Case;
use crate::error::BenchError;
use crate::ours::{Accounts, append, fresh_stream, metadata, one, several};
use crate::store::{Item, Raw, TABLE, newest};
use foldlog::{Metadata, StreamName};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::BTreeMap;

/// The number of streams that are filled concurrently.
const AT_A_TIME: usize = 16;
/// A case uses a stream until it has grown by this fraction of its length.
const GROWTH: u64 = 8;
/// The number of concurrent clients, and the number of commands of each on its stream.
pub(super) const CLIENTS: u64 = 16;
pub(super) const COMMANDS_A_CLIENT: u64 = 32;

/// A command that is ready to be sent, with the raw client's equivalent.
#[derive(Clone)]
pub(super) struct Step {
    /// The event log's stream.
    pub(super) stream: StreamName,
    /// The command.
    pub(super) command: Book,
    /// Its metadata.
    pub(super) metadata: Metadata,
    /// The raw client's stream,
    pub(super) raw: String,
    /// and the version that it puts there.
    pub(super) version: u64,
}

/// The side that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Who {
    /// The event log.
    Ours,
    /// The client without it.
    Raw,
}

/// A stream for each side; the stream of the measured side is filled.
#[derive(Clone)]
struct Lane {
    stream: StreamName,
    raw: String,
    used: u64,
    /// The newest command, which a repetition recognises.
    newest: Metadata,
}

/// All streams, by case and side.
pub(super) struct Streams {
    /// The commands that remember the streams of warm cases.
    pub(super) ours: Accounts,
    /// The raw client.
    pub(super) raw: Raw,
    /// The item of a commit of one event, and of one of five.
    pub(super) single: Item,
    five: Item,
    by_case: BTreeMap<String, Vec<Lane>>,
}

impl Streams {
    /// Starts without streams. The raw side copies the bytes of a commit.
    pub(super) async fn new(ours: Accounts, raw: Raw) -> Result<Self, BenchError> {
        let single = sample(&ours, &raw, one()).await?;
        let five = sample(&ours, &raw, several()).await?;
        Ok(Self { ours, raw, single, five, by_case: BTreeMap::new() })
    }

    /// The item that the raw client puts in a case.
    pub(super) const fn template(&self, case: Case) -> &Item {
        if matches!(case, Case::AppendFive) { &self.five } else { &self.single }
    }

    /// Appends one entry to a stream that others write to as well. Returns the version that the raw client knows
    /// afterwards; the event log remembers it itself.
    pub(super) async fn contend(
        &self,
        who: Who,
        stream: &StreamName,
        raw: &str,
        known: u64,
        metadata: &Metadata,
    ) -> Result<u64, BenchError> {
        match who {
            Who::Ours => append(&self.ours, stream, &one(), metadata).await.map(|()| known),
            Who::Raw => self.raw.put_behind(&self.single, raw, known, metadata.id.as_str()).await,
        }
    }

    /// This number of steps of a case, one after the other.
    pub(super) async fn steps(&mut self, case: Case, who: Who, count: u64) -> Result<Vec<Step>, BenchError> {
        let (length, key) = (case.earlier(), format!("{case} {who:?}"));
        let growth = if matches!(case, Case::Load(_) | Case::Contention) {
            u64::MAX
        } else if case == Case::Clients {
            COMMANDS_A_CLIENT
        } else {
            (length / GROWTH).max(1)
        };
        let mut streams = self.by_case.remove(&key).unwrap_or_default();
        streams.retain(|lane| lane.used < growth && !matches!(case, Case::Contention));
        let free: u64 = streams.iter().map(|lane| growth - lane.used).fold(0, u64::saturating_add);
        let missing = count.saturating_sub(free).div_ceil(growth);
        let filled = stream::iter((0..missing).map(|_| self.fill(who, length)));
        streams.extend(filled.buffer_unordered(AT_A_TIME).try_collect::<Vec<_>>().await?);
        let mut steps = Vec::new();
        for lane in &mut streams {
            while lane.used < growth && (steps.len() as u64) < count {
                lane.used += 1;
                steps.push(lane.step(case, length)?);
            }
        }
        self.by_case.insert(key, streams);
        Ok(steps)
    }

    /// Fills a stream by ordinary commands, or for the raw client with the same bytes.
    async fn fill(&self, who: Who, length: u64) -> Result<Lane, BenchError> {
        let (stream, raw) = (fresh_stream()?, fresh_stream()?.to_string());
        let mut newest = metadata(&one())?;
        match who {
            Who::Raw => self.raw.fill(&self.single, &raw, length).await?,
            Who::Ours => {
                for _ in 0..length {
                    newest = metadata(&one())?;
                    append(&self.ours, &stream, &one(), &newest).await?;
                }
            }
        }
        Ok(Lane { stream, raw, used: 0, newest })
    }
}

impl Lane {
    fn step(&self, case: Case, length: u64) -> Result<Step, BenchError> {
        let command = if case == Case::AppendFive { several() } else { one() };
        let command = Book { first: case == Case::Create, ..command };
        let metadata = if matches!(case, Case::Load(_)) { self.newest.clone() } else { metadata(&command)? };
        let version = length.saturating_add(self.used);
        Ok(Step { stream: self.stream.clone(), command, metadata, raw: self.raw.clone(), version })
    }
}

/// The item that a command leaves on a stream of its own.
async fn sample(ours: &Accounts, raw: &Raw, command: Book) -> Result<Item, BenchError> {
    let stream = fresh_stream()?;
    append(ours, &stream, &command, &metadata(&command)?).await?;
    let mut items = raw.query(stream.as_str(), 0, true).await?;
    match (newest(&items), items.pop()) {
        (Some(1), Some(item)) => Ok(item),
        _ => Err(BenchError::Wrong(format!("a command left no item in table {TABLE}"))),
    }
}
