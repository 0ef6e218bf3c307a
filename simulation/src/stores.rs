//! The stores in memory, each under the weather, and the types by which the functions know them.

use crate::defects::Log;
use crate::hints::{Batches, SimBus};
use crate::setting::Setting;
use crate::world::Host;
use eventsourcing::faulty::{FaultyBus, FaultyLedger, FaultyLog, FaultyParked, FaultyViews, Weather};
use eventsourcing::memory::{MemoryGenerations, MemoryLog, MemoryParked, MemoryViews};
use eventsourcing::totals::MemoryLedger;

/// The read models of a run.
pub(crate) type Views = FaultyViews<MemoryViews>;
/// The totals of a run.
pub(crate) type Ledger = FaultyLedger<MemoryLedger>;
/// The notes of a run.
pub(crate) type Parked = FaultyParked<MemoryParked>;
/// The bus of a run.
pub(crate) type Bus = FaultyBus<SimBus>;

/// The ports of a run.
pub(crate) struct Simulated;

impl reconcile::Ports for Simulated {
    type Log = Log;
    type Views = Views;
    type Ledger = crate::defects::Ledger;
    type Parked = Parked;
    type Host = Host;
    type Bus = Bus;
    type Batches = Batches;
}

/// The stores.
pub(crate) struct Stores {
    /// What the log really holds.
    pub(crate) log: MemoryLog,
    /// The log as functions see it, and as reactions on stock do.
    pub(crate) faulty: FaultyLog<MemoryLog>,
    pub(crate) marked: FaultyLog<MemoryLog>,
    pub(crate) views: Views,
    pub(crate) ledger: Ledger,
    pub(crate) parked: Parked,
    pub(crate) weather: Weather,
}

impl Stores {
    pub(crate) fn new(seed: u64, setting: Setting) -> Self {
        let weather = Weather::new(seed, setting.odds);
        let log = MemoryLog::default();
        let generations = MemoryGenerations::default();
        Self {
            faulty: FaultyLog::under(log.clone(), weather.clone()),
            marked: FaultyLog::under(log.clone().with_markers(), weather.clone()),
            views: FaultyViews::under(MemoryViews::of(generations.clone()), weather.clone()),
            ledger: FaultyLedger::under(MemoryLedger::of(generations), weather.clone()),
            parked: FaultyParked::under(MemoryParked::default(), weather.clone()),
            log,
            weather,
        }
    }

    /// Lets all that is late land, and nothing go wrong any more.
    pub(crate) async fn settle(&self) {
        self.weather.calm_down();
        self.faulty.settle().await;
        self.marked.settle().await;
        self.views.settle().await;
        self.ledger.settle().await;
        self.parked.settle().await;
    }
}
