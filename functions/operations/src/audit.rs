//! The audit record of operators. An action is recorded before it is done; if it cannot be recorded, it is not done.

use foldlog::{Clock, EventId, LogSpans, Metadata, Span, StreamName, Timestamp};
use foldlog_functions::Ports;
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::Problem;
use shop_api::operations::Recorded;
use shop_domain::audit::{self, Command, Event};
use shop_domain::values::Month;
use std::collections::BTreeSet;

/// For how long after the end of a month a repeated request is looked for in that month's stream.
const AFTER_MONTHS_END_MS: i64 = 24 * 3_600_000;

/// Records the requests of operators: their only writer in `audit-…`.
pub(crate) struct Audit<P: Ports>(pub(crate) CommandsOn<audit::Audit, P>);

/// The record of a request.
pub(crate) struct Record {
    /// Its place. Records are ordered by it, also from month to month.
    pub(crate) id: EventId,
    /// What is to be done.
    pub(crate) action: Event,
}

impl<P: Ports> Audit<P> {
    /// Records an action, as [`Audit::record_as_decided`] does.
    pub(crate) async fn record(&self, metadata: &Metadata, action: Event) -> Result<Record, Problem> {
        self.record_as_decided(metadata, async || Ok(action)).await
    }

    /// Decides on an action and records it in the stream of this month, once for each request. A request that is
    /// repeated under its key is not decided again, whatever has changed since: it gets the first record. The caller
    /// then does what the record says, so every action must be safe to repeat.
    pub(crate) async fn record_as_decided(
        &self,
        metadata: &Metadata,
        decide: impl AsyncFnOnce() -> Result<Event, Problem>,
    ) -> Result<Record, Problem> {
        // A client's expected version refers to the resource of the action, not to the audit stream.
        let metadata = Metadata { expected: None, ..metadata.clone() };
        let now = self.0.host().now();
        let months: BTreeSet<Month> = [Timestamp(now.0 - AFTER_MONTHS_END_MS), now].map(Month::of).into();
        for month in months.iter().map(StreamName::of::<audit::Audit>) {
            if let Some(first) = self.0.answered(&month, &metadata).await? {
                return self.read(EventId { stream: month, version: first.version }).await;
            }
        }
        let month = StreamName::of::<audit::Audit>(&Month::of(now));
        let done = self.0.execute(&month, &Command::Record(decide().await?), &metadata).await?;
        // The same request may have been decided elsewhere at the same time: the log knows which decision counts.
        self.read(EventId { stream: month, version: done.version }).await
    }

    /// The record at a place: one commit has one.
    async fn read(&self, id: EventId) -> Result<Record, Problem> {
        let commits = self.0.log().span(&id.stream, Span::around(id.version)).await?;
        let events = commits.first().map(|commit| commit.events.decode::<Event>()).transpose();
        let action = events.map_err(|error| Problem::internal(&error))?.and_then(|mut events| events.pop());
        let action = action.ok_or_else(|| Problem::internal(&format!("{id} is not in the log")))?;
        Ok(Record { id, action })
    }
}

impl From<Record> for Recorded {
    fn from(Record { id, .. }: Record) -> Self {
        Self { stream: id.stream, version: id.version }
    }
}
