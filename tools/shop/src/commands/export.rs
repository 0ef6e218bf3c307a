//! `shop export`: the log as files.

use crate::failure::Failure;
use crate::global::Global;
use crate::keys;
use crate::table_source::TableSource;
use crate::terminal::with_bar;
use foldlog::{Clock, Timestamp};
use foldlog_lambda::SystemHost;
use foldlog_transfer::FILE_BYTES;
use indicatif::ProgressBar;
use serde_json::json;
use std::path::PathBuf;

/// Export the log to a directory: compressed NDJSON and a manifest with checksums
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is a commit. The files hold the streams by name, oldest commit first. The manifest follows
from the commits alone, so the same log always gives the same manifest. The export compares each
stream with its hash chain, and each effect with its cause; if either fails, the exit code is 3. The
shop may be open meanwhile. If you stop it and run it again, it continues.

Personal data are sealed in an export, and their keys are not in it: so an erasure reaches every
export. With --keys the keys go to a file of their own, still wrapped by the shop's key of keys. No
erasure reaches that file: import it, and delete it.

Examples:
  shop export ./backup
  shop export ./backup --keys ./keys.ndjson
  shop export ./month-end --until 2026-11-01T00:00:00+01:00
  shop export ./backup --stack shop --profile production --region eu-central-1
  shop export ./restored --stack shop --table EventLog=shop-log-of-monday")]
pub(crate) struct Export {
    /// The directory to write to; it is created if it does not exist
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Export what was committed up to this moment, in RFC 3339 [default: now]
    #[arg(long, value_name = "MOMENT")]
    until: Option<Timestamp>,
    /// Also write the wrapped keys of personal data to this file
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    table_source: TableSource,
}

impl Export {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = self.table_source.open(&global.client()?).await?;
        let now = SystemHost.now();
        let export =
            foldlog_transfer::Export::begin(tables.log(), &self.directory, self.until, now, FILE_BYTES).await?;
        let remaining = export.remaining();
        let exported = async |bar: &ProgressBar| export.run(|| bar.inc(1)).await;
        let manifest = with_bar("streams exported", remaining, exported).await?;
        if let Some(file) = &self.keys {
            keys::save(&self.table_source, &global.client()?, file).await?;
        }
        let (id, until) = (manifest.id(), manifest.until.map(|until| until.to_string()));
        let (streams, commits, files) = (manifest.streams, manifest.commits, manifest.files.len());
        let counts = json!({
            "id": id, "until": until, "streams": streams, "commits": commits, "files": files, "root": manifest.root,
        });
        global.print(&counts, || {
            format!("{commits} commits of {streams} streams are in {}, export {id}", self.directory.display())
        })
    }
}
