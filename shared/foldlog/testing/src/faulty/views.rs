//! Read models under the fault model.

use super::fault_model::{Earlier, FaultModel, Late, Meets};
use foldlog::read::generations::{Current, Generations, Registered, Registry};
use foldlog::read::lookups::{Lookup, Lookups};
use foldlog::read::projection::Row;
use foldlog::read::views::{Generation, RowKey, RowPage, ViewError, ViewScan, Views, Written};
use foldlog::rebuild::{RebuildProgress, Work, WorkProgress};
use foldlog::stream::Version;
use foldlog::write::log::Consistency;

/// [`Views`] in front of which requests and answers are delayed, lost and repeated; clones share them.
#[derive(Clone, Debug)]
pub struct FaultyViews<V> {
    views: V,
    fault_model: FaultModel,
    late: Late<(RowKey, Row, Version)>,
    /// Each row as an earlier read showed it.
    rows: Earlier<RowKey, Option<Row>>,
    /// Each lookup's earlier answer.
    found: Earlier<String, Vec<(String, Row)>>,
    keys: Earlier<String, Vec<String>>,
}

impl<V> FaultyViews<V> {
    /// `views`, under a fault model that other stores share.
    pub fn under(views: V, fault_model: FaultModel) -> Self {
        Self {
            views,
            fault_model,
            late: Late::none(),
            rows: Earlier::default(),
            found: Earlier::default(),
            keys: Earlier::default(),
        }
    }

    /// The views behind it.
    pub const fn views(&self) -> &V {
        &self.views
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

impl<V: Views> FaultyViews<V> {
    /// Carries out all late requests. From then on nothing fails.
    pub async fn settle(&self) {
        self.fault_model.calm_down();
        for (place, row, seen) in self.late.take() {
            drop(self.views.write(&place, &row, seen).await);
        }
    }

    /// A late request may arrive before this one.
    async fn land(&self) {
        if let Some((place, row, seen)) = self.fault_model.landing(&self.late) {
            drop(self.views.write(&place, &row, seen).await);
        }
    }
}

impl<V: Views> Views for FaultyViews<V> {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        self.land().await;
        let newest = self.fault_model.read(self.views.row(place, consistency), ViewError::Unavailable).await?;
        Ok(match consistency {
            Consistency::Eventual => self.fault_model.shown(&self.rows, place.clone(), newest),
            Consistency::Strong => newest,
        })
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        self.land().await;
        let write = || self.views.write(place, row, seen);
        let later = || self.late.add((place.clone(), row.clone(), seen));
        self.fault_model.write(Meets::Nothing, write, later, ViewError::Unavailable).await
    }
}

impl<V: Generations> Generations for FaultyViews<V> {
    async fn registered(&self) -> Result<Registered, ViewError> {
        self.fault_model.read(self.views.registered(), ViewError::Unavailable).await
    }

    async fn register(&self, registry: &Registry, seen: u64) -> Result<bool, ViewError> {
        // A write that is sent again is late enough. It fails if another change came in between.
        let register = || self.views.register(registry, seen);
        self.fault_model.write(Meets::Nothing, register, || {}, ViewError::Unavailable).await
    }

    async fn current(&self, view: &str) -> Result<Current, ViewError> {
        self.fault_model.read(self.views.current(view), ViewError::Unavailable).await
    }
}

impl<V: RebuildProgress> RebuildProgress for FaultyViews<V> {
    async fn progress(&self, work: &Work) -> Result<Option<WorkProgress>, ViewError> {
        self.fault_model.read(self.views.progress(work), ViewError::Unavailable).await
    }

    async fn note(&self, work: &Work, progress: &WorkProgress) -> Result<(), ViewError> {
        let note = || self.views.note(work, progress);
        self.fault_model.write(Meets::Nothing, note, || {}, ViewError::Unavailable).await
    }
}

impl<V: ViewScan> ViewScan for FaultyViews<V> {
    async fn page(&self, view: &str, part: (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        self.fault_model.read(self.views.page(view, part, after), ViewError::Unavailable).await
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<(), ViewError> {
        let remove = || self.views.remove(view, generation, keys);
        self.fault_model.write(Meets::Nothing, remove, || {}, ViewError::Unavailable).await
    }
}

impl<V: Lookups> Lookups for FaultyViews<V> {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        let newest = self.fault_model.read(self.views.query(lookup), ViewError::Unavailable).await?;
        Ok(self.found_eventually(&self.found, lookup, newest))
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        let newest = self.fault_model.read(self.views.keys(lookup), ViewError::Unavailable).await?;
        Ok(self.found_eventually(&self.keys, lookup, newest))
    }
}
