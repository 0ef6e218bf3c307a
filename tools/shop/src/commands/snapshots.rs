//! `shop snapshots`: the states of long streams, prepared for this release.

use crate::failure::Failure;
use crate::global::Global;
use crate::table_source::TableSource;
use crate::terminal::{self, with_bar};
use foldlog::past::prepare::{EVERY, LONG, LongStream, Preparation, long_streams, prepare};
use foldlog_lambda::SystemHost;
use indicatif::ProgressBar;
use serde_json::json;
use shop_composition::Tables;
use shop_domain::streams::stream_types;

/// Prepare the states of long streams for this release, before you deploy it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A release that changes the shape of a state cannot use the snapshots of the one before it. It reads a
stream from its beginning then, and refuses a stream of more than 10,000 commits until it finds a
state that was prepared. Run this command of the new release while the old one serves: it reads the
log once, folds the streams that are too long, and appends their states to the log, in streams of
their own. Run it again shortly before you deploy if the shop is busy. It continues where it was
stopped, and there is nothing to do if no state has changed its shape.

Examples:
  shop snapshots
  shop snapshots --stack shop --profile production --region eu-central-1")]
pub(crate) struct Snapshots {
    #[command(flatten)]
    table_source: TableSource,
}

impl Snapshots {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = self.table_source.open(&global.client()?).await?;
        let walk = async |bar: &ProgressBar| {
            long_streams(tables.log(), &stream_types(), LONG, |commits| step(bar, commits)).await
        };
        let long = with_bar("commits read", tables.size().await, walk).await.map_err(Failure::tables)?;
        for long in &long {
            let done = prepared_stream(&tables, long).await?;
            let (LongStream { stream, .. }, Preparation { commits, snapshots, version }) = (long, done);
            let counts = json!({
                "stream": stream, "version": version, "commits": commits, "snapshots": snapshots,
            });
            global.print(&counts, || {
                format!("{stream} is prepared to version {version}: {commits} commits, {snapshots} snapshots")
            })?;
        }
        if long.is_empty() && !global.json {
            terminal::line("every stream has a snapshot that this release can use, or is short")?;
        }
        Ok(())
    }
}

/// Prepares one stream.
async fn prepared_stream(tables: &Tables, long: &LongStream) -> Result<Preparation, Failure> {
    let LongStream { stream, commits } = long;
    let of = stream_types().into_iter().find(|of| of.category() == stream.category());
    let of = of.ok_or_else(|| Failure::NoStream(stream.to_string()))?;
    let fold =
        async |bar: &ProgressBar| prepare(tables.log(), &SystemHost, &*of, stream, EVERY, |done| step(bar, done)).await;
    with_bar("commits folded", *commits, fold).await.map_err(Failure::tables)
}

fn step(bar: &ProgressBar, commits: usize) {
    bar.inc(u64::try_from(commits).unwrap_or_default());
}
