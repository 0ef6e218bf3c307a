//! The lag of the folds, measured on the streams that moved last.

use crate::Operations;
use crate::generations::{unfit, versions};
use foldlog::read::engine::Report;
use foldlog::read::generations::Sets;
use foldlog::read::views::RowKey;
use foldlog::{
    Clock, Consistency, Direction, Generations as _, LogError, LogSpans, Lookup, Lookups, ParkingLot, Reader, Registry,
    Span, StreamName, Subject, Timestamp, Version, Views,
};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response, metrics};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use shop_api::operations::{Lag, Projections, SoFar};
use shop_domain::views::{activity, read_models};
use std::collections::BTreeMap;

/// The maximum number of streams that are compared: those that moved last. Reconciling finds an older stream whose row
/// is behind.
const MOST_STREAMS: usize = 50;
/// The maximum number of commits that are counted for a row that is behind.
const MOST_COMMITS: usize = 100;
/// The number of streams that are compared concurrently.
const CONCURRENCY: usize = 8;
/// The number of notes that are read in one request.
const PAGE: usize = 100;

impl<P: KeyPorts> Operations<P> {
    /// `GET /ops/projections`. Totals have no row per stream, so they show only their progress and their parked notes.
    pub(crate) async fn projections(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&[])?;
        let registry = self.views().registered().await?.registry;
        let streams = self.moved_last().await?;
        let looks: Vec<_> = streams.iter().map(|stream| self.lags(&registry, stream)).collect();
        let lags = stream::iter(looks).buffer_unordered(CONCURRENCY);
        let (parked, lags): (_, Vec<Vec<Lag>>) = futures::try_join!(self.parked_by_subscriber(), lags.try_collect())?;
        let so_far = metrics::followed_so_far();
        let mut items = Vec::new();
        for name in read_models().names() {
            let versions = versions(name);
            let sets = registry.sets(name);
            let so_far = so_far.get(name).map(so_far_of).unwrap_or_default();
            let of_fold = lags.iter().flatten().filter(|lag| lag.name == name);
            let sum = of_fold.fold(Lag::default(), |sum, lag| Lag {
                rows: sum.rows + lag.rows,
                rows_behind: sum.rows_behind + lag.rows_behind,
                commits_behind: sum.commits_behind + lag.commits_behind,
                ms_behind: sum.ms_behind.max(lag.ms_behind),
                ..sum
            });
            let notes = parked.get(&format!("{name}/{}", registry.read(name))).copied().unwrap_or_default();
            items.push(Lag {
                name: name.to_owned(),
                generation: registry.read(name).0,
                schema: sets.map_or_else(|| versions.first().copied().unwrap_or(1), Sets::schema),
                trouble: sets.and_then(|sets| unfit(&versions, sets)),
                rebuilding: sets.and_then(Sets::under_way).map(|(generation, _)| generation.0),
                parked: notes,
                so_far,
                ..sum
            });
        }
        Response::json(StatusCode::OK, &Projections { streams: streams.len(), items, parked })
    }

    async fn moved_last(&self) -> Result<Vec<StreamName>, Problem> {
        let reader = Reader::of(self.views(), activity::folds()).await?;
        let generation = reader.generation();
        let shards = (0..activity::SHARDS).map(async |shard| {
            let shard = shard.to_string();
            let first = activity::BY_MOVE.first(generation, &shard, MOST_STREAMS);
            let lookup = Lookup { direction: Direction::Descending, ..first };
            self.views().query(&lookup).await
        });
        let mut moved = Vec::new();
        for (_, row) in try_join_all(shards).await?.into_iter().flatten() {
            moved.extend(reader.document(&row)?);
        }
        moved.sort_by_key(|document| std::cmp::Reverse(document.moved_at));
        moved.truncate(MOST_STREAMS);
        Ok(moved.into_iter().map(|document| document.stream).collect())
    }

    /// The lag of each fold of a stream.
    async fn lags(&self, registry: &Registry, stream: &StreamName) -> Result<Vec<Lag>, Problem> {
        let folds = &self.folds;
        let mut seen = Vec::new();
        for fold in folds.of(stream.category()).filter(|fold| folds.is_read(registry, *fold)) {
            let place = RowKey { view: fold.name(), generation: registry.read(fold.name()), key: fold.key(stream) };
            let row = self.views().row(&place, Consistency::Strong).await?;
            seen.push((fold.name(), row.map_or(Version::NONE, |row| row.version)));
        }
        // Most rows of a stream are at the same version: one read for all of them.
        let mut missing: BTreeMap<Version, Vec<Timestamp>> = seen.iter().map(|(_, seen)| (*seen, vec![])).collect();
        for (seen, times) in &mut missing {
            let span = Span { limit: Some(MOST_COMMITS), ..Span::behind(*seen) };
            *times = match folds.log().span(stream, span).await {
                Ok(commits) => commits.iter().map(|commit| commit.committed_at).collect(),
                // No reader gets past a corrupt commit. It counts as one missing commit; its time is unknown.
                Err(LogError::Corrupt { .. }) => vec![folds.host().now()],
                Err(error) => return Err(error.into()),
            };
        }
        let now = folds.host().now();
        let lag = |(name, version): (&'static str, Version)| {
            let missing = missing.get(&version).map_or(&[][..], Vec::as_slice);
            Lag {
                name: name.to_owned(),
                rows: 1,
                rows_behind: usize::from(!missing.is_empty()),
                commits_behind: missing.len(),
                ms_behind: missing.first().map_or(0, |at| now.0.saturating_sub(at.0).max(0)),
                ..Lag::default()
            }
        };
        Ok(seen.into_iter().map(lag).collect())
    }

    pub(crate) async fn parked_by_subscriber(&self) -> Result<BTreeMap<String, usize>, Problem> {
        let mut count = BTreeMap::new();
        let mut after: Option<Subject> = None;
        loop {
            let page = self.lot().notes(after.as_ref(), PAGE).await?;
            for note in &page.notes {
                *count.entry(note.trouble.subject.subscriber()).or_default() += 1;
            }
            after = page.next;
            if after.is_none() {
                return Ok(count);
            }
        }
    }
}

fn so_far_of(report: &Report) -> SoFar {
    SoFar {
        advanced: report.advanced,
        commits: report.commits,
        gaps_repaired: report.repaired,
        duplicates_dropped: report.duplicates,
        longest_lag_ms: report.lag_ms,
        longest_lag_commits: report.lag_commits,
    }
}
