//! `shop export`: the log as files.

use crate::failure::Failure;
use crate::global::Global;
use crate::table_source::TableSource;
use crate::terminal::{self, bar};
use foldlog::{Clock, Timestamp};
use foldlog_lambda::SystemHost;
use foldlog_transfer::FILE_BYTES;
use serde_json::json;
use std::path::PathBuf;

/// Write the log to a directory: compressed NDJSON, a commit a line, and a manifest with checksums
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The files hold each stream by name, oldest commit first, and the manifest follows from the commits
alone: the same log gives the same one again, wherever it was imported. Each stream is compared with
its hash chain on the way, and no effect is written without its cause: where either fails, the exit
code is 3. A shop may be open meanwhile. Stopped, it goes on where it was when it is run again.

Examples:
  shop export ./backup
  shop export ./month-end --until 2026-11-01T00:00:00+01:00
  shop export ./backup --stack shop --profile production --region eu-central-1
  shop export ./restored --stack shop --table EventLog=shop-log-of-monday")]
pub(crate) struct Export {
    /// Where to; it is made where it does not exist
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// What was committed up to this moment, in RFC 3339 [default: now]
    #[arg(long, value_name = "MOMENT")]
    until: Option<Timestamp>,
    #[command(flatten)]
    table_source: TableSource,
}

impl Export {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = self.table_source.open(&global.client()?).await?;
        let now = SystemHost.now();
        let export =
            foldlog_transfer::Export::begin(tables.log(), &self.directory, self.until, now, FILE_BYTES).await?;
        let progress = bar("streams exported", export.remaining());
        let manifest = export.run(|| progress.inc(1)).await;
        progress.finish_and_clear();
        let manifest = manifest?;
        if global.json {
            let (id, until) = (manifest.id(), manifest.until.map(|until| until.to_string()));
            let (streams, commits, files) = (manifest.streams, manifest.commits, manifest.files.len());
            let counts = json!({
                "id": id, "until": until, "streams": streams, "commits": commits, "files": files, "root": manifest.root,
            });
            return terminal::json_line(&counts);
        }
        terminal::line(&format!(
            "{} commits of {} streams are in {}, export {}",
            manifest.commits,
            manifest.streams,
            self.directory.display(),
            manifest.id()
        ))
    }
}
