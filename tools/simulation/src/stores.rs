//! The stores in memory, each under the fault model, and the types by which the functions know them.

use foldlog_testing::faulty::{FaultModel, FaultyKeys, FaultyLog, FaultyParked, FaultyTotalsStore, FaultyViews, Odds};
use foldlog_testing::memory::{MemoryGenerations, MemoryKeys, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};

/// The log of a run, as functions see it.
pub(crate) type Log = FaultyLog<MemoryLog>;
/// The read models of a run.
pub(crate) type Views = FaultyViews<MemoryViews>;
/// The totals of a run.
pub(crate) type TotalsStore = FaultyTotalsStore<MemoryTotalsStore>;
/// The parking lot of a run.
pub(crate) type Parked = FaultyParked<MemoryParked>;

/// The keys of personal data.
pub(crate) type Keys = FaultyKeys<MemoryKeys>;

/// The faults of the stores: about one request in eight fails.
const ROUGH: Odds = Odds {
    lost_answer: 25,
    late: 25,
    dropped: 15,
    throttled: 25,
    transaction_conflict: 20,
    hang: 5,
    stale_read: 350,
    resent: 500,
};

/// The stores.
pub(crate) struct Stores {
    /// The log without faults.
    pub(crate) log: MemoryLog,
    /// The log as functions see it, and as reactions on stock see it.
    pub(crate) faulty: Log,
    pub(crate) marked: Log,
    pub(crate) views: Views,
    pub(crate) totals_store: TotalsStore,
    pub(crate) parked: Parked,
    pub(crate) keys: Keys,
    pub(crate) fault_model: FaultModel,
}

impl Stores {
    pub(crate) fn new(seed: u64) -> Self {
        let fault_model = FaultModel::new(seed, ROUGH);
        let log = MemoryLog::default();
        let generations = MemoryGenerations::default();
        Self {
            faulty: FaultyLog::under(log.clone(), fault_model.clone()),
            marked: FaultyLog::under(log.clone().with_markers(), fault_model.clone()),
            views: FaultyViews::under(MemoryViews::of(generations.clone()), fault_model.clone()),
            totals_store: FaultyTotalsStore::under(MemoryTotalsStore::of(generations), fault_model.clone()),
            parked: FaultyParked::under(MemoryParked::default(), fault_model.clone()),
            keys: FaultyKeys::under(MemoryKeys::default(), fault_model.clone()),
            log,
            fault_model,
        }
    }

    /// Completes all late writes, and ends the faults.
    pub(crate) async fn settle(&self) {
        self.faulty.settle().await;
        self.marked.settle().await;
        self.views.settle().await;
        self.totals_store.settle().await;
        self.parked.settle().await;
        self.keys.settle().await;
    }
}
