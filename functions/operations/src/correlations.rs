//! The events that followed from a request, as a tree: an index finds the runs of commits that belong to it.
//!
//! Everything that follows from a request carries its correlation id, from stream to stream. Within a stream, commits
//! of one correlation stand in *runs*: mostly one, and more if others come in between. The view `activity` has a row
//! for each run, found by the id. An answer reads each run from its first event until another correlation begins, and
//! puts every event below its cause. One answer takes at most 200 runs and 1,000 events, the earliest, and says if
//! there are more.

use crate::Operations;
use crate::events::log_events;
use foldlog::write::identity::is_fresh_id;
use foldlog::{Commit, EventId, Generations, LogSpans, Lookups, Span, Version};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use shop_api::responses::{LogEvent, Trace, TracedEvent};
use shop_domain::views::activity;
use std::collections::{BTreeMap, BTreeSet};

/// The maximum numbers of runs and of events in one answer.
const MOST_RUNS: usize = 200;
const MOST_EVENTS: usize = 1_000;
/// The number of runs that are read concurrently, and of commits that one read takes of a run. Most runs are shorter.
const CONCURRENCY: usize = 8;
const STRIDE: usize = 20;
/// The maximum length of an id, in characters.
const LONGEST: usize = 200;

/// Runs of commits, and whether there are more.
#[derive(Default)]
struct Runs {
    first: Vec<EventId>,
    more: bool,
}

/// Commits, and whether there are more.
struct Gathered {
    commits: Vec<Commit>,
    more: bool,
}

impl<P: KeyPorts> Operations<P> {
    /// `GET /ops/correlations/{id}`
    pub(crate) async fn correlation(&self, request: &Request) -> Result<Response, Problem> {
        let id: String = request.path("id")?;
        let Gathered { commits, more } = if id.len() <= LONGEST { self.gathered(&id).await? } else { none() };
        if commits.is_empty() {
            return Err(Problem::not_found("nothing is known of this correlation id, or nothing yet"));
        }
        let mut events = Vec::new();
        for commit in &commits {
            events.extend(log_events(commit)?);
        }
        events
            .sort_by(|one, other| (&one.at, &one.stream, one.version).cmp(&(&other.at, &other.stream, other.version)));
        // An effect is later than its cause. So if a cause is left out, its effects are left out, too.
        let truncated = more || events.len() > MOST_EVENTS;
        events.truncate(MOST_EVENTS);
        let body = Trace { correlation: id, events: below_their_causes(events), truncated };
        Response::json(StatusCode::OK, &body)
    }

    /// All commits that belong to an id: the server's own id, or one that a client gave to its requests.
    ///
    /// A client cannot give one of the server's form any more. In older commits it could, even another request's: such
    /// an id is the server's alone.
    async fn gathered(&self, id: &str) -> Result<Gathered, Problem> {
        let mut found = self.read_all(self.runs(id).await?).await?;
        if is_fresh_id(id) {
            found.commits.retain(|commit| commit.correlation.id == id);
            return Ok(found);
        }
        let all: BTreeSet<String> = found.commits.iter().map(|commit| commit.correlation.id.clone()).collect();
        if all.iter().all(|own| own == id) {
            return Ok(found);
        }
        // The server's ids sort by time.
        let each: Vec<_> = all.iter().map(|own| self.runs(own)).collect();
        let each: Vec<Runs> = stream::iter(each).buffered(CONCURRENCY).try_collect().await?;
        let mut runs = Runs { more: found.more || each.iter().any(|runs| runs.more), ..Runs::default() };
        for first in each.into_iter().flat_map(|runs| runs.first) {
            if !runs.first.contains(&first) {
                runs.first.push(first);
            }
        }
        self.read_all(runs).await
    }

    /// The earliest runs under a correlation id.
    async fn runs(&self, id: &str) -> Result<Runs, Problem> {
        let generation = self.views().current(activity::NAME).await?.generation;
        let lookup = activity::BY_CORRELATION.first(generation, id, MOST_RUNS + 1);
        let keys = self.views().keys(&lookup).await?;
        let first = keys.iter().take(MOST_RUNS).filter_map(|key| activity::run_of(key)).collect();
        Ok(Runs { first, more: keys.len() > MOST_RUNS })
    }

    async fn read_all(&self, runs: Runs) -> Result<Gathered, Problem> {
        let more = runs.more || runs.first.len() > MOST_RUNS;
        let each: Vec<_> = runs.first.iter().take(MOST_RUNS).map(|first| self.run(first)).collect();
        let read: Vec<Gathered> = stream::iter(each).buffered(CONCURRENCY).try_collect().await?;
        let more = more || read.iter().any(|run| run.more);
        Ok(Gathered { commits: read.into_iter().flat_map(|run| run.commits).collect(), more })
    }

    /// The commits of a run, from its first event until another correlation begins, and at most as many as one answer
    /// takes.
    async fn run(&self, first: &EventId) -> Result<Gathered, Problem> {
        let mut commits: Vec<Commit> = Vec::new();
        while commits.len() <= MOST_EVENTS {
            let after = commits.last().map_or(Version(first.version.0.saturating_sub(1)), Commit::last_version);
            let next = self.log().span(&first.stream, Span { limit: Some(STRIDE), ..Span::behind(after) }).await?;
            let read = next.len();
            for commit in next {
                if commits.first().is_some_and(|first| first.correlation.id != commit.correlation.id) {
                    return Ok(Gathered { commits, more: false });
                }
                commits.push(commit);
            }
            if read < STRIDE {
                return Ok(Gathered { commits, more: false });
            }
        }
        Ok(Gathered { commits, more: true })
    }
}

const fn none() -> Gathered {
    Gathered { commits: vec![], more: false }
}

/// The events, each directly behind its cause and the earlier effects of that cause. Events without a cause among them
/// keep the given order.
fn below_their_causes(events: Vec<LogEvent>) -> Vec<TracedEvent> {
    let known: BTreeSet<String> = events.iter().map(|event| event.id.clone()).collect();
    let mut effects: BTreeMap<Option<String>, Vec<LogEvent>> = BTreeMap::new();
    // The stack returns the last event first.
    for event in events.into_iter().rev() {
        let cause = event.causation.clone().filter(|cause| known.contains(cause));
        effects.entry(cause).or_default().push(event);
    }
    let roots = effects.remove(&None).unwrap_or_default();
    let mut due: Vec<_> = roots.into_iter().map(|event| TracedEvent { depth: 0, event }).collect();
    let mut traced = Vec::new();
    while let Some(next) = due.pop() {
        let follow = effects.remove(&Some(next.event.id.clone())).unwrap_or_default();
        due.extend(follow.into_iter().map(|event| TracedEvent { depth: next.depth + 1, event }));
        traced.push(next);
    }
    traced
}
