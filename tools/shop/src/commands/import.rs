//! `shop import`: a log that was exported elsewhere.

use crate::failure::Failure;
use crate::global::Global;
use crate::import::LogImport;
use crate::keys;
use crate::table_source::TableSource;
use crate::terminal::with_bar;
use foldlog::verify::Verified;
use foldlog_transfer::{Directory, FILE_BYTES, TableExport};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use tempfile::TempDir;

/// The part of an unordered export that is sorted in memory at a time, in bytes.
const RUN_BYTES: usize = 32 * 1024 * 1024;

/// Import an export into a shop with an empty log, and verify all of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Commands must be off until the import has verified, so that the shop charges, reserves and publishes
nothing meanwhile. Then start the shop with commands on; it continues what was under way. The import
compares checksums and hash chains before it writes anything. It writes commits as they are, marked
as imported; the shop does not publish them again. If you stop it and run it again, it continues.
A payment provider keeps its own books: copy those of the sandbox along, DIR/payments.ndjson of
`shop serve --data DIR`.

Personal data come sealed. Without their keys they are unreadable, and cards cannot be charged. Give
--keys the file that `shop export --keys` wrote. The keys in it are wrapped by the key of keys of the
shop that they come from: copy DIR/KeyOfKeys.key along as well. A stack on AWS has a key of keys of
its own, which does not unwrap the keys of another one.

It also reads a full export of the log's table that DynamoDB made itself,
in DYNAMODB_JSON: DIR holds what lay under AWSDynamoDB/<export>/. A difference is exit code 3.

Examples:
  shop serve --data ./elsewhere --commands off
  shop import ./backup --keys ./keys.ndjson
  aws s3 sync s3://bucket/AWSDynamoDB/01693685827463-2d8752fd ./table && shop import ./table
  shop import ./backup --stack shop --commands-are-off --profile production --region eu-central-1")]
pub(crate) struct Import {
    /// The directory of the export
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Confirm that the stack was deployed with Commands=off
    #[arg(long, requires = "stack")]
    commands_are_off: bool,
    /// The wrapped keys of personal data, as `shop export --keys` wrote them
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    table_source: TableSource,
}

#[derive(Deserialize)]
struct Health {
    commands: String,
}

impl Import {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let client = global.client()?;
        self.commands_off(global).await?;
        let (database, names) = self.table_source.tables(&client).await?;
        let log = LogImport::new(&database, |logical| names.get(logical).cloned())?;
        let arranged = self.arranged().await?;
        let export = Directory::open(arranged.as_ref().map_or(&*self.directory, TempDir::path))?;
        let commits = export.manifest().commits;
        with_bar("commits checked", commits, async |bar| export.check(|| bar.inc(1))).await?;
        let import = log.begin(&export).await?;
        if let Some(file) = &self.keys {
            keys::load(&self.table_source, &client, file).await?;
        }
        with_bar("commits imported", commits, async |bar| log.write(&export, &import, &|| bar.inc(1)).await).await?;
        let streams = export.manifest().streams;
        with_bar("streams folded", streams, async |bar| log.fold(&|| bar.inc(1)).await).await?;
        let verified = async |bar: &ProgressBar| log.verify(&export, &|| bar.inc(1)).await;
        let found = with_bar("streams verified", streams, verified).await?;
        log.verified(&import).await?;
        let Verified { streams, commits, rows } = found;
        let counts = json!({
            "id": import.id, "streams": streams, "commits": commits, "rows": rows, "verified": true,
        });
        global.print(&counts, || {
            format!(
                "{commits} commits of {streams} streams were imported, and are whole; {rows} rows are their folds. Commands can be switched on"
            )
        })
    }

    /// DynamoDB's own export, sorted; none if the shop made the export.
    async fn arranged(&self) -> Result<Option<TempDir>, Failure> {
        if !TableExport::is_in(&self.directory) {
            return Ok(None);
        }
        let table = TableExport::open(&self.directory)?;
        let directory = TempDir::new().map_err(Failure::machine)?;
        let arrange = async |bar: &ProgressBar| table.arrange(directory.path(), FILE_BYTES, RUN_BYTES, || bar.inc(1));
        with_bar("items read", table.items(), arrange).await?;
        Ok(Some(directory))
    }

    /// Fails if the shop carries out commands.
    async fn commands_off(&self, global: &Global) -> Result<(), Failure> {
        if self.table_source.is_stack() {
            return if self.commands_are_off { Ok(()) } else { Err(Failure::CommandsUnknown) };
        }
        let operator = global.operator().await?;
        let health: Health = operator.get(&["healthz"]).send().await?.accepted()?.json()?;
        if health.commands == "off" { Ok(()) } else { Err(Failure::CommandsOn) }
    }
}
