//! The stores in memory, each under the fault model, and the types by which the functions know them.

use crate::setting::Setting;
use foldlog_testing::faulty::{FaultModel, FaultyLog, FaultyParked, FaultyTotalsStore, FaultyViews};
use foldlog_testing::memory::{MemoryGenerations, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};

/// The read models of a run.
pub(crate) type Views = FaultyViews<MemoryViews>;
/// The totals of a run.
pub(crate) type TotalsStore = FaultyTotalsStore<MemoryTotalsStore>;
/// The parking lot of a run.
pub(crate) type Parked = FaultyParked<MemoryParked>;
/// The stores.
pub(crate) struct Stores {
    /// The log without faults.
    pub(crate) log: MemoryLog,
    /// The log as functions see it, and as reactions on stock see it.
    pub(crate) faulty: FaultyLog<MemoryLog>,
    pub(crate) marked: FaultyLog<MemoryLog>,
    pub(crate) views: Views,
    pub(crate) totals_store: TotalsStore,
    pub(crate) parked: Parked,
    pub(crate) fault_model: FaultModel,
}

impl Stores {
    pub(crate) fn new(seed: u64, setting: Setting) -> Self {
        let fault_model = FaultModel::new(seed, setting.odds);
        let log = MemoryLog::default();
        let generations = MemoryGenerations::default();
        Self {
            faulty: FaultyLog::under(log.clone(), fault_model.clone()),
            marked: FaultyLog::under(log.clone().with_markers(), fault_model.clone()),
            views: FaultyViews::under(MemoryViews::of(generations.clone()), fault_model.clone()),
            totals_store: FaultyTotalsStore::under(MemoryTotalsStore::of(generations), fault_model.clone()),
            parked: FaultyParked::under(MemoryParked::default(), fault_model.clone()),
            log,
            fault_model,
        }
    }

    /// Completes all late writes, and ends the faults.
    pub(crate) async fn settle(&self) {
        self.fault_model.calm_down();
        self.faulty.settle().await;
        self.marked.settle().await;
        self.views.settle().await;
        self.totals_store.settle().await;
        self.parked.settle().await;
    }
}
