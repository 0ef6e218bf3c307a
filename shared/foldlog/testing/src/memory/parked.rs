//! The parking lot in memory.

use crate::shared::Shared;
use foldlog::read::parked::{Notes, Trouble};
use foldlog::{Parked, ParkingLot, Subject, Version, ViewError};
use std::collections::BTreeMap;

/// Notes in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryParked(Shared<BTreeMap<Subject, Parked>>);

impl MemoryParked {
    /// The same notes, which go their own way from here.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self(self.0.copied())
    }
}

impl ParkingLot for MemoryParked {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        self.0.with(|notes| {
            let first = Parked { trouble: trouble.clone(), attempts: 0, since: trouble.at };
            let note = notes.entry(trouble.subject.clone()).or_insert(first);
            let passed_over = note.trouble.passed_over.max(trouble.passed_over);
            (note.trouble, note.attempts) = (Trouble { passed_over, ..trouble.clone() }, note.attempts + 1);
        });
        Ok(())
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        Ok(self.0.with(|notes| {
            let behind = notes.values().filter(|note| after.is_none_or(|after| note.trouble.subject > *after));
            let notes: Vec<_> = behind.take(limit).cloned().collect();
            let next = notes.last().filter(|_| notes.len() == limit).map(|note| note.trouble.subject.clone());
            Notes { notes, next }
        }))
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Parked>, ViewError> {
        Ok(self.0.with(|notes| notes.get(subject).cloned()))
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        Ok(self.0.with(|notes| {
            if notes.get(subject).is_some_and(|note| note.trouble.passed_over <= upto) {
                notes.remove(subject);
            }
            !notes.contains_key(subject)
        }))
    }
}
