//! The newest events of the whole log, for operators, or those from a moment on. Of each stream that moved, it reads what
//! may be in the answer, and not its history ([`crate::merged`]).
//!
//! Events are ordered by time, stream and version. Many have the same time: all of one commit, and those of commits in the
//! same millisecond. So the next page begins behind an event, and not at a time.

use crate::Operations;
use crate::merged::{Place, newest, oldest};
use foldlog::json;
use foldlog::{Commit, Direction, EventId, LogError, Timestamp};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::responses::{LogEvent, Page};
use shop_domain::views::activity::moved;
use std::str::FromStr;

/// The maximum number of streams that one answer takes events from.
const MOST_STREAMS: usize = 500;
/// The maximum number of events in an answer, and the default.
const MOST_EVENTS: usize = 1_000;
const USUAL_EVENTS: usize = 100;

impl<P: KeyPorts> Operations<P> {
    /// `GET /ops/events?after=&limit=`. With `after`: the events committed from that moment on, or behind that event,
    /// oldest first. Without it: the newest events, again oldest first.
    pub(crate) async fn events(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["after", "limit"])?;
        let limit = limit(request)?;
        let after: Option<After> = request.query("after")?;
        // Each stream that moved has at least one event: the newest events are of so many streams at most.
        let most = if after.is_some() { MOST_STREAMS } else { limit.min(MOST_STREAMS) };
        let mut moved = match after.as_ref().map(|after| moved(after.at, "")) {
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
        let from = complete_from.unwrap_or_default();
        let streams = moved.into_iter().map(|document| document.stream);
        let commits = match &after {
            Some(after) => oldest(self.log(), streams, &after.place(), limit).await?,
            None => newest(self.log(), streams, limit).await?,
        };
        let mut events = Vec::new();
        for commit in commits.iter().filter(|commit| commit.committed_at >= from) {
            events.extend((0..).map(|index| Place::of(commit, index)).zip(log_events(commit)?));
        }
        events.sort_by(|(one, _), (other, _)| one.cmp(other));
        match &after {
            Some(after) => {
                let begun = after.place();
                events.retain(|(place, _)| *place > begun);
                events.truncate(limit);
            }
            None => drop(events.drain(..events.len().saturating_sub(limit))),
        }
        let items: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        let next =
            items.last().map(|last: &LogEvent| format!("/ops/events?after={}~{}&limit={limit}", last.at, last.id));
        Response::json(StatusCode::OK, &Page { items, next })
    }
}

/// The place after which a page begins: `<time>`, before the events of that time, or `<time>~<event>`, behind an event.
struct After {
    at: Timestamp,
    event: Option<EventId>,
}

impl FromStr for After {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (at, event) = text.split_once('~').map_or((text, None), |(at, event)| (at, Some(event)));
        Ok(Self {
            at: at.parse().map_err(|_| "is no time such as 2026-11-21T09:52:03.045Z")?,
            event: event.map(str::parse).transpose().map_err(|_| "names no event such as cart-1@2 behind its time")?,
        })
    }
}

impl After {
    /// The place: an event that is not in the log stands just before the events of its time.
    fn place(&self) -> Place {
        match &self.event {
            Some(event) => Place { at: self.at, event: Some((event.stream.clone(), event.version)) },
            None => Place { at: self.at, event: None },
        }
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
