//! What reconciling stands on: nearly everything.

use crate::lost::{InBucket, LostBatches};
use foldlog::rebuild::RebuildProgress;
use foldlog::{Bus, Clock, EventLog, LogScan, Lookups, ParkingLot, Randomness};
use foldlog_dynamo::{Log, Parked, TotalsStore, Views};
use foldlog_eventbridge::EventBridgeBus;
use foldlog_lambda::{Lazy, SystemHost};

/// The types of the ports.
pub trait Ports: Send + Sync + 'static {
    /// The log.
    type Log: EventLog + LogScan + 'static;
    /// The read models.
    type Views: foldlog::Views + Lookups + RebuildProgress + 'static;
    /// The totals.
    type TotalsStore: foldlog::TotalsStore + 'static;
    /// The notes about what cannot be followed.
    type Parked: ParkingLot + 'static;
    /// Time and chance.
    type Host: Clock + Randomness + 'static;
    /// Where events are published.
    type Bus: Bus + 'static;
    /// What Lambda gave up on.
    type Batches: LostBatches + 'static;
}

/// The deployed ones.
pub struct OnAws;

impl Ports for OnAws {
    type Log = Log;
    type Views = Views;
    type TotalsStore = TotalsStore;
    type Parked = Parked;
    type Host = SystemHost;
    type Bus = Lazy<EventBridgeBus>;
    type Batches = Lazy<InBucket>;
}
