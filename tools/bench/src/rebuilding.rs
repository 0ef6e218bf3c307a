//! The rebuild of a view from the log. The raw client reads the same table by a parallel scan, and puts the same rows.

use crate::account::Account;
use crate::error::BenchError;
use crate::figures::Side;
use crate::ours::{filled, one};
use crate::processor::{cpu, spent};
use crate::projecting::{Folds, folds};
use crate::replay::parsed;
use crate::store::{Item, REBUILT, ROWS, Raw};
use crate::streams::Who;
use aws_sdk_dynamodb::Client;
use foldlog::read::generations::{Set, Stage};
use foldlog::read::views::Generation;
use foldlog::rebuild::{self, Phase, Plan, Request};
use foldlog::{Clock, Commands, EventId, Version};
use foldlog_dynamo::Log;
use foldlog_lambda::SystemHost;
use futures::future::try_join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The number of streams, and the number of commits of one event in each.
const STREAMS: u64 = 400;
const COMMITS: u64 = 5;
/// The number of rows that each part puts concurrently, as the folds do.
const AT_A_TIME: usize = 8;
/// The number of parts, all of which run concurrently.
const PARTS: u32 = 4;
/// The maximum duration of a part, longer than any part takes.
const BUDGET: Duration = Duration::from_mins(1);

/// Both sides on one table.
pub(super) struct Rebuilding {
    folds: Folds,
    log: Raw,
    rows: Raw,
    row: Item,
    /// The number of requests for a rebuild.
    asked: AtomicU64,
}

impl Rebuilding {
    /// Fills the table by ordinary commands. The raw side copies the bytes of a row.
    pub(super) async fn filled(client: &Client) -> Result<Self, BenchError> {
        let commands = Commands::<Account, _, _>::new(Log::new(client.clone(), REBUILT), SystemHost);
        let streams = filled(&commands, STREAMS, COMMITS, &one()).await?;
        let folds = folds(client, REBUILT);
        let (log, rows) = (Raw::on(client, REBUILT), Raw::on(client, ROWS));
        let mut rebuilding = Self { folds, log, rows, row: Item::new(), asked: AtomicU64::new(0) };
        let (generation, _) = rebuilding.fill().await?;
        rebuilding.give_up().await?;
        let key = streams.first().map(|stream| format!("{generation}/{}", stream.id())).unwrap_or_default();
        rebuilding.row = rebuilding.rows.row(&key).await?;
        Ok(rebuilding)
    }

    /// Fills all rows once.
    pub(super) async fn round(&self, who: Who) -> Result<Side, BenchError> {
        let (cpu, started) = (cpu(), Instant::now());
        let read = match who {
            Who::Ours => self.fill().await?.1,
            Who::Raw => self.copy().await?,
        };
        let (wall, cpu) = (started.elapsed(), spent(cpu));
        if who == Who::Ours {
            self.give_up().await?;
        }
        if read == STREAMS * COMMITS {
            Ok(Side { done: read, ..Side::of(vec![wall], wall, cpu) })
        } else {
            Err(BenchError::Wrong(format!("{read} of {} commits were read", STREAMS * COMMITS)))
        }
    }

    /// The event log's way, from the request until the new generation is complete. Returns the generation and the
    /// number of commits that were read.
    async fn fill(&self) -> Result<(Generation, u64), BenchError> {
        let views = self.folds.views();
        let id = self.request()?;
        let stage = Stage::Filling { parts: PARTS, commits: STREAMS * COMMITS };
        let set = Set { schema: 1, stage, since: SystemHost.now(), asked: Some(id.clone()) };
        let mut plan = rebuild::plan(views, ROWS, &Request::Rebuild { id, set, oldest: 1 })
            .await
            .map_err(|error| wrong(&error))?;
        let mut filled = (Generation::FIRST, 0);
        while let Plan { work, .. } = &plan
            && let Some(first) = work.first().filter(|work| work.phase == Phase::Fill)
        {
            filled.0 = first.generation;
            let filling = self.folds.filling(ROWS, 1).ok_or_else(|| wrong(&"there is no fold"))?;
            let parts =
                { work.iter() }.map(|part| rebuild::fill(self.folds.log(), &filling, views, &SystemHost, part, BUDGET));
            try_join_all(parts).await.map_err(|error| wrong(&error))?;
            for part in work {
                let progress = rebuild::RebuildProgress::progress(views, part).await.map_err(|error| wrong(&error))?;
                filled.1 += progress.map_or(0, |progress| progress.read);
            }
            plan = rebuild::plan(views, ROWS, &Request::GoOn).await.map_err(|error| wrong(&error))?;
        }
        Ok(filled)
    }

    /// Gives up the generation, so that the next round begins with a new one.
    async fn give_up(&self) -> Result<(), BenchError> {
        let clean = Request::Clean { id: self.request()? };
        rebuild::plan(self.folds.views(), ROWS, &clean).await.map_err(|error| wrong(&error)).map(drop)
    }

    /// A new request.
    fn request(&self) -> Result<EventId, BenchError> {
        let version = Version(self.asked.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(EventId { stream: "audit-bench".parse().map_err(|error| wrong(&error))?, version })
    }

    /// The fastest way without an event log: it only counts the events.
    async fn copy(&self) -> Result<u64, BenchError> {
        let parts = (0..PARTS).map(async |number| {
            let mut streams: BTreeMap<String, u64> = BTreeMap::new();
            for item in self.log.scan(number, PARTS).await? {
                let stream = item.get("stream").and_then(|stream| stream.as_s().ok()).cloned().unwrap_or_default();
                *streams.entry(stream).or_default() += parsed(&item)?;
            }
            let puts = streams.keys().map(|stream| self.rows.put_row(&self.row, format!("raw/{stream}")));
            stream::iter(puts).buffer_unordered(AT_A_TIME).try_collect::<()>().await?;
            Ok::<_, BenchError>(streams.values().sum::<u64>())
        });
        Ok(try_join_all(parts).await?.iter().sum())
    }
}

fn wrong(error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Wrong(error.to_string())
}
