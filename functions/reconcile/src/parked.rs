//! Redrive: retries parked notes when they are due or when an operator requests it.
//!
//! A fold is advanced from the log. An event that a reaction failed on is published again with a mark, and the function
//! that then processes it removes the note. A lost batch is recovered.
//!
//! If more notes are due than a run can retry, those come first that were tried least recently: no note waits behind
//! others that stay stuck.

use crate::handler::Reconcile;
use crate::outcome::Outcome;
use crate::ports::Ports;
use crate::recovery::{self, Stuck};
use foldlog::read::parked::{Parked, Trouble};
use foldlog::{Bus, Clock, Commit, EventId, LogError, LogSpans, ParkingLot, Span, Subject, Timestamp};
use foldlog_functions::projector::TAMPERING;
use foldlog_functions::relay;
use foldlog_lambda::{Error, metrics};
use serde::Serialize;
use shop_domain::views::sales;

/// The number of notes that are read in one request.
const PAGE: usize = 100;
/// The maximum number of notes that one run retries; the others stay due.
const MOST: usize = 200;

/// The result of a scheduled run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Redrives {
    /// The number of notes.
    pub notes: usize,
    /// The number of folds that follow their streams again, or need not any more.
    pub follow: usize,
    /// The number of events that were published again.
    pub published: usize,
    /// The number of notes that are still stuck.
    pub stuck: usize,
}

/// What the notes say at a moment.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// The number of notes.
    notes: usize,
    /// The number of notes about items of the log that were changed or removed.
    tampered: usize,
    /// Those that are due: the ones that were tried least recently, in this order.
    due: Vec<Parked>,
    /// The notes about lost batches, by key.
    pub(crate) stuck: Stuck,
}

impl Noted {
    fn take(&mut self, note: Parked, now: Timestamp) {
        self.notes += 1;
        self.tampered += usize::from(is_tampering(&note.trouble.subject));
        let retried = match &note.trouble.subject {
            Subject::Message { function, id } if function == recovery::NAME => {
                self.stuck.insert(id.clone(), note.clone());
                true
            }
            Subject::Message { .. } => false,
            Subject::Reaction { function, .. } => function != TAMPERING,
            Subject::Fold { .. } => true,
        };
        if retried && note.due_at() <= now {
            self.due.push(note);
        }
        if self.due.len() >= 2 * MOST {
            self.rank();
        }
    }

    fn rank(&mut self) {
        self.due.sort_by_key(|note| note.trouble.at);
        self.due.truncate(MOST);
    }
}

/// Whether a note is about an item of the log that was changed or removed.
fn is_tampering(subject: &Subject) -> bool {
    match subject {
        Subject::Message { function, .. } | Subject::Reaction { function, .. } => function == TAMPERING,
        Subject::Fold { .. } => false,
    }
}

impl<P: Ports> Reconcile<P> {
    /// Reads all notes, page by page, and keeps those that are due at a moment, at most [`MOST`].
    pub(crate) async fn noted(&self, now: Timestamp) -> Result<Noted, Error> {
        let mut noted = Noted::default();
        let mut after = None;
        loop {
            let page = self.folds().parked().notes(after.as_ref(), PAGE).await?;
            page.notes.into_iter().for_each(|note| noted.take(note, now));
            after = page.next;
            if after.is_none() {
                noted.rank();
                return Ok(noted);
            }
        }
    }

    /// Retries the notes that are due, as far as the time allows. The others stay due, and come first in the next run.
    pub(crate) async fn redrive_due(&self, noted: &Noted, until: Timestamp) -> Redrives {
        let mut done = Redrives { notes: noted.notes, ..Redrives::default() };
        for note in noted.due.iter().take_while(|_| self.folds().host().now() < until) {
            match self.redrive(note).await {
                Ok(Outcome::Follows(_) | Outcome::GivenUp) => done.follow += 1,
                Ok(Outcome::Published) => done.published += 1,
                Ok(Outcome::Stuck(_) | Outcome::Alarm) => done.stuck += 1,
                Err(error) => {
                    tracing::error!(subject = %note.trouble.subject, error, "a note was not redriven");
                    done.stuck += 1;
                }
            }
        }
        metrics::notes(done.notes - done.follow, noted.tampered);
        done
    }

    /// Retries a note, even if it is not due.
    pub async fn redrive(&self, note: &Parked) -> Result<Outcome, Error> {
        match &note.trouble.subject {
            Subject::Fold { view, .. } if view == sales::NAME => Ok(self.sales.redrive(note).await?.into()),
            Subject::Fold { .. } => Ok(self.folds().redrive(note).await?.into()),
            Subject::Message { function, id } if function == recovery::NAME => self.recover_one(id, Some(note)).await,
            Subject::Message { .. } => Ok(Outcome::Alarm),
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
        let mut entries = match self.relay.publication.entries(&commit) {
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

/// The commit that contains an event, read alone: the rest of its stream may be long, or unreadable.
pub(crate) async fn commit_of<L: LogSpans>(log: &L, event: &EventId) -> Result<Option<Commit>, LogError> {
    let found = log.span(&event.stream, Span::around(event.version)).await?.pop();
    Ok(found.filter(|commit| commit.last_version() >= event.version))
}
