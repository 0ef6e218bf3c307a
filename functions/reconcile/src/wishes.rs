//! What operators asked for that takes longer than a request, and that nobody took up or brought to its end: on AWS a
//! state machine gave up, on one machine the host was stopped in between.

use crate::{Ports, Reconcile, parked};
use domain::audit::Scope;
use domain::audit::{self, Event};
use eventsourcing::{
    Bus, BusEntry, Clock, Commit, EventId, EventLog, Generations, Registry, StreamName, Timestamp, Version,
};
use lambda::Error;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long ago a wish may have been made: longer than from one daily run to the next.
const AT_MOST_AGO: Duration = Duration::from_hours(26);

impl<P: Ports> Reconcile<P> {
    /// Publishes such wishes again, and counts them. Who is at work on one does some things twice.
    pub(crate) async fn repeat_wishes(&self) -> Result<usize, Error> {
        let registry = self.folds().views().registered().await?.registry;
        let mut wishes: BTreeSet<EventId> =
            registry.views().filter_map(|(_, sets)| sets.unfinished().cloned()).collect();
        let now = self.folds().host().now();
        let since = Timestamp(now.0 - i64::try_from(AT_MOST_AGO.as_millis())?);
        let months: BTreeSet<StreamName> = [audit::stream(since)?, audit::stream(now)?].into();
        for month in months {
            let commits = self.folds().log().since(&month, Version::NONE).await?;
            for commit in commits.iter().filter(|commit| commit.committed_at >= since) {
                wishes.extend(open_wishes(&registry, commit));
            }
        }
        let mut entries = Vec::new();
        for wish in &wishes {
            entries.extend(self.entry_of(wish).await?);
        }
        self.relay.bus().publish(&entries).await?;
        Ok(entries.len())
    }

    /// An event of the log as the bus carries it.
    async fn entry_of(&self, event: &EventId) -> Result<Option<BusEntry>, Error> {
        let Some(commit) = parked::commit_of(self.folds().log(), event).await? else { return Ok(None) };
        Ok(BusEntry::of(self.relay.system(), &commit)?.into_iter().find(|entry| entry.detail.id == *event))
    }
}

/// The wishes of a record that nobody may have taken up. Of a verification only who carries it out knows whether it was
/// reported; what this release cannot read was asked of another.
fn open_wishes(registry: &Registry, commit: &Commit) -> Vec<EventId> {
    let events: Vec<Event> = match commit.events.decode() {
        Ok(events) => events,
        Err(error) => {
            tracing::error!(stream = %commit.stream, version = %commit.version, %error, "a record does not read");
            return vec![];
        }
    };
    let ids = (0..).zip(&events).map(|(index, event)| (commit.event_id(index), event));
    ids.filter(|(id, event)| is_open(registry, id, event)).map(|(id, _)| id).collect()
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
