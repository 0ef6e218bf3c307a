//! A bus under the fault model.

use super::fault_model::{FaultModel, LONGEST_WAY};
use foldlog::react::bus::{Bus, BusEntry, BusError};

/// A [`Bus`] that takes some of the entries, or all of them, and reports a failure.
#[derive(Clone, Debug)]
pub struct FaultyBus<B> {
    bus: B,
    fault_model: FaultModel,
}

impl<B> FaultyBus<B> {
    /// `bus`, under a fault model that other stores share.
    pub const fn under(bus: B, fault_model: FaultModel) -> Self {
        Self { bus, fault_model }
    }
}

impl<B: Bus> Bus for FaultyBus<B> {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        self.fault_model.wait(LONGEST_WAY).await;
        if let Some((taken, known)) = self.fault_model.taken_in_part(entries.len()) {
            self.bus.publish(entries.get(..taken).unwrap_or_default()).await?;
            return Err(BusError { first: known, reason: "the bus took some of the entries".to_owned() });
        }
        let published = self.bus.publish(entries).await;
        self.fault_model.wait(LONGEST_WAY).await;
        published
    }
}
