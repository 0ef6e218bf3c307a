//! The edges of the functions, which put hints on their way and take them: the bus, and the failure bucket of Lambda.

use crate::wire;
use crate::world::World;
use aws_lambda_events::dynamodb::Event;
use foldlog::react::bus::BusError;
use foldlog::{Bus, BusEntry};
use foldlog_lambda::Error;
use reconcile::lost::LostBatches;
use std::sync::Arc;

/// The bus: rules put what is published into queues.
#[derive(Clone)]
pub(crate) struct SimBus(pub(crate) Arc<World>);

impl Bus for SimBus {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        for entry in entries {
            self.0.hints().publish(&self.0, entry);
        }
        Ok(())
    }
}

/// The failure bucket.
#[derive(Clone)]
pub(crate) struct Batches(pub(crate) Arc<World>);

impl LostBatches for Batches {
    async fn keys(&self) -> Result<Vec<String>, Error> {
        Ok(self.0.hints().given_up.keys().cloned().collect())
    }

    async fn batch(&self, key: &str) -> Result<Event, Error> {
        let hints = self.0.hints();
        let records = hints.given_up.get(key).ok_or("there is no such object")?;
        Ok(wire::batch(records.iter().map(|record| (&*record.commit, record.sequence))))
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.0.hints().given_up.remove(key);
        Ok(())
    }
}
