//! Redrive: retries parked notes when they are due or when an operator requests it.
//!
//! A fold is advanced from the log. An event that a reaction failed on is published again with a mark, and the function
//! that then processes it removes the note.

use crate::handler::Reconcile;
use crate::ports::Ports;
use foldlog::read::engine::Redriven;
use foldlog::read::parked::{Parked, Trouble};
use foldlog::write::scan::Part;
use foldlog::{Bus, BusEntry, Clock, Commit, EventId, LogError, LogScan, ParkingLot, Subject, Timestamp, Version};
use foldlog_functions::projector::TAMPERING;
use foldlog_functions::relay;
use foldlog_lambda::{Error, metrics};
use serde::Serialize;
use shop_domain::views::sales;

/// The number of notes that are read in one request.
const PAGE: usize = 100;
/// The maximum number of notes that one run retries; the others stay due.
const MOST: usize = 200;

/// The outcome of a retry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The subscriber has reached this version, and the note is gone.
    Follows(Version),
    /// The event is published again; the note goes when the function has reacted to it.
    Published,
    /// The subscriber still cannot process it, for this reason.
    Stuck(String),
    /// No subscriber can process it: it indicates tampering.
    Alarm,
}

impl From<Redriven> for Outcome {
    fn from(redriven: Redriven) -> Self {
        match redriven {
            Redriven::Follows(version) => Self::Follows(version),
            Redriven::Stuck(error) => Self::Stuck(error),
        }
    }
}

/// The result of a scheduled run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Redrives {
    /// The number of notes.
    pub notes: usize,
    /// The number of folds that follow their streams again.
    pub follow: usize,
    /// The number of events that were published again.
    pub published: usize,
    /// The number of notes that are still stuck.
    pub stuck: usize,
}

impl<P: Ports> Reconcile<P> {
    /// Retries all notes that are due at a moment.
    pub async fn redrive_due(&self, now: Timestamp) -> Result<Redrives, Error> {
        let mut done = Redrives::default();
        let mut tried = 0;
        let mut after = None;
        loop {
            let page = self.folds().parked().notes(after.as_ref(), PAGE).await?;
            done.notes += page.notes.len();
            for note in page.notes.iter().filter(|note| note.due_at() <= now) {
                if tried == MOST {
                    break;
                }
                tried += 1;
                match self.redrive(note).await {
                    Ok(Outcome::Follows(_)) => done.follow += 1,
                    Ok(Outcome::Published) => done.published += 1,
                    Ok(Outcome::Stuck(_)) => done.stuck += 1,
                    Ok(Outcome::Alarm) => tried -= 1,
                    Err(error) => {
                        tracing::error!(subject = %note.trouble.subject, error, "a note was not redriven");
                        done.stuck += 1;
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                metrics::notes(done.notes - done.follow);
                return Ok(done);
            }
        }
    }

    /// Retries a note, even if it is not due.
    pub async fn redrive(&self, note: &Parked) -> Result<Outcome, Error> {
        match &note.trouble.subject {
            Subject::Fold { view, .. } if view == sales::NAME => Ok(self.sales.redrive(note).await?.into()),
            Subject::Fold { .. } => Ok(self.folds().redrive(note).await?.into()),
            Subject::Reaction { function, .. } if function == TAMPERING => Ok(Outcome::Alarm),
            Subject::Reaction { function, event } => self.publish_again(note, function, event).await,
        }
    }

    async fn publish_again(&self, note: &Parked, function: &str, event: &EventId) -> Result<Outcome, Error> {
        // The attempt is counted first: once the event is published, the function that reacts to it may remove the note
        // at any moment.
        let again = Trouble { at: self.folds().host().now(), ..note.trouble.clone() };
        self.folds().parked().park(&again).await?;
        let commit = match commit_of(self.folds().log(), event).await {
            Ok(Some(commit)) => commit,
            Ok(None) => return Ok(Outcome::Stuck("the log does not hold it".to_owned())),
            Err(error @ LogError::Corrupt { .. }) => return Ok(Outcome::Stuck(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        let mut entries = match BusEntry::of(&self.relay.system, &commit) {
            Ok(entries) => entries,
            Err(error) => return Ok(Outcome::Stuck(error.to_string())),
        };
        if function == relay::NAME {
            self.relay.bus.publish(&entries).await?;
            self.folds().parked().clear(&note.trouble.subject, commit.version).await?;
            return Ok(Outcome::Follows(commit.last_version()));
        }
        entries.retain(|entry| entry.detail.id == *event);
        for entry in &mut entries {
            entry.detail.redriven = true;
        }
        self.relay.bus.publish(&entries).await?;
        Ok(Outcome::Published)
    }
}

/// The commit that contains an event, even if the rest of its stream cannot be read.
pub(crate) async fn commit_of<L: LogScan>(log: &L, event: &EventId) -> Result<Option<Commit>, LogError> {
    let part = Part::Stream(event.stream.clone());
    let mut last = None;
    let mut after = None;
    loop {
        let page = log.page(&part, after.as_ref()).await?;
        for commit in page.commits {
            let version = match &commit {
                Ok(commit) => commit.version,
                Err(LogError::Corrupt { version, .. }) => *version,
                Err(LogError::Unavailable(_) | LogError::Denied(_)) => return commit.map(Some),
            };
            if version > event.version {
                return last.transpose();
            }
            last = Some(commit);
        }
        after = page.next;
        if after.is_none() {
            return last.transpose().map(|last| last.filter(|commit: &Commit| commit.last_version() >= event.version));
        }
    }
}
