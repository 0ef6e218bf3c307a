//! The controls of a running host: advancing its clock; pausing, killing and resuming its functions.

use crate::clock::{Clock, TooFarAhead};
use crate::gate::Gate;
use crate::lock::lock;
use crate::streams::{Deliveries, Wake};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The template names no such function.
#[derive(Debug, thiserror::Error)]
#[error("the template names no function {0}")]
pub struct UnknownFunction(pub String);

/// The handles on everything that runs.
#[derive(Debug)]
pub(crate) struct Controls {
    /// The clock.
    pub(crate) clock: Clock,
    /// The functions' gates, by binary.
    pub(crate) gates: BTreeMap<String, Arc<Gate>>,
    /// The counts of their stream records, by binary.
    pub(crate) deliveries: BTreeMap<String, Arc<Mutex<Deliveries>>>,
    /// The sender that tells the stream mappings of writes.
    pub(crate) wakes: Vec<Arc<Wake>>,
}

impl Controls {
    /// Moves the clock ahead: everything that was written before is that much older, and what is written later is not.
    pub(crate) async fn advance_clock(&self, by: Duration) -> Result<(), TooFarAhead> {
        for wake in &self.wakes {
            wake.caught_up().await;
        }
        self.clock.advance(by)
    }

    /// The gate of a function.
    pub(crate) fn gate(&self, function: &str) -> Result<&Gate, UnknownFunction> {
        self.gates.get(function).map(Arc::as_ref).ok_or_else(|| UnknownFunction(function.to_owned()))
    }

    /// The counts of the stream records of each function that reads a stream.
    pub(crate) fn deliveries(&self) -> BTreeMap<String, Deliveries> {
        self.deliveries.iter().map(|(function, own)| (function.clone(), *lock(own))).collect()
    }
}
