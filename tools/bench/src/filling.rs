//! Live commits of one stream while a new generation of its view is being filled. The raw client puts the row of the
//! generation that is read. The figures must not depend on the length of the stream.

use crate::account::{Account, Balance, Event};
use crate::error::BenchError;
use crate::figures::Side;
use crate::ours::{append, fresh_stream, metadata, one};
use crate::processor::{cpu, spent};
use crate::store::{GENERATIONS, Item, ROWS, Raw, TABLE};
use crate::streams::Who;
use aws_sdk_dynamodb::Client;
use foldlog::read::generations::{Set, Stage};
use foldlog::read::projection::PerStream;
use foldlog::read::views::{Generation, RowKey};
use foldlog::rebuild::{self, Request};
use foldlog::{
    Clock, Commands, Commit, Decider, EventId, Hint, Projection, ProjectionEngine, Recorded, Row, StreamName, Version,
    Views as _,
};
use foldlog_dynamo::{Log, Views};
use foldlog_lambda::SystemHost;
use foldlog_testing::memory::{MemoryLog, MemoryParked};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The number of commits in a round.
const COMMITS: u64 = 50;

/// The row of an account, in a view of its own.
struct Filled;

impl Projection for Filled {
    const NAME: &'static str = "filled";
    type Decider = Account;
    type Document = Balance;

    fn apply(document: Option<Balance>, recorded: &Recorded<'_, Event>) -> Option<Balance> {
        Some(Account::evolve(document.unwrap_or_default(), &recorded.event))
    }

    fn index(_: &Balance) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

type Folds = ProjectionEngine<Log, Views, MemoryParked, SystemHost>;

/// A generation that is being filled, and a stream of each length that the fill has not reached.
pub(super) struct Filling {
    folds: Folds,
    raw: Raw,
    /// A commit of one event,
    commit: Commit,
    /// and the item of the row that it makes.
    row: Item,
    streams: BTreeMap<u64, Stream>,
}

/// A stream, and the version of its last commit so far.
struct Stream {
    name: StreamName,
    head: AtomicU64,
}

impl Filling {
    /// Registers a generation that is being filled.
    pub(super) async fn begun(client: &Client) -> Result<Self, BenchError> {
        let log = MemoryLog::default();
        let name = fresh_stream()?;
        let command = one();
        let commands = Commands::<Account, _, _>::new(log.clone(), SystemHost);
        append(&commands, &name, &command, &metadata(&command)?).await?;
        let commit = log.commits(&name).pop().ok_or_else(|| wrong(&"a command left no commit"))?;
        let views = Views::new(client.clone(), GENERATIONS).with(Filled::NAME, ROWS, &[]);
        let fold = Box::new(PerStream::<Filled>::new());
        let log = Log::new(client.clone(), TABLE);
        let folds = ProjectionEngine::new(log, views, MemoryParked::default(), SystemHost, vec![fold]);
        let mut filling =
            Self { folds, raw: Raw::on(client, ROWS), commit, row: Item::new(), streams: BTreeMap::new() };
        filling.follow(&name, 1).await?;
        filling.row = filling.raw.row(&format!("{}/{}", Generation::FIRST, name.id())).await?;
        let id: EventId = "audit-bench@1".parse().map_err(|error| wrong(&error))?;
        let stage = Stage::Filling { parts: 1, commits: 0 };
        let set = Set { schema: 1, stage, since: SystemHost.now(), asked: Some(id.clone()) };
        let request = Request::Rebuild { id, set, oldest: 1 };
        rebuild::plan(filling.folds.views(), Filled::NAME, &request).await.map_err(|error| wrong(&error))?;
        Ok(filling)
    }

    /// Writes a stream of a length into the log, and its row of the generation that is read.
    pub(super) async fn with(&mut self, log: &Raw, item: &Item, length: u64) -> Result<(), BenchError> {
        if self.streams.contains_key(&length) {
            return Ok(());
        }
        let name = fresh_stream()?;
        log.fill(item, name.as_str(), length).await?;
        let place = RowKey { view: Filled::NAME, generation: Generation::FIRST, key: name.id().to_owned() };
        let document = serde_json::to_string(&Balance::default()).map_err(|error| wrong(&error))?;
        let row = Row { document, version: Version(length), hash: self.commit.hash, index: BTreeMap::new() };
        let written = self.folds.views().write(&place, &row, Version::NONE).await;
        written.map_err(|error| wrong(&error))?;
        self.streams.insert(length, Stream { name, head: AtomicU64::new(length) });
        Ok(())
    }

    /// A round on the stream of a length.
    pub(super) async fn round(&self, who: Who, length: u64) -> Result<Side, BenchError> {
        let Stream { name, head } = self.streams.get(&length).ok_or_else(|| wrong(&"the stream was not filled"))?;
        let moved = if who == Who::Ours { COMMITS } else { 0 };
        let first = head.fetch_add(moved, Ordering::Relaxed) + 1;
        let (cpu, started) = (cpu(), Instant::now());
        let mut durations = Vec::new();
        for version in first..first + COMMITS {
            let begun = Instant::now();
            match who {
                Who::Ours => self.follow(name, version).await?,
                Who::Raw => self.raw.put_row(&self.row, format!("raw/{}", name.id())).await?,
            }
            durations.push(begun.elapsed());
        }
        Ok(Side::of(durations, started.elapsed(), spent(cpu)))
    }

    /// Follows the hint of one more commit.
    async fn follow(&self, stream: &StreamName, version: u64) -> Result<(), BenchError> {
        let mut hint = Hint::of(stream.clone(), Version(version));
        hint.add(Commit { stream: stream.clone(), version: Version(version), ..self.commit.clone() });
        let followed = self.folds.follow(&[hint]).await;
        let advanced: usize = followed.folds.values().map(|report| report.advanced).sum();
        match followed.troubles.first() {
            None if advanced == 1 => Ok(()),
            trouble => Err(BenchError::Wrong(format!("{advanced} rows were written: {trouble:?}"))),
        }
    }
}

fn wrong(error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Wrong(error.to_string())
}
