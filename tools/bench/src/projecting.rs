//! Batches of commits projected into rows, and the raw client that puts the same rows without a condition.

use crate::account::{Account, Balance, Event};
use crate::error::BenchError;
use crate::figures::Side;
use crate::ours::{filled, one};
use crate::processor::{cpu, spent};
use crate::store::{GENERATIONS, Item, ROWS, Raw};
use crate::streams::Who;
use aws_sdk_dynamodb::Client;
use foldlog::read::projection::PerStream;
use foldlog::{Commands, Decider, Hint, Projection, ProjectionEngine, Recorded, StreamName};
use foldlog_dynamo::{Log, Views};
use foldlog_lambda::SystemHost;
use foldlog_testing::memory::{MemoryLog, MemoryParked};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::time::Instant;

/// The number of commits in a batch, as Lambda delivers them to a projector.
const BATCH: u64 = 100;
/// The number of batches in a round.
const BATCHES: u64 = 4;
/// The number of rows that are put concurrently, as the folds do.
const AT_A_TIME: usize = 8;

/// The row of an account.
pub(super) struct Balances;

impl Projection for Balances {
    const NAME: &'static str = ROWS;
    type Decider = Account;
    type Document = Balance;

    fn apply(document: Option<Balance>, recorded: &Recorded<'_, Event>) -> Option<Balance> {
        Some(Account::evolve(document.unwrap_or_default(), &recorded.event))
    }

    fn index(_: &Balance) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// The engine that projects accounts into rows.
pub(super) type Folds = ProjectionEngine<Log, Views, MemoryParked, SystemHost>;

/// The projection of the accounts of a log.
pub(super) fn folds(client: &Client, log: &'static str) -> Folds {
    let views = Views::new(client.clone(), GENERATIONS).with(ROWS, ROWS, &[]);
    let (log, fold) = (Log::new(client.clone(), log), PerStream::<Balances>::new());
    ProjectionEngine::new(log, views, MemoryParked::default(), SystemHost, vec![Box::new(fold)])
}

/// Both sides on one table of rows.
pub(super) struct Projecting {
    folds: Folds,
    raw: Raw,
    row: Item,
}

impl Projecting {
    /// Prepares both sides; the raw side copies the bytes of a row.
    pub(super) async fn at(client: &Client) -> Result<Self, BenchError> {
        // These batches have no gaps, so the engine never reads the log.
        let folds = folds(client, "no-log");
        let mut projecting = Self { folds, raw: Raw::on(client, ROWS), row: Item::new() };
        let batch = batch(1, 1).await?;
        projecting.follow(&batch).await?;
        let key = batch.first().map(|hint| key(hint.stream())).unwrap_or_default();
        projecting.row = projecting.raw.row(&key).await?;
        Ok(projecting)
    }

    /// A round. Each batch has this number of new commits for each stream.
    pub(super) async fn round(&self, who: Who, commits_a_stream: u64) -> Result<Side, BenchError> {
        let mut batches = Vec::new();
        for _ in 0..BATCHES {
            batches.push(batch(BATCH / commits_a_stream, commits_a_stream).await?);
        }
        let (cpu, started) = (cpu(), Instant::now());
        let mut durations = Vec::new();
        for batch in &batches {
            let begun = Instant::now();
            match who {
                Who::Ours => self.follow(batch).await?,
                Who::Raw => self.put(batch).await?,
            }
            durations.push(begun.elapsed());
        }
        Ok(Side { done: BATCH * BATCHES, ..Side::of(durations, started.elapsed(), spent(cpu)) })
    }

    async fn follow(&self, batch: &[Hint]) -> Result<(), BenchError> {
        let followed = self.folds.follow(batch).await;
        let advanced: usize = followed.folds.values().map(|report| report.advanced).sum();
        match followed.troubles.first() {
            None if advanced == batch.len() => Ok(()),
            trouble => Err(BenchError::Wrong(format!("{advanced} of {} rows were written: {trouble:?}", batch.len()))),
        }
    }

    async fn put(&self, batch: &[Hint]) -> Result<(), BenchError> {
        let puts = batch.iter().map(|hint| self.raw.put_row(&self.row, key(hint.stream())));
        stream::iter(puts).buffer_unordered(AT_A_TIME).try_collect().await
    }
}

/// A batch with all commits of this number of new streams.
async fn batch(streams: u64, commits: u64) -> Result<Vec<Hint>, BenchError> {
    let log = MemoryLog::default();
    let commands = Commands::<Account, _, _>::new(log.clone(), SystemHost);
    let streams = filled(&commands, streams, commits, &one()).await?;
    let hints = streams.into_iter().map(|stream| {
        let mut hint = Hint::of(stream.clone(), foldlog::Version::NONE);
        log.commits(&stream).into_iter().for_each(|commit| hint.add(commit));
        hint
    });
    Ok(hints.collect())
}

/// The key of a stream's row, as it is stored.
fn key(stream: &StreamName) -> String {
    format!("{}/{}", foldlog::read::views::Generation::FIRST, stream.id())
}
