//! `shop import`: a log that was exported elsewhere.

use crate::failure::Failure;
use crate::global::Global;
use crate::import::LogImport;
use crate::table_source::TableSource;
use crate::terminal::{self, bar};
use foldlog_transfer::{Directory, FILE_BYTES, TableExport};
use serde::Deserialize;
use serde_json::json;
use shop_client::{Client, Identity, Role};
use std::path::PathBuf;
use tempfile::TempDir;

/// How much of an unordered export is sorted in memory at a time, in bytes.
const RUN_BYTES: usize = 32 * 1024 * 1024;

/// Import an export into a shop with an empty log, and verify all of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Commands must be off until the import has verified, so that the shop charges, reserves and publishes
nothing meanwhile. Then start the shop with commands on; it continues what was under way. The import
compares checksums and hash chains before it writes anything. It writes commits as they are, marked
as imported; the shop does not publish them again. If you stop it and run it again, it continues.
A payment provider keeps its own books: copy those of the sandbox along, DIR/payments.ndjson of
`shop serve --data DIR`. It also reads a full export of the log's table that DynamoDB made itself,
in DYNAMODB_JSON: DIR holds what lay under AWSDynamoDB/<export>/. A difference is exit code 3.

Examples:
  shop serve --data ./elsewhere --commands off
  shop import ./backup
  aws s3 sync s3://bucket/AWSDynamoDB/01693685827463-2d8752fd ./table && shop import ./table
  shop import ./backup --stack shop --commands-are-off --profile production --region eu-central-1")]
pub(crate) struct Import {
    /// The directory of the export
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Confirm that the stack was deployed with Commands=off
    #[arg(long, requires = "stack")]
    commands_are_off: bool,
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
        self.commands_off(&client).await?;
        let (database, names) = self.table_source.tables(&client).await?;
        let log = LogImport::new(&database, |logical| names.get(logical).cloned())?;
        let arranged = self.arranged().await?;
        let export = Directory::open(arranged.as_ref().map_or(&*self.directory, TempDir::path))?;
        let commits = export.manifest().commits;
        step("commits checked", commits, async |done| Ok(export.check(done)?)).await?;
        let import = log.begin(&export).await?;
        step("commits imported", commits, async |done| log.write(&export, &import, done).await).await?;
        let streams = export.manifest().streams;
        step("streams folded", streams, async |done| log.fold(done).await).await?;
        let found = step("streams verified", streams, async |done| log.verify(&export, done).await).await?;
        log.verified(&import).await?;
        if global.json {
            let counts = json!({
                "id": import.id, "streams": found.streams, "commits": found.commits, "rows": found.rows, "verified": true,
            });
            return terminal::json_line(&counts);
        }
        terminal::line(&format!(
            "{} commits of {} streams were imported, and are whole; {} rows are their folds. Commands can be switched on",
            found.commits, found.streams, found.rows
        ))
    }

    /// DynamoDB's own export, sorted; none if the shop made the export.
    async fn arranged(&self) -> Result<Option<TempDir>, Failure> {
        if !TableExport::is_in(&self.directory) {
            return Ok(None);
        }
        let table = TableExport::open(&self.directory)?;
        let directory = TempDir::new().map_err(|error| Failure::Machine(error.to_string()))?;
        let arrange =
            async |done: &(dyn Fn() + Send + Sync)| Ok(table.arrange(directory.path(), FILE_BYTES, RUN_BYTES, done)?);
        step("items read", table.items(), arrange).await?;
        Ok(Some(directory))
    }

    /// Fails if the shop carries out commands.
    async fn commands_off(&self, client: &Client) -> Result<(), Failure> {
        if self.table_source.is_stack() {
            return if self.commands_are_off { Ok(()) } else { Err(Failure::CommandsUnknown) };
        }
        let session = client.session(&Identity::of(Role::Operator)).await?;
        let health: Health = session.get(&["healthz"]).send().await?.accepted()?.json()?;
        if health.commands == "off" { Ok(()) } else { Err(Failure::CommandsOn) }
    }
}

/// One step with its bar.
async fn step<T>(
    label: &'static str,
    steps: usize,
    work: impl AsyncFnOnce(&(dyn Fn() + Send + Sync)) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let progress = bar(label, steps);
    let done = work(&|| progress.inc(1)).await;
    progress.finish_and_clear();
    done
}
