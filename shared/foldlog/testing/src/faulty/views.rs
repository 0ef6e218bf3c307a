//! Read models under the fault model.

use super::fault_model::{Earlier, Meets};
use super::store::{Faulty, LateWrite};
use foldlog::read::lookups::{Lookup, Lookups};
use foldlog::read::projection::Row;
use foldlog::read::views::{Generation, RowKey, RowPage, ViewError, ViewScan, Views, Written};
use foldlog::rebuild::{RebuildProgress, Work, WorkProgress};
use foldlog::stream::Version;
use foldlog::write::log::Consistency;

/// [`Views`] in front of which requests and answers are delayed, lost and repeated; clones share them.
pub type FaultyViews<V> = Faulty<V, (RowKey, Row, Version), Shown>;

/// What earlier reads of [`FaultyViews`] showed.
#[derive(Clone, Default)]
pub struct Shown {
    /// Each row.
    rows: Earlier<RowKey, Option<Row>>,
    /// The answer of each lookup.
    found: Earlier<String, Vec<(String, Row)>>,
    keys: Earlier<String, Vec<String>>,
    mistaken: bool,
}

impl<V> FaultyViews<V> {
    /// The same views. If they are `mistaken`, they take a damaged row for one that is not available: a mistake that a
    /// test must find.
    #[must_use]
    pub fn mistaken(mut self, mistaken: bool) -> Self {
        self.earlier.mistaken = mistaken;
        self
    }

    fn verdict<T>(&self, answer: Result<T, ViewError>) -> Result<T, ViewError> {
        match answer {
            Err(ViewError::Damaged(error)) if self.earlier.mistaken => Err(ViewError::Unavailable(error)),
            answer => answer,
        }
    }

    /// The answer of a lookup: the present one, or an earlier one of the same lookup.
    fn found_eventually<T: Clone + PartialEq>(
        &self,
        earlier: &Earlier<String, T>,
        lookup: &Lookup<'_>,
        newest: T,
    ) -> T {
        // Bounds that move with the time would make each lookup a different one.
        let again = lookup.from.is_none() && lookup.until.is_none();
        if again && self.fault_model.is_hazy() {
            self.fault_model.shown(earlier, format!("{lookup:?}"), newest)
        } else {
            newest
        }
    }
}

impl<V: Views> LateWrite<V> for (RowKey, Row, Version) {
    async fn land(self, views: &V) {
        drop(views.write(&self.0, &self.1, self.2).await);
    }
}

impl<V: Views> Views for FaultyViews<V> {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        self.land().await;
        let newest = self.fault_model.read(self.store.row(place, consistency), ViewError::Unavailable).await;
        let newest = self.verdict(newest)?;
        Ok(match consistency {
            Consistency::Eventual => self.fault_model.shown(&self.earlier.rows, place.clone(), newest),
            Consistency::Strong => newest,
        })
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        self.land().await;
        let write = || self.store.write(place, row, seen);
        let later = || self.later((place.clone(), row.clone(), seen));
        self.verdict(self.fault_model.write(Meets::Nothing, write, later, ViewError::Unavailable).await)
    }
}

impl<V: RebuildProgress> RebuildProgress for FaultyViews<V> {
    async fn progress(&self, work: &Work) -> Result<Option<WorkProgress>, ViewError> {
        self.fault_model.read(self.store.progress(work), ViewError::Unavailable).await
    }

    async fn note(&self, work: &Work, progress: &WorkProgress) -> Result<(), ViewError> {
        let note = || self.store.note(work, progress);
        self.fault_model.write(Meets::Nothing, note, || {}, ViewError::Unavailable).await
    }
}

impl<V: ViewScan> ViewScan for FaultyViews<V> {
    async fn page(&self, view: &str, part: (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        self.fault_model.read(self.store.page(view, part, after), ViewError::Unavailable).await
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<Vec<String>, ViewError> {
        let (keys, left) = keys.split_at(self.fault_model.taken(keys.len()));
        let remove = || self.store.remove(view, generation, keys);
        let mut unremoved = self.fault_model.write(Meets::Nothing, remove, || {}, ViewError::Unavailable).await?;
        unremoved.extend_from_slice(left);
        Ok(unremoved)
    }
}

impl<V: Lookups> Lookups for FaultyViews<V> {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        let newest = self.fault_model.read(self.store.query(lookup), ViewError::Unavailable).await?;
        Ok(self.found_eventually(&self.earlier.found, lookup, newest))
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        let newest = self.fault_model.read(self.store.keys(lookup), ViewError::Unavailable).await?;
        Ok(self.found_eventually(&self.earlier.keys, lookup, newest))
    }

    async fn places(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, String)>, ViewError> {
        self.fault_model.read(self.store.places(lookup), ViewError::Unavailable).await
    }
}
