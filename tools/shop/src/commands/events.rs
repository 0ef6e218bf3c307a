//! `shop events`: past and new events.

use crate::failure::Failure;
use crate::global::Global;
use crate::log::{Event, Feed, Filter, StreamFeed, Table, event_types, moment};
use crate::terminal;
use clap::builder::PossibleValuesParser;
use foldlog::{StreamName, Timestamp};
use reqwest::StatusCode;
use shop_client::{ClientError, Session};
use std::time::Duration;

/// The default number of events.
const USUAL: usize = 20;
/// The number of events that are read to find those of a type.
const LOOKED_THROUGH: usize = 1_000;
/// The pause between two reads.
const LOOK: Duration = Duration::from_millis(500);
/// The longest pause between two reads while the shop does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Watch the events of the log
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Events {
    Tail(Tail),
}

/// Print the newest events, and follow new ones with --follow
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A line an event: when, id (stream@version), type, ← the event that it follows from, the end
of its correlation id, payload. With --json it is the whole event, one a line.

Examples:
  shop events tail --follow
  shop events tail --since 10m --type OrderFailed
  shop events tail --stream stock-berlin.mug --json | jq .data")]
pub(crate) struct Tail {
    /// Continue with new events, until Ctrl-C; also after the shop restarted
    #[arg(long, short)]
    follow: bool,
    /// Print only events of this stream, such as cart-<ID> or stock-berlin.mug
    #[arg(long, value_name = "NAME")]
    stream: Option<StreamName>,
    /// Print only events of this type, such as `OrderConfirmed`
    #[arg(long = "type", value_name = "NAME", hide_possible_values = true)]
    #[arg(value_parser = PossibleValuesParser::new(event_types()))]
    name: Option<String>,
    /// Start at this moment: a time such as 2026-11-21T10:00:00Z, or how long ago, such as 10m
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Print at most N past events, the newest [default: 20; with --since or --stream, all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: Option<u16>,
}

/// The source of events.
enum Source {
    Log(Feed),
    Stream(StreamFeed),
}

/// Whether a failure is one of a shop that restarts. A refused token can be replaced only by one that the shop signs.
fn may_pass(failure: &ClientError, global: &Global) -> bool {
    match failure {
        ClientError::Unreachable(_) | ClientError::Interrupted { .. } => true,
        ClientError::Answered { status, .. } => {
            status.is_server_error() || (*status == StatusCode::UNAUTHORIZED && global.token.is_none())
        }
        ClientError::NoTokens(_)
        | ClientError::NoTables(_)
        | ClientError::Unreadable { .. }
        | ClientError::Stalled { .. }
        | ClientError::Machine(_) => false,
    }
}

impl Tail {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        tokio::select! {
            done = self.tail(operator, global) => done,
            interrupted = tokio::signal::ctrl_c(), if self.follow => {
                interrupted.map_err(Failure::machine)
            }
        }
    }

    async fn tail(&self, operator: Session, global: &Global) -> Result<(), Failure> {
        let mut table = Table::new(terminal::columns());
        let filter = Filter { name: self.name.clone(), since: self.since };
        let mut source = match &self.stream {
            Some(stream) => Source::Stream(StreamFeed::new(operator, stream.clone())),
            None => Source::Log(Feed::new(operator)),
        };
        let mut past = self.past(&mut source).await?;
        past.retain(|event| filter.takes(event));
        let skipped = past.len().saturating_sub(self.most());
        global.print_all(&past[skipped..], |events| table.lines(events))?;
        if !self.follow {
            return Ok(());
        }
        loop {
            tokio::time::sleep(LOOK).await;
            let mut news = source.insist(global).await?;
            news.retain(|event| filter.takes(event));
            global.print_all(&news, |events| table.lines(events))?;
        }
    }

    async fn past(&self, source: &mut Source) -> Result<Vec<Event>, ClientError> {
        match (source, self.since) {
            (Source::Stream(stream), _) => stream.news().await,
            (Source::Log(log), Some(since)) => log.since(since).await,
            (Source::Log(log), None) if self.name.is_some() => log.newest(LOOKED_THROUGH).await,
            (Source::Log(log), None) => log.newest(self.most()).await,
        }
    }

    fn most(&self) -> usize {
        match self.limit {
            Some(limit) => limit.into(),
            None if self.since.is_some() || self.stream.is_some() => usize::MAX,
            None => USUAL,
        }
    }
}

impl Source {
    /// The news, once the shop answers: it may restart meanwhile.
    async fn insist(&mut self, global: &Global) -> Result<Vec<Event>, ClientError> {
        let mut pause = LOOK;
        loop {
            match self.news().await {
                Ok(news) if pause > LOOK => {
                    terminal::remark("the shop answers again; events go on from where they were");
                    return Ok(news);
                }
                Err(failure) if may_pass(&failure, global) => {
                    if pause == LOOK {
                        terminal::remark(&format!("{failure}; the events go on when the shop answers"));
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    tokio::time::sleep(pause).await;
                    // It may have another key now. If it does not answer yet, the next look says so.
                    if let Ok(operator) = global.operator().await {
                        self.go_on_as(operator);
                    }
                }
                done => return done,
            }
        }
    }

    fn go_on_as(&mut self, operator: Session) {
        match self {
            Self::Stream(stream) => stream.go_on_as(operator),
            Self::Log(log) => log.go_on_as(operator),
        }
    }

    async fn news(&mut self) -> Result<Vec<Event>, ClientError> {
        match self {
            Self::Stream(stream) => stream.news().await,
            Self::Log(log) => {
                let news = log.news().await?;
                if news.gap {
                    terminal::remark("there were too many new events at once; some are missing here");
                }
                Ok(news.events)
            }
        }
    }
}
