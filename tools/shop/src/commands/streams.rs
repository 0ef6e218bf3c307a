//! `shop streams`: the streams of the log, and the events of one.

use crate::failure::Failure;
use crate::global::Global;
use crate::log::{StreamFeed, Table};
use crate::terminal;
use foldlog::StreamName;
use serde::{Deserialize, Serialize};
use shop_client::{Identity, Role, Session};

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

#[derive(Deserialize)]
struct Page {
    items: Vec<End>,
    next: Option<String>,
}

/// A stream and its version.
#[derive(Serialize, Deserialize)]
struct End {
    stream: String,
    version: u64,
    moved_at: String,
}

impl Streams {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.client()?.session(&Identity::of(Role::Operator)).await?;
        match self {
            Self::Ls(Ls { limit }) => list(&operator, global, usize::try_from(*limit).unwrap_or(usize::MAX)).await,
            Self::Show(Show { stream }) => show(&operator, global, stream).await,
        }
    }
}

async fn list(operator: &Session, global: &Global, limit: usize) -> Result<(), Failure> {
    let (mut cursor, mut left) = (None, limit);
    while left > 0 {
        let mut request = operator.get(&["ops", "streams"]).query("limit", &left.min(PAGE));
        if let Some(cursor) = &cursor {
            request = request.query("cursor", cursor);
        }
        let page: Page = request.send().await?.accepted()?.json()?;
        left -= page.items.len().min(left);
        let width = page.items.iter().map(|end| end.version.to_string().len()).max().unwrap_or_default();
        for end in &page.items {
            if global.json {
                terminal::json_line(end)?;
            } else {
                let End { stream, version, moved_at } = end;
                terminal::line(&format!("{moved_at}  {version:width$}  {stream}"))?;
            }
        }
        // The link to the next page has the parameters of this request.
        cursor = page.next.as_deref().and_then(|next| next.split_once("cursor=")).map(|(_, cursor)| cursor.to_owned());
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}

async fn show(operator: &Session, global: &Global, stream: &StreamName) -> Result<(), Failure> {
    let events = StreamFeed::new(operator, stream.clone()).news().await?;
    if global.json {
        return events.iter().try_for_each(terminal::json_line);
    }
    Table::new(terminal::columns()).lines(&events).iter().try_for_each(|line| terminal::line(line))
}
