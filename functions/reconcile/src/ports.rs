//! What reconciling stands on: nearly everything.

use crate::lost::{InBucket, LostBatches};
use dynamo::{Ledger, Log, Parked, Views};
use eventbridge::EventBridgeBus;
use eventsourcing::rebuild::Worksheet;
use eventsourcing::{Bus, Clock, EventLog, LogScan, Lookups, ParkingLot, Randomness};
use lambda::{Lazy, SystemHost};

/// The types of the ports.
pub trait Ports: Send + Sync + 'static {
    /// The log.
    type Log: EventLog + LogScan + 'static;
    /// The read models.
    type Views: eventsourcing::Views + Lookups + Worksheet + 'static;
    /// The totals.
    type Ledger: eventsourcing::Ledger + 'static;
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
    type Ledger = Ledger;
    type Parked = Parked;
    type Host = SystemHost;
    type Bus = Lazy<EventBridgeBus>;
    type Batches = Lazy<InBucket>;
}
