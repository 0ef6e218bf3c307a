//! A bus under the fault model.

use super::fault_model::LONGEST_WAY;
use super::store::Faulty;
use foldlog::react::bus::{Bus, BusEntry, BusError};

/// A [`Bus`] that takes some of the entries, or all of them, and reports a failure.
pub type FaultyBus<B> = Faulty<B, ()>;

impl<B: Bus> Bus for FaultyBus<B> {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        self.fault_model.wait(LONGEST_WAY).await;
        if let Some((taken, known)) = self.fault_model.taken_in_part(entries.len()) {
            self.store.publish(entries.get(..taken).unwrap_or_default()).await?;
            return Err(BusError { first: known, reason: "the bus took some of the entries".to_owned() });
        }
        let published = self.store.publish(entries).await;
        self.fault_model.wait(LONGEST_WAY).await;
        published
    }
}
