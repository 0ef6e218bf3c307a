//! What can be done to a running host: its clock moved ahead, its functions paused, killed and resumed.

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

/// What is done to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// Nothing triggers it any more; what is under way finishes.
    Pause,
    /// Nothing triggers it any more; what is under way fails.
    Kill,
    /// What waited for it goes on.
    Resume,
}

/// The handles on what runs.
#[derive(Debug)]
pub(crate) struct Controls {
    /// The clock.
    pub(crate) clock: Clock,
    /// The functions' gates, by binary.
    pub(crate) gates: BTreeMap<String, Arc<Gate>>,
    /// What became of their stream records, by binary.
    pub(crate) deliveries: BTreeMap<String, Arc<Mutex<Deliveries>>>,
    /// What tells the stream mappings of writes.
    pub(crate) wakes: Vec<Arc<Wake>>,
}

impl Controls {
    /// Moves the clock ahead: everything that was written before is so much older, nothing that is written later is.
    pub(crate) async fn advance_clock(&self, by: Duration) {
        for wake in &self.wakes {
            wake.caught_up().await;
        }
        self.clock.advance(by);
    }

    /// Does something to a function; done when this returns.
    pub(crate) async fn function(&self, name: &str, control: Control) -> Result<(), UnknownFunction> {
        let gate = self.gates.get(name).ok_or_else(|| UnknownFunction(name.to_owned()))?;
        match control {
            Control::Pause => gate.pause().await,
            Control::Kill => gate.kill().await,
            Control::Resume => gate.resume(),
        }
        Ok(())
    }

    /// What became of the stream records of each function that reads a stream.
    pub(crate) fn deliveries(&self) -> BTreeMap<String, Deliveries> {
        let counts = |counts: &Mutex<Deliveries>| *counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.deliveries.iter().map(|(function, own)| (function.clone(), counts(own))).collect()
    }
}
