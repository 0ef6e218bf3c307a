//! Recovery of the batches that Lambda gave up on.
//!
//! A batch that is new is tried within a minute. One that fails leaves a note, which is the memory of its attempts: it
//! is tried again after growing pauses, like everything that is parked. So a stuck batch takes no run's time from the
//! others. The note is left *before* the attempt, and counts it: of two runs that begin with a batch at once at most one
//! goes on with it, and a batch that kills its run is not the first one of the next run.
//!
//! An object that is no batch is noted as permanent. It stays in the bucket until an operator discards the note, or
//! until the bucket's lifecycle removes it.

use crate::handler::Reconcile;
use crate::lost::{LostBatches, Object};
use crate::outcome::Outcome;
use crate::ports::Ports;
use foldlog::read::parked::{Class, Trouble};
use foldlog::{Clock, Parked, ParkingLot, Subject, Timestamp, Version};
use foldlog_lambda::{Error, Function, metrics};
use futures::{StreamExt, stream};
use serde::Serialize;
use std::collections::BTreeMap;

/// The name under which it parks.
pub const NAME: &str = "reconcile";
/// The maximum number of batches that one run tries.
const MOST: usize = 200;
/// How many batches are tried side by side.
const SIDE_BY_SIDE: usize = 4;
/// The longest key of an object that can be noted, in bytes. Lambda's keys have some 200.
const LONGEST_KEY: usize = 350;
/// The note of an attempt that did not come to its end.
const BEGUN: &str = "its recovery began, and did not end";

/// The result of a recovery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// The number of batches in the bucket.
    pub batches: usize,
    /// The number of batches that were recovered and removed.
    pub recovered: usize,
}

/// The batches that have a note, and when each was tried last.
pub(crate) type Stuck = BTreeMap<String, Parked>;

/// Which batches a run tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those without a note. The others are tried when their notes are due.
    New,
    /// All, the new ones first, then those that were tried least recently.
    All,
}

impl<P: Ports> Reconcile<P> {
    /// Recovers the batches that Lambda gave up on, whenever they were tried before, for as long as a request may take.
    pub async fn recover_all(&self, until: Timestamp) -> Result<Recovered, Error> {
        let stuck = self.noted(until).await?.stuck;
        self.recover(Which::All, &stuck, until).await
    }

    pub(crate) async fn recover(&self, which: Which, stuck: &Stuck, until: Timestamp) -> Result<Recovered, Error> {
        let (keys, batches) = self.chosen(which, stuck).await?;
        metrics::lost(batches);
        let attempts = keys.into_iter().map(async |key| {
            if self.folds().host().now() >= until {
                return false;
            }
            let recovered = self.recover_one(&key, stuck.get(&key)).await;
            match &recovered {
                Ok(Outcome::Stuck(error)) => tracing::error!(key, error, "a lost batch was not recovered"),
                Ok(Outcome::Follows(_) | Outcome::GivenUp | Outcome::Published | Outcome::Alarm) => {}
                Err(error) => tracing::error!(key, error, "a lost batch was not recovered"),
            }
            matches!(recovered, Ok(Outcome::Follows(_)))
        });
        let recovered: Vec<bool> = stream::iter(attempts).buffer_unordered(SIDE_BY_SIDE).collect().await;
        Ok(Recovered { batches, recovered: recovered.into_iter().filter(|recovered| *recovered).count() })
    }

    /// The batches to try, in their order, and the number of batches that were found.
    async fn chosen(&self, which: Which, stuck: &Stuck) -> Result<(Vec<String>, usize), Error> {
        let (mut new, mut tried, mut found) = (Vec::new(), Vec::new(), 0);
        let mut after: Option<String> = None;
        loop {
            let page = self.lost.keys(after.as_deref()).await?;
            found += page.keys.len();
            after = page.keys.last().cloned();
            for key in page.keys {
                match stuck.get(&key) {
                    Some(note) if which == Which::All => tried.push((note.trouble.at, key)),
                    Some(_) => {}
                    None => new.push(key),
                }
            }
            if !page.more || after.is_none() || (which == Which::New && new.len() >= MOST) {
                break;
            }
        }
        tried.sort();
        new.extend(tried.into_iter().map(|(_, key)| key));
        new.truncate(MOST);
        Ok((new, found))
    }

    /// Gives a batch to both readers of the stream. The one that processed it before recognises it.
    pub(crate) async fn recover_one(&self, key: &str, note: Option<&Parked>) -> Result<Outcome, Error> {
        if key.len() > LONGEST_KEY || key.contains(char::is_control) {
            return Ok(Outcome::Stuck("Lambda gives no such keys".to_owned()));
        }
        let (begun, class) = note.map_or((BEGUN, Class::Transient), |note| (&note.trouble.error, note.trouble.class));
        let before = note.map_or(0, |note| note.attempts);
        self.note_batch(key, begun, class).await?;
        let claimed = self.folds().parked().note(&subject(key)).await?;
        if claimed.is_some_and(|claimed| claimed.attempts != before + 1) {
            return Ok(Outcome::Stuck("another run has begun with it, too".to_owned()));
        }
        let (error, class) = match self.lost.batch(key).await? {
            Object::Gone => return self.settled(key).await,
            Object::Foreign(error) => (format!("the object is no batch: {error}"), Class::Permanent),
            Object::Batch(batch) => {
                let followed = self.projector.call(batch.clone()).await?;
                let published = self.relay.call(batch).await?;
                let mut failed = followed.batch_item_failures.into_iter().chain(published.batch_item_failures);
                let Some(record) = failed.next().and_then(|failure| failure.item_identifier) else {
                    self.lost.remove(key).await?;
                    return self.settled(key).await;
                };
                (format!("record {record} is stuck"), Class::Transient)
            }
        };
        if error != begun {
            self.note_batch(key, &error, class).await?;
        }
        Ok(Outcome::Stuck(error))
    }

    async fn settled(&self, key: &str) -> Result<Outcome, Error> {
        self.folds().parked().clear(&subject(key), Version::NONE).await?;
        Ok(Outcome::Follows(Version::NONE))
    }

    async fn note_batch(&self, key: &str, error: &str, class: Class) -> Result<(), Error> {
        let trouble = Trouble::with_message(NAME, key, error.to_owned(), class, self.folds().host().now());
        Ok(self.folds().parked().park(&trouble).await?)
    }

    /// Removes the lost batch that a note speaks of; whether it speaks of one.
    pub(crate) async fn discard(&self, subject: &Subject) -> Result<bool, Error> {
        match subject {
            Subject::Message { function, id } if function == NAME => self.lost.remove(id).await.map(|()| true),
            Subject::Message { .. } | Subject::Reaction { .. } | Subject::Fold { .. } => Ok(false),
        }
    }
}

fn subject(key: &str) -> Subject {
    Subject::Message { function: NAME.to_owned(), id: key.to_owned() }
}
