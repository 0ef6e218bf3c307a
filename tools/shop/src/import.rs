//! The import of a log from elsewhere: commits are written, folded and verified. No process reacts to them.

use crate::failure::Failure;
use aws_sdk_dynamodb::Client;
use foldlog::verify::{Limits, Verified};
use foldlog::{Clock, Commit, Decider, Followed, Hint, LogScan, ProjectionEngine, TotalsEngine};
use foldlog_dynamo::{Import, Imports, Log, Parked, TotalsStore, Views};
use foldlog_lambda::SystemHost;
use foldlog_transfer::Directory;
use futures::channel::mpsc::{Receiver, channel};
use futures::future::{join, try_join_all};
use futures::{SinkExt, StreamExt};
use shop_composition::{NoTable, Tables};
use shop_domain::stock;
use shop_domain::views::read_models;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The number of streams that are written at the same time. The commits of each stream are written in order.
const LANES: usize = 16;
/// The number of commits that can wait for a lane.
const WAITING: usize = 8;
/// The number of streams that are folded together.
const AT_A_TIME: usize = 100;

/// The tables to import into.
pub(crate) struct LogImport {
    tables: Tables,
    /// The log, once plain and once with markers, as reactions on stock write it.
    log: Log,
    stock: Log,
    imports: Imports,
    folds: ProjectionEngine<Log, Views, Parked, SystemHost>,
    sales: TotalsEngine<Log, TotalsStore, Parked, SystemHost>,
}

impl LogImport {
    /// The tables of a database; `table` returns their names by logical ids.
    pub(crate) fn new(database: &Client, table: impl Fn(&str) -> Option<String>) -> Result<Self, NoTable> {
        let tables = Tables::on(database, &table)?;
        let named = |logical: &str| table(logical).ok_or_else(|| NoTable(logical.to_owned()));
        let log = tables.log().clone();
        let parked = Parked::new(database.clone(), named("Parked")?);
        let folds =
            ProjectionEngine::new(log.clone(), tables.views().clone(), parked.clone(), SystemHost, read_models().views);
        Ok(Self {
            stock: log.clone().with_markers(named("StockMarkers")?),
            imports: Imports::new(database.clone(), named("Imports")?),
            sales: TotalsEngine::new(log.clone(), tables.sales().clone(), parked, SystemHost, read_models().totals),
            folds,
            log,
            tables,
        })
    }

    /// Records that the import begins. The log must be empty, or contain a part of the same import.
    pub(crate) async fn begin(&self, export: &Directory) -> Result<Import, Failure> {
        let id = export.manifest().id();
        let all = self.imports.all().await.map_err(Failure::tables)?;
        let known = all.iter().any(|import| import.id == id);
        if !known && !self.log.is_empty().await.map_err(Failure::tables)? {
            return Err(Failure::NotEmpty);
        }
        let import = Import { id, commits: export.manifest().commits, begun_at: SystemHost.now(), verified_at: None };
        self.imports.note(&import).await.map_err(Failure::tables)?;
        Ok(import)
    }

    /// Writes the commits, and calls `done` after each.
    pub(crate) async fn write(
        &self,
        export: &Directory,
        import: &Import,
        done: &(dyn Fn() + Send + Sync),
    ) -> Result<(), Failure> {
        let (mut senders, mut lanes) = (Vec::new(), Vec::new());
        for _ in 0..LANES {
            let (sender, receiver) = channel(WAITING);
            senders.push(sender);
            lanes.push(self.lane(receiver, import, done));
        }
        let shown = async move {
            for commit in export.commits() {
                let commit = commit?;
                let mut hasher = DefaultHasher::new();
                commit.stream.hash(&mut hasher);
                let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default();
                let Some(sender) = senders.get_mut(lane) else { continue };
                // A lane that has ended returns its own error.
                if sender.send(commit).await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        let (shown, written) = join(shown, try_join_all(lanes)).await;
        written.and(shown)
    }

    async fn lane(
        &self,
        mut commits: Receiver<Commit>,
        import: &Import,
        done: &(dyn Fn() + Send + Sync),
    ) -> Result<(), Failure> {
        while let Some(commit) = commits.next().await {
            let marked = commit.stream.category() == stock::Stock::CATEGORY;
            let log = if marked { &self.stock } else { &self.log };
            log.import(&commit, &import.id).await?;
            done();
        }
        Ok(())
    }

    /// Brings every row and every total up to date with the log, and calls `done` after each stream.
    pub(crate) async fn fold(&self, done: &(dyn Fn() + Send + Sync)) -> Result<(), Failure> {
        let heads = self.log.heads().await.map_err(Failure::tables)?;
        for heads in heads.chunks(AT_A_TIME) {
            let hints: Vec<_> = heads.iter().map(|(stream, version)| Hint::of(stream.clone(), *version)).collect();
            for Followed { troubles, .. } in [self.folds.follow(&hints).await, self.sales.follow(&hints).await] {
                if let Some(trouble) = troubles.first() {
                    return Err(Failure::Tables(format!("{} was not followed: {}", trouble.subject, trouble.error)));
                }
            }
            for _ in heads {
                done();
            }
        }
        Ok(())
    }

    /// Verifies everything, and that the log has exactly the exported commits.
    pub(crate) async fn verify(
        &self,
        export: &Directory,
        done: &(dyn Fn() + Send + Sync),
    ) -> Result<Verified, Failure> {
        let mut streams = 0;
        let looked_at = |verified: &Verified| {
            (streams..verified.streams).for_each(|_| done());
            streams = verified.streams;
        };
        let found =
            self.tables.whole(Limits { differences: 1, until: None }, looked_at).await.map_err(Failure::tables)?;
        if let Some(difference) = found.surveyed.findings.differences.first() {
            return Err(Failure::Different(difference.to_string()));
        }
        let found = found.surveyed.findings.verified;
        let expected = (export.manifest().streams, export.manifest().commits);
        if (found.streams, found.commits) == expected {
            return Ok(found);
        }
        Err(Failure::Different(format!(
            "the log has {} commits of {} streams, the export {} of {}",
            found.commits, found.streams, expected.1, expected.0
        )))
    }

    /// Records that the import was verified.
    pub(crate) async fn verified(&self, import: &Import) -> Result<(), Failure> {
        let verified = Import { verified_at: Some(SystemHost.now()), ..import.clone() };
        self.imports.note(&verified).await.map_err(Failure::tables)
    }
}
