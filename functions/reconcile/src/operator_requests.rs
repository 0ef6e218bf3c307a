//! Requests of operators that take longer than an HTTP request, and that no function started or finished: on AWS a
//! state machine gave up, or a local host was stopped in between.

use crate::handler::Reconcile;
use crate::parked;
use crate::ports::Ports;
use foldlog::{Bus, BusEntry, Clock, Commit, EventId, EventLog, Generations, Registry, StreamName, Timestamp, Version};
use foldlog_lambda::Error;
use shop_domain::audit::{Audit, Event, Scope};
use shop_domain::values::Month;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The maximum age of such a request: longer than the time between two daily runs.
const AT_MOST_AGO: Duration = Duration::from_hours(26);

impl<P: Ports> Reconcile<P> {
    /// Publishes these requests again, and counts them. If a function is still working on one, some of the work is done
    /// twice.
    pub(crate) async fn repeat_operator_requests(&self) -> Result<usize, Error> {
        let registry = self.folds().views().registered().await?.registry;
        let now = self.folds().host().now();
        let since = Timestamp(now.0 - i64::try_from(AT_MOST_AGO.as_millis())?);
        let months: BTreeSet<StreamName> = [since, now].map(|at| StreamName::of::<Audit>(&Month::of(at))).into();
        let mut wishes: BTreeMap<EventId, BusEntry> = BTreeMap::new();
        for month in months {
            let commits = self.folds().log().since(&month, Version::NONE).await?;
            for commit in commits.iter().filter(|commit| commit.committed_at >= since) {
                wishes.extend(self.open_requests(&registry, commit)?);
            }
        }
        for begun in registry.views().filter_map(|(_, sets)| sets.unfinished()) {
            if !wishes.contains_key(begun)
                && let Some(entry) = self.entry_of(begun).await?
            {
                wishes.insert(begun.clone(), entry);
            }
        }
        let entries: Vec<_> = wishes.into_values().collect();
        self.relay.bus.publish(&entries).await?;
        Ok(entries.len())
    }

    /// The requests in a commit that may be unfinished, as the bus carries them. Only `verification` knows whether a
    /// verification was reported, so those are always included. A request that this release cannot read was meant for
    /// another release.
    fn open_requests(&self, registry: &Registry, commit: &Commit) -> Result<Vec<(EventId, BusEntry)>, Error> {
        let events: Vec<Event> = match commit.events.decode() {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(stream = %commit.stream, version = %commit.version, %error, "a record does not read");
                return Ok(vec![]);
            }
        };
        let entries = BusEntry::of(&self.relay.system, commit)?.into_iter().zip(&events);
        let open = entries.filter(|(entry, event)| is_open(registry, &entry.detail.id, event));
        Ok(open.map(|(entry, _)| (entry.detail.id.clone(), entry)).collect())
    }

    /// An event of the log as the bus carries it.
    async fn entry_of(&self, event: &EventId) -> Result<Option<BusEntry>, Error> {
        let Some(commit) = parked::commit_of(self.folds().log(), event).await? else { return Ok(None) };
        Ok(BusEntry::of(&self.relay.system, &commit)?.into_iter().find(|entry| entry.detail.id == *event))
    }
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
        | Event::Reconciled {}
        | Event::ProjectionFlipped { .. }
        | Event::ProjectionRolledBack { .. }
        | Event::VerificationReported(_)
        | Event::LogImported { .. } => false,
    }
}
