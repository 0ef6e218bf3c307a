//! One stream, for operators: its events, its state at any version or moment, and the changes between two of them.

use crate::Operations;
use crate::events::{limit, log_events};
use foldlog::past::changes::{Change, changes};
use foldlog::past::{When, onward, version_at};
use foldlog::write::prepared;
use foldlog::{Direction, LogSpans, ReadOptions, Span, StreamName, Timestamp, Version};
use foldlog_functions::KeyPorts;
use foldlog_lambda::http::Page;
use foldlog_lambda::{Problem, Request, Response};
use futures::future::try_join;
use http::StatusCode;
use serde_json::Value;
use shop_api::responses::{Page as Answer, StateChange, StreamDiff, StreamEnd, StreamPlace, StreamState};
use shop_domain::streams::states;
use shop_domain::views::activity;

/// A stream's state, with its version and the time of that version's commit.
struct Seen {
    version: Version,
    at: Option<Timestamp>,
    state: Value,
}

impl<P: KeyPorts> Operations<P> {
    /// `GET /ops/streams?cursor=&limit=`: the streams in the order in which they moved last.
    pub(crate) async fn streams(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["cursor", "limit"])?;
        let page = Page::of(request, "/ops/streams", &self.keys).await?;
        let moved = self.moved(page.from.as_deref(), Direction::Descending, page.limit + 1).await?;
        let place = |last: &activity::Document| activity::moved(last.moved_at, last.stream.as_str());
        let (moved, next) = page.cut(moved, place, &self.keys).await?;
        let items = moved.into_iter().map(|last| StreamEnd {
            stream: last.stream.to_string(),
            version: last.version,
            moved_at: last.moved_at.to_string(),
        });
        Response::json(StatusCode::OK, &Answer { items: items.collect(), next })
    }

    /// `GET /ops/streams/{stream}?after=&limit=`: the stream's events after a version.
    pub(crate) async fn stream(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["after", "limit"])?;
        let limit = limit(request)?;
        let after: Version = request.query("after")?.unwrap_or(Version::NONE);
        let stream: StreamName = request.path("stream")?;
        // One extra commit shows whether there are more.
        let commits = onward(self.log(), &stream, after, limit + 1).await?;
        if commits.is_empty() {
            self.exists(&stream).await?;
        }
        let mut events = Vec::new();
        for commit in &commits {
            events.extend(log_events(commit)?.into_iter().filter(|event| event.version > after));
        }
        let more = events.len() > limit;
        events.truncate(limit);
        let last = events.last().filter(|_| more);
        let next = last.map(|last| format!("/ops/streams/{stream}?after={}&limit={limit}", last.version));
        Response::json(StatusCode::OK, &Answer { items: events, next })
    }

    /// `GET /ops/streams/{stream}/state?version=|at=`: the state that the stream's first events fold to.
    pub(crate) async fn state(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["version", "at"])?;
        let when = match (request.query("version")?, request.query("at")?) {
            (Some(_), Some(_)) => return Err(Problem::contradictory(&["version", "at"])),
            (Some(version), None) => When::Version(version),
            (None, Some(at)) => When::At(at),
            (None, None) => When::At(NOW),
        };
        let stream: StreamName = request.path("stream")?;
        let Seen { version, at, state } = self.seen(&stream, when).await?;
        if version == Version::NONE && matches!(when, When::At(_)) {
            return Err(Problem::not_found(&format!("{stream} had no events then")));
        }
        let body = StreamState { stream: stream.to_string(), version, at: at.map(|at| at.to_string()), state };
        Ok(Response::json(StatusCode::OK, &body)?.etag(version))
    }

    /// `GET /ops/streams/{stream}/diff?from=&to=`: the changes in the state between two versions or moments.
    pub(crate) async fn diff(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["from", "to"])?;
        let needed =
            || Problem::invalid_parameter("from", "is needed: a version, 0 for before the first event, or a moment");
        let from: When = request.query("from")?.ok_or_else(needed)?;
        let to: When = request.query("to")?.unwrap_or(When::At(NOW));
        let stream: StreamName = request.path("stream")?;
        let (from, to) = try_join(self.seen(&stream, from), self.seen(&stream, to)).await?;
        let change = |Change { path, before, after }| StateChange { path, before, after };
        let place = |seen: &Seen| StreamPlace { version: seen.version, at: seen.at.map(|at| at.to_string()) };
        let body = StreamDiff {
            stream: stream.to_string(),
            from: place(&from),
            to: place(&to),
            changes: changes(&from.state, &to.state).into_iter().map(change).collect(),
        };
        Response::json(StatusCode::OK, &body)
    }

    /// The state of an existing stream at a version or moment, which may be before its first event.
    async fn seen(&self, stream: &StreamName, when: When) -> Result<Seen, Problem> {
        let asked = match when {
            When::Version(version) => Some(version),
            When::At(NOW) => None,
            When::At(at) => Some(version_at(self.log(), stream, at).await?),
        };
        let until = asked.unwrap_or(Version(u64::MAX));
        let of = states(stream.category());
        let schema = of.as_ref().map_or(0, |of| of.schema());
        let history = prepared::load(self.log(), stream, ReadOptions::until(schema, until)).await?;
        let head = history.head().version();
        if head == Version::NONE {
            self.exists(stream).await?;
        }
        let version = asked.unwrap_or(head);
        let unknown = || format!("this release knows no streams of category {}", stream.category());
        let of = of.ok_or_else(|| Problem::not_found(&unknown()))?;
        let state = of.state_at(&history, version)?.ok_or_else(|| Problem::beyond_head(version, head))?;
        let at = history.commits().last().or(history.base()).map(|commit| commit.committed_at);
        Ok(Seen { version, at, state })
    }

    async fn exists(&self, stream: &StreamName) -> Result<(), Problem> {
        let newest = self.log().span(stream, Span::around(Version(u64::MAX))).await?;
        if newest.is_empty() { Err(Problem::not_found(&format!("there is no stream {stream}"))) } else { Ok(()) }
    }
}

/// A moment after every event.
const NOW: Timestamp = Timestamp(i64::MAX);
