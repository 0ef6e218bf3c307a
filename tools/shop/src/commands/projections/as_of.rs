//! `shop projections as-of`: a read model as it was.

use crate::failure::Failure;
use crate::global::Global;
use crate::table_source::TableSource;
use crate::terminal::bar;
use foldlog::read::projection::Row;
use foldlog::totals::Sums;
use foldlog::write::chain::Chain;
use foldlog::write::scan::Part;
use foldlog::{Commit, LogScan, StreamName, Subscription, Timestamp, TotalsFold, Version};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use shop_domain::views::read_models;
use shop_domain::views::sales::{self, By, Figures};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;

/// The number of streams that are folded concurrently.
const SIDE_BY_SIDE: usize = 8;

/// Write a read model as it was at a moment to a file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It folds the log, and does not read the rows of today. Each line is
{\"key\", \"version\", \"document\"}, in the order of the keys. It leaves out streams with nothing to
show. A row of sales has no version, because all orders add to it; its key is the kind of total, the
day, and the product or category. It compares each stream with its hash chain.

Examples:
  shop projections as-of stock --at 2026-11-01T00:00:00+01:00 --out stock.ndjson
  shop projections as-of sales --at 2026-11-01T00:00:00Z --out sales.ndjson
  shop projections as-of order --at 2026-11-01T00:00:00Z --out orders.ndjson --stack shop")]
pub(crate) struct AsOf {
    /// The read model, such as stock, order, catalogue or sales
    #[arg(value_name = "NAME", value_parser = known)]
    name: String,
    /// The moment, in RFC 3339; it includes what was committed up to then
    #[arg(long, value_name = "MOMENT")]
    at: Timestamp,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    table_source: TableSource,
}

/// A line of a view.
#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    version: Version,
    document: &'a RawValue,
}

fn known(name: &str) -> Result<String, String> {
    let models = read_models();
    let views = models.views.iter().map(|view| view.name());
    let mut names: Vec<_> = views.chain(models.totals.iter().map(|totals| totals.name())).collect();
    // A view has a projection for each of its versions.
    names.dedup();
    if names.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(format!("there are {}", names.join(", ")))
}

impl AsOf {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = self.table_source.open(&global.client()?).await?;
        let streams = tables.streams().await.map_err(Failure::tables)?;
        let subscriptions = read_models().views.into_iter().filter(|fold| fold.name() == self.name);
        let totals = read_models().totals.into_iter().filter(|fold| fold.name() == self.name);
        let mut file = Unfinished::create(&self.out)?;
        let mut rows = 0;
        if let Some(newest) = subscriptions.max_by_key(|fold| fold.fold_version()) {
            rows = self.view(tables.log(), newest.as_ref(), streams, &mut file).await?;
        } else if let Some(newest) = totals.max_by_key(|fold| fold.fold_version()) {
            rows = self.sales(tables.log(), newest.as_ref(), streams, &mut file).await?;
        }
        file.finish()?;
        let (name, at) = (&self.name, self.at.to_string());
        global.print(&json!({"name": name, "at": at, "rows": rows}), || {
            format!("{rows} rows of {name} as of {at} are in {}", self.out.display())
        })
    }

    /// Writes a view and returns the number of its rows. It keeps only the keys and the streams that it is folding in
    /// memory.
    async fn view(
        &self,
        log: &impl LogScan,
        subscription: &dyn Subscription,
        mut streams: Vec<StreamName>,
        file: &mut Unfinished<'_>,
    ) -> Result<usize, Failure> {
        streams.retain(|stream| subscription.follows(stream.category()));
        streams.sort_by_key(|stream| subscription.key(stream));
        let progress = bar("streams folded", streams.len());
        let each = streams.iter().map(|stream| self.rows(log, subscription, stream));
        let mut rows = pin!(stream::iter(each).buffered(SIDE_BY_SIDE));
        let mut written = 0;
        while let Some(of_stream) = rows.try_next().await? {
            progress.inc(1);
            for (key, Row { document, version, .. }) in of_stream.into_iter().filter(|(_, row)| row.document != "null")
            {
                let document = RawValue::from_string(document).map_err(std::io::Error::other)?;
                file.line(&Line { key: &key, version, document: &document })?;
                written += 1;
            }
        }
        progress.finish_and_clear();
        Ok(written)
    }

    /// A stream's row, after the rows that lead to its commits.
    async fn rows(
        &self,
        log: &impl LogScan,
        subscription: &dyn Subscription,
        stream: &StreamName,
    ) -> Result<Vec<(String, Row)>, Failure> {
        let (mut rows, mut row): (Vec<_>, Option<Row>) = (Vec::new(), None);
        self.each(log, stream, |commits| {
            rows.extend(subscription.pointers(row.as_ref(), commits));
            let folded = subscription.fold(row.as_ref(), commits);
            row = folded.row.or(row.take());
            match folded.failed {
                Some((version, error)) => Err(unfolded(stream, subscription.name(), version, error)),
                None => Ok(()),
            }
        })
        .await?;
        rows.extend(row.map(|row| (subscription.key(stream), row)));
        Ok(rows)
    }

    /// Writes the totals and returns the number of their rows.
    async fn sales(
        &self,
        log: &impl LogScan,
        fold: &dyn TotalsFold,
        mut streams: Vec<StreamName>,
        file: &mut Unfinished<'_>,
    ) -> Result<usize, Failure> {
        streams.retain(|stream| fold.follows(stream.category()));
        let progress = bar("streams folded", streams.len());
        let each = streams.iter().map(|stream| self.added(log, fold, stream));
        let mut added = pin!(stream::iter(each).buffer_unordered(SIDE_BY_SIDE));
        let mut sums = Sums::default();
        while let Some(of_stream) = added.try_next().await? {
            sums.merge(of_stream);
            progress.inc(1);
        }
        progress.finish_and_clear();
        let mut lines = BTreeMap::new();
        for by in [By::Sku, By::Category] {
            let partitions: Vec<_> = by.partitions().collect();
            let rows = sums.0.iter().filter(|(key, _)| partitions.contains(&key.partition));
            let figures = sales::figures(rows.map(|(key, amounts)| (key.name.clone(), amounts.clone())));
            lines
                .extend(figures.into_iter().map(|((day, of), figures)| (format!("{}/{day}/{of}", by.name()), figures)));
        }
        for (key, Figures { units, revenue, orders, cancellations, returned, refunds }) in &lines {
            let document = json!({
                "units": units, "revenue": revenue, "orders": orders, "cancellations": cancellations,
                "returned": returned, "refunds": refunds,
            });
            file.line(&json!({"key": key, "document": document}))?;
        }
        Ok(lines.len())
    }

    async fn added(&self, log: &impl LogScan, fold: &dyn TotalsFold, stream: &StreamName) -> Result<Sums, Failure> {
        let (mut standing, mut all) = (None, Sums::default());
        self.each(log, stream, |commits| {
            for commit in commits {
                let failed = |error| unfolded(stream, fold.name(), commit.version, error);
                let (checkpoint, sums) = fold.fold(standing.as_ref(), commit).map_err(failed)?;
                standing = Some(checkpoint);
                all.merge(sums);
            }
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Passes on a stream's commits up to the moment, a page at a time, after it has verified their chain.
    async fn each(
        &self,
        log: &impl LogScan,
        stream: &StreamName,
        mut show: impl FnMut(&[Commit]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut chain = Chain::of(stream.clone(), &[]);
        let (part, mut after) = (Part::Stream(stream.clone()), None);
        loop {
            let page = log.page(&part, after.as_ref()).await.map_err(Failure::tables)?;
            let commits: Vec<Commit> = page.commits.into_iter().collect::<Result<_, _>>().map_err(Failure::tables)?;
            // A stream's commits are in the order of their times.
            let until = commits.partition_point(|commit| commit.committed_at <= self.at);
            let ends = until < commits.len();
            let commits = commits.get(..until).unwrap_or_default();
            for commit in commits {
                chain.follow(commit).map_err(|broken| Failure::Different(format!("the log: {broken}")))?;
            }
            show(commits)?;
            after = page.next;
            if ends || after.is_none() {
                return Ok(());
            }
        }
    }
}

fn unfolded(stream: &StreamName, view: &'static str, version: Version, error: String) -> Failure {
    Failure::Unfolded { stream: stream.to_string(), view, version: version.0, error }
}

/// A file that appears once it is complete.
struct Unfinished<'a> {
    path: &'a Path,
    written: PathBuf,
    file: BufWriter<File>,
}

impl<'a> Unfinished<'a> {
    fn create(path: &'a Path) -> Result<Self, Failure> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let written = path.with_file_name(name);
        let file =
            File::create(&written).map_err(|error| Failure::Machine(format!("{}: {error}", written.display())))?;
        Ok(Self { path, written, file: BufWriter::new(file) })
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.file, line).map_err(std::io::Error::from)?;
        Ok(self.file.write_all(b"\n")?)
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.file.flush()?;
        Ok(std::fs::rename(&self.written, self.path)?)
    }
}
