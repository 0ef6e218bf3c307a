//! Requests of operators that take longer than an HTTP request, and that no function started or finished: on AWS a
//! state machine gave up, or a local host was stopped in between.

use crate::handler::Reconcile;
use crate::parked;
use crate::ports::Ports;
use foldlog::{
    Bus, BusEntry, Clock, Commit, EventId, Generations, LogSpans, Registry, Span, StreamName, Timestamp, Version,
};
use foldlog_lambda::Error;
use shop_domain::audit::{Audit, Event, Scope};
use shop_domain::values::Month;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The number of commits that are read in one request.
const PAGE: usize = 100;
/// The maximum age of such a request: longer than the time between two daily runs.
const AT_MOST_AGO: Duration = Duration::from_hours(26);

impl<P: Ports> Reconcile<P> {
    /// Publishes these requests again, but for one that is being carried out, and counts them. If a function is still
    /// working on another one, some of the work is done twice.
    pub(crate) async fn repeat_operator_requests(&self, under_way: Option<&EventId>) -> Result<usize, Error> {
        let registry = self.folds().views().registered().await?.registry;
        let now = self.folds().host().now();
        let since = begin(now);
        let mut wishes: BTreeMap<EventId, BusEntry> = BTreeMap::new();
        let mut reported: BTreeSet<EventId> = under_way.into_iter().cloned().collect();
        for month in audited(now) {
            let mut from = Version(u64::MAX);
            while from > Version::NONE {
                let page = Span { limit: Some(PAGE), ..Span::back_from(from) };
                let commits = self.folds().log().span(&month, page).await?;
                let late = commits.iter().take_while(|commit| commit.committed_at >= since);
                let late: Vec<_> = late.collect();
                reported.extend(late.iter().filter_map(|commit| commit.causation.clone()));
                let late: Vec<_> = late.into_iter().map(|commit| self.open_requests(&registry, commit)).collect();
                // The page goes further back than the requests that matter, or it is the first one of the stream.
                let is_last = late.len() < PAGE;
                from = commits.last().filter(|_| !is_last).map_or(Version::NONE, |last| Version(last.version.0 - 1));
                for requests in late {
                    wishes.extend(requests?);
                }
            }
        }
        for begun in registry.views().filter_map(|(_, sets)| sets.unfinished()) {
            if !wishes.contains_key(begun)
                && let Some(entry) = self.entry_of(begun).await?
            {
                wishes.insert(begun.clone(), entry);
            }
        }
        wishes.retain(|request, _| !reported.contains(request));
        let entries: Vec<_> = wishes.into_values().collect();
        self.relay.bus.publish(&entries).await?;
        Ok(entries.len())
    }

    /// The requests in a commit that may be unfinished, as the bus carries them. A request that this release cannot read
    /// was meant for another release.
    fn open_requests(&self, registry: &Registry, commit: &Commit) -> Result<Vec<(EventId, BusEntry)>, Error> {
        let events: Vec<Event> = match commit.events.decode() {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(stream = %commit.stream, version = %commit.version, %error, "a record does not read");
                return Ok(vec![]);
            }
        };
        let entries = self.relay.publication.entries(commit)?.into_iter().zip(&events);
        let open = entries.filter(|(entry, event)| is_open(registry, &entry.detail.id, event));
        Ok(open.map(|(entry, _)| (entry.detail.id.clone(), entry)).collect())
    }

    /// An event of the log as the bus carries it.
    async fn entry_of(&self, event: &EventId) -> Result<Option<BusEntry>, Error> {
        let Some(commit) = parked::commit_of(self.folds().log(), event).await? else { return Ok(None) };
        Ok(self.relay.publication.entries(&commit)?.into_iter().find(|entry| entry.detail.id == *event))
    }
}

/// The streams of audit records that a daily run at this moment reads: those of one month, or at its beginning of two.
#[must_use]
pub fn audited(now: Timestamp) -> BTreeSet<StreamName> {
    [begin(now), now].map(|at| StreamName::of::<Audit>(&Month::of(at))).into()
}

fn begin(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(AT_MOST_AGO.as_millis()).unwrap_or(i64::MAX)))
}

fn is_open(registry: &Registry, id: &EventId, event: &Event) -> bool {
    match event {
        Event::RebuildRequested { projection } | Event::CleanupRequested { projection, .. } => {
            registry.sets(projection.as_str()).is_none_or(|sets| !sets.has_taken(id))
        }
        Event::VerificationRequested { scope } => *scope == Scope::Whole,
        Event::ParkedRedriven { .. }
        | Event::ParkedDiscarded { .. }
        | Event::LostBatchesRedriven {}
        | Event::Reconciled {} => true,
        Event::RedriveReported { .. }
        | Event::RecoveryReported(_)
        | Event::ReconciliationReported(_)
        | Event::ProjectionFlipped { .. }
        | Event::ProjectionRolledBack { .. }
        | Event::VerificationReported(_)
        | Event::LogImported { .. }
        | Event::AccountErased { .. } => false,
    }
}
