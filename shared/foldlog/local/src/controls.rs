//! The controls of a running host: advancing its clock; pausing, killing and resuming its functions.

use crate::clock::Clock;
use crate::gate::Gate;
use crate::streams::{Deliveries, Wake};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The template names no such function.
#[derive(Debug, thiserror::Error)]
#[error("the template names no function {0}")]
pub struct UnknownFunction(pub String);

/// An action on a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// Its triggers stop, and running invocations finish.
    Pause,
    /// Its triggers stop, and running invocations fail.
    Kill,
    /// Its triggers go on with what waited.
    Resume,
}

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
    pub(crate) async fn advance_clock(&self, by: Duration) {
        for wake in &self.wakes {
            wake.caught_up().await;
        }
        self.clock.advance(by);
    }

    /// Does an action to a function. It is done when this returns.
    pub(crate) async fn function(&self, name: &str, control: Control) -> Result<(), UnknownFunction> {
        let gate = self.gates.get(name).ok_or_else(|| UnknownFunction(name.to_owned()))?;
        match control {
            Control::Pause => gate.pause().await,
            Control::Kill => gate.kill().await,
            Control::Resume => gate.resume(),
        }
        Ok(())
    }

    /// The counts of the stream records of each function that reads a stream.
    pub(crate) fn deliveries(&self) -> BTreeMap<String, Deliveries> {
        let counts = |counts: &Mutex<Deliveries>| *counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.deliveries.iter().map(|(function, own)| (function.clone(), counts(own))).collect()
    }
}
