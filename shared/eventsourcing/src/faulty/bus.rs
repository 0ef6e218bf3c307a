//! A bus under the weather.

use super::weather::{LONGEST_WAY, Weather};
use crate::bus::{Bus, BusEntry, BusError};

/// A [`Bus`] that takes some of the entries, or all of them, and says that it did not.
#[derive(Clone, Debug)]
pub struct FaultyBus<B> {
    bus: B,
    weather: Weather,
}

impl<B> FaultyBus<B> {
    /// `bus`, under a weather that others share.
    pub const fn under(bus: B, weather: Weather) -> Self {
        Self { bus, weather }
    }
}

impl<B: Bus> Bus for FaultyBus<B> {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        self.weather.wait(LONGEST_WAY).await;
        if let Some((taken, known)) = self.weather.taken_in_part(entries.len()) {
            self.bus.publish(entries.get(..taken).unwrap_or_default()).await?;
            return Err(BusError { first: known, reason: "the bus took some of the entries".to_owned() });
        }
        let published = self.bus.publish(entries).await;
        self.weather.wait(LONGEST_WAY).await;
        published
    }
}
