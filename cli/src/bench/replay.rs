//! A full replay: every event of a table read and folded, beside a raw reading that folds nothing.

use super::BenchError;
use super::account::{Account, Balance};
use super::contest::{cpu, spent};
use super::figures::Side;
use super::lanes::Who;
use super::ours::{append, fresh_stream, metadata, several};
use super::store::{Item, REPLAYED, Raw};
use aws_sdk_dynamodb::Client;
use dynamo::Log;
use eventsourcing::{Commands, EventLog, History, StreamName, Version, decider};
use futures::stream::{self, StreamExt, TryStreamExt};
use lambda::SystemHost;
use serde::Deserialize;
use std::time::Instant;

/// How many streams there are, of how many commits of five events each.
const STREAMS: u64 = 40;
const COMMITS: u64 = 50;
const EVENTS: u64 = STREAMS * COMMITS * 5;
/// How many streams are read, or filled, at the same time.
const AT_A_TIME: usize = 8;

/// A table that is read, and never written again.
pub(super) struct Replay {
    log: Log,
    raw: Raw,
    streams: Vec<StreamName>,
}

impl Replay {
    /// Fills the table, by ordinary commands.
    pub(super) async fn filled(client: &Client) -> Result<Self, BenchError> {
        let log = Log::new(client.clone(), REPLAYED);
        let commands = Commands::new(log.clone(), SystemHost);
        let filled = stream::iter((0..STREAMS).map(async |_| {
            let stream = fresh_stream()?;
            for _ in 0..COMMITS {
                append(&commands, &stream, &several(), &metadata(&several())?).await?;
            }
            Ok::<_, BenchError>(stream)
        }));
        let streams = filled.buffer_unordered(AT_A_TIME).try_collect().await?;
        Ok(Self { log, raw: Raw::on(client, REPLAYED), streams })
    }

    /// Reads everything once.
    pub(super) async fn read(&self, who: Who) -> Result<Side, BenchError> {
        let (cpu, started) = (cpu(), Instant::now());
        let found = match who {
            Who::Ours => self.folded().await?,
            Who::Raw => self.parsed().await?,
        };
        let wall = started.elapsed();
        if found == EVENTS {
            Ok(Side { done: EVENTS, ..Side::of(vec![wall], wall, spent(cpu)) })
        } else {
            Err(BenchError::Wrong(format!("{found} of {EVENTS} events were read")))
        }
    }

    /// The event log's way: each stream is proven to be without gaps, and folded to its state.
    async fn folded(&self) -> Result<u64, BenchError> {
        let states = stream::iter(&self.streams).map(async |stream| {
            let commits = self.log.since(stream, Version::NONE).await?;
            decider::replay::<Account>(&History::prove(stream, commits)?)
        });
        let states: Vec<Balance> = states
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
            .map_err(|error| BenchError::Wrong(error.to_string()))?;
        Ok(states.iter().map(|state| state.entries).sum())
    }

    /// The fastest way that there is without one: nothing but the events is looked at.
    async fn parsed(&self) -> Result<u64, BenchError> {
        let entries = stream::iter(&self.streams).map(async |stream| {
            let items = self.raw.query(stream.as_str(), 0, true).await?;
            items.iter().map(parsed).sum::<Result<u64, _>>()
        });
        entries.buffer_unordered(AT_A_TIME).try_fold(0, async |sum, entries| Ok(sum + entries)).await
    }
}

/// An event as the raw reading takes it.
#[derive(Deserialize)]
struct Parsed {
    data: Entry,
}

#[derive(Deserialize)]
struct Entry {
    amount: u64,
    text: String,
}

/// How many entries of some worth an item holds.
fn parsed(item: &Item) -> Result<u64, BenchError> {
    let text = item.get("events").and_then(|events| events.as_s().ok()).map_or("", String::as_str);
    let events: Vec<Parsed> = serde_json::from_str(text).map_err(|error| BenchError::Wrong(error.to_string()))?;
    Ok(events.iter().filter(|event| event.data.amount > 0 && !event.data.text.is_empty()).count() as u64)
}
