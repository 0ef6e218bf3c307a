//! The newest events of the whole log, for operators, or those from a moment on. Of each stream that moved, it reads what
//! may be in the answer, and not its history ([`crate::merged`]).

use crate::Operations;
use crate::merged::{newest, oldest};
use foldlog::json;
use foldlog::{Commit, Direction, LogError, Timestamp};
use foldlog_functions::Ports;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::responses::{LogEvent, Page};
use shop_domain::views::activity::moved;

/// The maximum number of streams that one answer takes events from.
const MOST_STREAMS: usize = 500;
/// The maximum number of events in an answer, and the default.
const MOST_EVENTS: usize = 1_000;
const USUAL_EVENTS: usize = 100;

impl<P: Ports> Operations<P> {
    /// `GET /ops/events?after=&limit=`. With `after`: the events committed from that moment on, oldest first. Without
    /// it: the newest events, again oldest first.
    pub(crate) async fn events(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["after", "limit"])?;
        let limit = limit(request)?;
        let after: Option<Timestamp> = request.query("after")?;
        // Each stream that moved has at least one event: the newest events are of so many streams at most.
        let most = if after.is_some() { MOST_STREAMS } else { limit.min(MOST_STREAMS) };
        let mut moved = match after.map(|after| moved(after, "")) {
            Some(from) => self.moved(Some(&from), Direction::Ascending, most + 1).await?,
            None => self.moved(None, Direction::Descending, most + 1).await?,
        };
        let truncated = moved.len() > most;
        if truncated && after.is_some() {
            return Err(Problem::invalid_parameter("after", "too many streams moved since; choose a later moment"));
        }
        moved.truncate(most);
        // From the earliest of these moves on, every event is in one of the streams that were read.
        let complete_from = moved.last().filter(|_| truncated).map(|last| last.moved_at);
        let from = after.max(complete_from).unwrap_or_default();
        let streams = moved.into_iter().map(|document| document.stream);
        let commits = match after {
            Some(after) => oldest(self.log(), streams, after, limit).await?,
            None => newest(self.log(), streams, limit).await?,
        };
        let mut events = Vec::new();
        for commit in commits.iter().filter(|commit| commit.committed_at >= from) {
            events.extend(log_events(commit)?);
        }
        events
            .sort_by(|one, other| (&one.at, &one.stream, one.version).cmp(&(&other.at, &other.stream, other.version)));
        let items = match after {
            Some(_) => events.into_iter().take(limit).collect(),
            None => events.split_off(events.len().saturating_sub(limit)),
        };
        let next = items.last().map(|last: &LogEvent| format!("/ops/events?after={}&limit={limit}", last.at));
        Response::json(StatusCode::OK, &Page { items, next })
    }
}

pub(crate) fn limit(request: &Request) -> Result<usize, Problem> {
    match request.query("limit")?.unwrap_or(USUAL_EVENTS) {
        limit @ 1..=MOST_EVENTS => Ok(limit),
        _ => Err(Problem::invalid_parameter("limit", &format!("must be 1 to {MOST_EVENTS}"))),
    }
}

/// The events of a commit, as operators see them.
pub(crate) fn log_events(commit: &Commit) -> Result<Vec<LogEvent>, Problem> {
    let records = commit.events.records().map_err(|error| LogError::unreadable(commit, &error))?;
    let event = |(index, record): (u64, foldlog::Record<'_>)| {
        let id = commit.event_id(index);
        Ok(LogEvent {
            id: id.to_string(),
            at: commit.committed_at.to_string(),
            stream: id.stream.to_string(),
            version: id.version,
            name: record.name.to_string(),
            data: json::read(record.data.get()).map_err(|error| Problem::internal(&error))?,
            correlation: commit.correlation.id.clone(),
            client_correlation: commit.correlation.client.clone(),
            causation: commit.causation.as_ref().map(ToString::to_string),
            actor: commit.actor.to_string(),
        })
    };
    (0..).zip(records).map(event).collect()
}
