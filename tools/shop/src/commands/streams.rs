//! `shop streams`: the streams of the log, and the events of one.

use crate::failure::Failure;
use crate::global::Global;
use crate::log::{StreamFeed, Table};
use crate::pages::page;
use crate::terminal;
use foldlog::StreamName;
use shop_api::responses::StreamEnd;
use shop_client::Session;

/// The maximum number of streams in a request.
const PAGE: usize = 100;

/// List the streams of the log, or show one
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Streams {
    Ls(Ls),
    Show(Show),
}

/// List the streams, most recently changed first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is a stream: when its last event was committed, the version of that event, its name.

Examples:
  shop streams ls
  shop streams ls --limit 1000 --json | jq -r .stream")]
pub(crate) struct Ls {
    /// List at most N streams
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

/// Print all events of a stream, oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The lines look like those of `shop events tail`, which can also follow a stream.

Examples:
  shop streams show order-0195f1c2a0b07000800000000000cafe
  shop streams show stock-berlin.mug --json | jq .data")]
pub(crate) struct Show {
    /// Its name, such as product-mug, stock-berlin.mug, cart-<ID>, order-<ID> or fulfilment-<ID>
    stream: StreamName,
}

impl Streams {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        match self {
            Self::Ls(Ls { limit }) => list(&operator, global, usize::try_from(*limit).unwrap_or(usize::MAX)).await,
            Self::Show(Show { stream }) => show(&operator, global, stream).await,
        }
    }
}

async fn list(operator: &Session, global: &Global, limit: usize) -> Result<(), Failure> {
    let (mut cursor, mut left) = (None, limit);
    while left > 0 {
        let (ends, next) = page(operator, "streams", left.min(PAGE), cursor).await?;
        left -= ends.len().min(left);
        global.print_all(&ends, lines)?;
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}

/// The streams in columns.
fn lines(ends: &[StreamEnd]) -> Vec<String> {
    let width = ends.iter().map(|end| end.version.to_string().len()).max().unwrap_or_default();
    let line =
        |StreamEnd { stream, version, moved_at }: &StreamEnd| format!("{moved_at}  {:width$}  {stream}", version.0);
    ends.iter().map(line).collect()
}

async fn show(operator: &Session, global: &Global, stream: &StreamName) -> Result<(), Failure> {
    let events = StreamFeed::new(operator.clone(), stream.clone()).news().await?;
    global.print_all(&events, |events| Table::new(terminal::columns()).lines(events))
}
