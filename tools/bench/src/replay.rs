//! A full replay by parallel scan: every event of a table read and folded, beside a raw scan that folds nothing.

use crate::account::Account;
use crate::error::BenchError;
use crate::figures::Side;
use crate::ours::{filled, several};
use crate::processor::{cpu, spent};
use crate::store::{Item, REPLAYED, Raw};
use crate::streams::Who;
use aws_sdk_dynamodb::Client;
use foldlog::write::scan::{LogScan, Part};
use foldlog::{Commands, Commit, History, LogError, StreamName, write::loaded};
use foldlog_dynamo::Log;
use foldlog_lambda::SystemHost;
use futures::future::try_join_all;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// The number of streams, and the number of commits of five events in each.
const STREAMS: u64 = 40;
const COMMITS: u64 = 50;
const EVENTS: u64 = STREAMS * COMMITS * 5;
/// The number of segments, all of which are read concurrently.
const SEGMENTS: u32 = 4;

/// A table that is only read once it is filled.
pub(super) struct Replay {
    log: Log,
    raw: Raw,
}

impl Replay {
    /// Fills the table by ordinary commands.
    pub(super) async fn filled(client: &Client) -> Result<Self, BenchError> {
        let log = Log::new(client.clone(), REPLAYED);
        let commands = Commands::new(log.clone(), SystemHost);
        filled(&commands, STREAMS, COMMITS, &several()).await?;
        Ok(Self { log, raw: Raw::on(client, REPLAYED) })
    }

    /// Reads the whole table once.
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

    /// The event log's way: it proves that each stream has no gaps, and folds it to its state.
    async fn folded(&self) -> Result<u64, BenchError> {
        let entries = (0..SEGMENTS).map(async |number| {
            let part = Part::Segment { number, of: SEGMENTS };
            let mut streams: BTreeMap<StreamName, Vec<Commit>> = BTreeMap::new();
            let mut next = None;
            loop {
                let page = self.log.page(&part, next.as_ref()).await?;
                for commit in page.commits {
                    let commit = commit?;
                    streams.entry(commit.stream.clone()).or_default().push(commit);
                }
                next = page.next;
                if next.is_none() {
                    return streams.into_iter().map(|(stream, commits)| entries(&stream, commits)).sum();
                }
            }
        });
        let entries: Result<Vec<u64>, LogError> = try_join_all(entries).await;
        entries.map(|entries| entries.iter().sum()).map_err(|error| BenchError::Wrong(error.to_string()))
    }

    /// The fastest way without an event log: it looks only at the events.
    async fn parsed(&self) -> Result<u64, BenchError> {
        let entries = (0..SEGMENTS).map(async |number| {
            let items = self.raw.scan(number, SEGMENTS).await?;
            items.iter().map(parsed).sum::<Result<u64, _>>()
        });
        Ok(try_join_all(entries).await?.iter().sum())
    }
}

/// The number of entries in a stream, by its state.
fn entries(stream: &StreamName, commits: Vec<Commit>) -> Result<u64, LogError> {
    Ok(loaded::replay::<Account>(&History::prove(stream, commits)?)?.entries)
}

/// An event as the raw client reads it.
#[derive(Deserialize)]
struct Parsed {
    data: Entry,
}

#[derive(Deserialize)]
struct Entry {
    amount: u64,
    text: String,
}

/// The number of entries with an amount and a text in an item.
pub(super) fn parsed(item: &Item) -> Result<u64, BenchError> {
    let text = item.get("events").and_then(|events| events.as_s().ok()).map_or("", String::as_str);
    let events: Vec<Parsed> = serde_json::from_str(text).map_err(|error| BenchError::Wrong(error.to_string()))?;
    Ok(events.iter().filter(|event| event.data.amount > 0 && !event.data.text.is_empty()).count() as u64)
}
