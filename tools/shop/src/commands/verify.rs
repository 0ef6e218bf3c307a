//! `shop verify`: verify the log, and compare the read models with it.

use crate::failure::Failure;
use crate::global::Global;
use crate::table_source::TableSource;
use crate::terminal::{self, with_bar};
use foldlog::StreamName;
use foldlog::verify::{Limits, VerifyError};
use foldlog::write::identity::fresh_id;
use foldlog_lambda::SystemHost;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use shop_api::operations::{Different, ReportVerification};
use shop_composition::Tables;
use shop_domain::audit::{Report, Scope, Verifier};
use verification::Found;

/// Verify the hash chain of each stream, and compare each row and total with the log
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the tables themselves, not the API: the local host's at --api, or those of --stack on AWS.
The shop may be open meanwhile; what is behind gets 5 seconds to follow. It ends at the first
difference, or with --all at the hundredth, with exit code 3. It names stream, version, view and
field. For single streams it does not compare the totals, which belong to all streams. It records
the result through --api in the audit stream; if that fails, a note on stderr says so.

Examples:
  shop verify
  shop verify --all --json
  shop verify --sample 50
  shop verify --stream order-0195f1c2a0b07000800000000000cafe
  shop verify --stack shop --profile production --region eu-central-1 --api https://shop.example")]
pub(crate) struct Verify {
    /// Verify only this stream, such as stock-berlin.mug
    #[arg(long, value_name = "NAME")]
    stream: Option<StreamName>,
    /// Verify only a random sample of N streams
    #[arg(long, value_name = "N", conflicts_with = "stream", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Continue to the hundredth difference
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    table_source: TableSource,
}

impl Verify {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = self.table_source.open(&global.client()?).await?;
        let scope = match (&self.stream, self.sample) {
            (Some(stream), _) => Scope::Stream(stream.clone()),
            (None, Some(count)) => Scope::Sample(count),
            (None, None) => Scope::Whole,
        };
        let found = self.compare(&tables, &scope).await.map_err(Failure::tables)?;
        let verified = found.surveyed.findings.verified;
        let differences: Vec<_> = found.surveyed.findings.differences.iter().map(ToString::to_string).collect();
        if let (Scope::Stream(stream), true, 0) = (&scope, differences.is_empty(), verified.commits) {
            return Err(Failure::NoStream(stream.to_string()));
        }
        let told = tell(global, &found, scope).await;
        if let Err(error) = told {
            terminal::remark(&format!("the shop has not recorded the result: {error}"));
        }
        if differences.is_empty() {
            return agrees(&found, global);
        }
        self.differs(&found, &differences, global)
    }

    async fn compare(&self, tables: &Tables, scope: &Scope) -> Result<Found, VerifyError> {
        match scope {
            Scope::Whole => {
                let differences = if self.all { Report::MOST_DIFFERENCES } else { 1 };
                let limits = Limits { differences, until: None };
                let verified = async |bar: &ProgressBar| {
                    let position = |number: usize| bar.set_position(u64::try_from(number).unwrap_or_default());
                    tables.whole(limits, |verified| position(verified.commits)).await
                };
                with_bar("commits verified", tables.size().await, verified).await
            }
            Scope::Stream(stream) => tables.verify(std::slice::from_ref(stream)).await,
            Scope::Sample(count) => {
                let picked = tables.sample(usize::try_from(*count).unwrap_or(usize::MAX)).await;
                tables.verify(&picked.map_err(VerifyError::Log)?).await
            }
        }
    }

    fn differs(&self, found: &Found, differences: &[String], global: &Global) -> Result<(), Failure> {
        let documents: Vec<Different> = found.surveyed.findings.differences.iter().map(Into::into).collect();
        if self.all {
            if global.json {
                terminal::json_line(&json!({"agrees": false, "differences": documents}))?;
            } else {
                differences.iter().try_for_each(|difference| terminal::line(difference))?;
            }
            return Err(Failure::Different(match differences {
                [one] => one.clone(),
                more => format!("{} differences, the first of them: {}", more.len(), more[0]),
            }));
        }
        if global.json {
            terminal::json_line(&json!({"agrees": false, "difference": documents.first()}))?;
        }
        Err(Failure::Different(differences.first().cloned().unwrap_or_default()))
    }
}

/// Reports the result to the shop, which records it.
async fn tell(global: &Global, found: &Found, scope: Scope) -> Result<(), Failure> {
    let report = found.report(Verifier::Shop, scope).map_err(Failure::tables)?;
    let body: Value = serde_json::to_value(ReportVerification::of(report)).map_err(std::io::Error::other)?;
    global.operator().await?.command(&["ops", "verifications"], &fresh_id(&SystemHost), &body).await?;
    Ok(())
}

fn agrees(found: &Found, global: &Global) -> Result<(), Failure> {
    let (verified, totals) = (found.surveyed.findings.verified, found.totals);
    let (streams, commits, rows) = (verified.streams, verified.commits, verified.rows);
    let counts = json!({
        "agrees": true, "streams": streams, "commits": commits, "rows": rows, "totals": totals,
    });
    global.print(&counts, || {
        format!(
            "{streams} streams of {commits} commits are whole, {rows} rows are their folds, and {totals} totals their sums"
        )
    })
}
