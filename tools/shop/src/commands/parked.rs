//! `shop parked`: the events that subscribers cannot process.

use crate::failure::Failure;
use crate::global::Global;
use crate::pages::page;
use crate::report::reported;
use foldlog::Version;
use serde_json::{Value, json};
use shop_api::operations::ParkedNote;
use shop_client::Session;
use shop_domain::audit::{Event, Recovery, Redriven};
use std::io;

/// The number of notes in one request.
const PAGE: usize = 100;

/// List, retry or discard parked notes: events that subscribers cannot process
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Parked {
    Ls(Ls),
    Redrive(Redrive),
    Discard(Discard),
}

/// List the parked notes, and when each is retried
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is a note: when it first failed, the number of attempts, when the next one is due, its
id, and the error. With --json, each line is the whole note.

Examples:
  shop parked ls
  shop parked ls --json | jq -r .id")]
pub(crate) struct Ls {}

/// Retry a parked note now, even if it is not due
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A view is brought up to date from the log. An event that a function could not react to is published
again, and its note goes when the function has reacted. Exit code 5 if it still fails.

With --lost, the shop processes the batches of the log's stream that Lambda gave up on: it brings
their streams up to date, publishes their events, and deletes the batches. A schedule does the same
each minute.

Examples:
  shop parked redrive order~g1~order-0195f1c2a0b07000800000000000cafe
  shop parked ls --json | jq -r .id | xargs -n 1 shop parked redrive
  shop parked redrive --lost")]
pub(crate) struct Redrive {
    /// Its id, as `shop parked ls` prints it
    #[arg(required_unless_present = "lost", conflicts_with = "lost")]
    id: Option<String>,
    /// Retry the batches that Lambda gave up on
    #[arg(long)]
    lost: bool,
}

/// Discard a parked note
#[derive(Debug, clap::Args)]
#[command(after_help = "\
You can only discard what a function could not react to. A view that passes over a commit would be
wrong forever.

Examples:
  shop parked discard stock-reactions~fulfilment-0195f1c2a0b07000800000000000cafe~3")]
pub(crate) struct Discard {
    /// Its id, as `shop parked ls` prints it
    id: String,
}

impl Parked {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        match self {
            Self::Ls(Ls {}) => list(&operator, global).await,
            Self::Redrive(Redrive { id: Some(id), .. }) => redrive(&operator, global, id).await,
            Self::Redrive(Redrive { id: None, .. }) => recover(&operator, global).await,
            Self::Discard(Discard { id }) => {
                operator.post(&["ops", "parked", id, "discard"]).send().await?.accepted()?;
                global.print(&json!({ "id": id, "outcome": "discarded" }), || format!("{id}: discarded"))
            }
        }
    }
}

async fn list(operator: &Session, global: &Global) -> Result<(), Failure> {
    let mut cursor = None;
    loop {
        let (notes, next) = page(operator, "parked", PAGE, cursor).await?;
        global.print_all(&notes, lines)?;
        cursor = next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// The notes in columns.
fn lines(notes: &[ParkedNote]) -> Vec<String> {
    let widest = notes.iter().map(|note| note.id.chars().count()).max().unwrap_or_default();
    let line = |note: &ParkedNote| {
        let ParkedNote { id, error, class, attempts, since, due_at, .. } = note;
        let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{since}  {attempts:>3}×  {due_at}  {id:widest$}  {class}: {error}")
    };
    notes.iter().map(line).collect()
}

async fn redrive(operator: &Session, global: &Global, id: &str) -> Result<(), Failure> {
    let report = reported(operator, &["ops", "parked", id, "redrive"], "the shop retries it").await?;
    let Event::RedriveReported { outcome, .. } = report else { return Err(Failure::Unreported(id.to_owned())) };
    let (told, version) = match outcome {
        Redriven::Follows(Version::NONE) => ("recovered".to_owned(), None),
        Redriven::Follows(version) => (format!("follows, now at version {version}"), Some(version)),
        Redriven::GivenUp => ("nothing has to follow any longer".to_owned(), None),
        Redriven::Published => ("published again; the note goes when the function has reacted".to_owned(), None),
        Redriven::Gone => ("was gone already".to_owned(), None),
        Redriven::Stuck => {
            return Err(Failure::Stuck(format!("{id} is still parked: `shop parked ls` says why")));
        }
    };
    let outcome = serde_json::to_value(outcome).map_err(io::Error::other)?;
    let outcome = outcome.as_object().and_then(|outcome| outcome.keys().next().cloned()).map_or(outcome, Value::from);
    global.print(&json!({ "id": id, "outcome": outcome, "version": version }), || format!("{id}: {told}"))
}

async fn recover(operator: &Session, global: &Global) -> Result<(), Failure> {
    let report = reported(operator, &["ops", "lost", "redrive"], "the shop processes the lost batches").await?;
    let Event::RecoveryReported(Recovery { batches, recovered }) = report else {
        return Err(Failure::Unreported("the lost batches".to_owned()));
    };
    if recovered < batches {
        let left = batches - recovered;
        let detail =
            format!("of {batches} batches {left} are left: `shop parked ls` says why, and the schedule goes on");
        return Err(Failure::Stuck(detail));
    }
    global.print(&json!({ "batches": batches, "recovered": recovered }), || {
        format!("{recovered} lost batches were recovered")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(id: &str, error: &str) -> ParkedNote {
        let [subscriber, object] = [String::new(), String::new()];
        let [since, noticed_at, due_at] = ["T1", "T2", "T3"].map(str::to_owned);
        let (id, error, class) = (id.to_owned(), error.to_owned(), "permanent".to_owned());
        let version = Version(1);
        ParkedNote { id, subscriber, object, version, error, class, attempts: 12, since, noticed_at, due_at }
    }

    #[test]
    fn notes_stand_in_columns_a_line_each() {
        let notes = [note("cart~g1~cart-1", "first\n line"), note("relay~cart-22~1", "second")];
        assert_eq!(
            lines(&notes),
            [
                "T1   12×  T3  cart~g1~cart-1   permanent: first line",
                "T1   12×  T3  relay~cart-22~1  permanent: second"
            ]
        );
        assert!(lines(&[]).is_empty());
    }
}
