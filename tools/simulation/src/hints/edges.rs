//! The edges of the functions, which put hints on their way and take them: the bus, and the failure bucket of Lambda.

use crate::executor::Owner;
use crate::faults::Mishap;
use crate::machine;
use crate::wire;
use crate::world::World;
use foldlog::react::bus::BusError;
use foldlog::{Bus, BusEntry};
use foldlog_lambda::Error;
use futures::FutureExt;
use reconcile::lost::{Keys, LostBatches, Object};
use std::sync::Arc;

/// The bus: rules put what is published into queues.
#[derive(Clone)]
pub(crate) struct SimBus(pub(crate) Arc<World>);

impl Bus for SimBus {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        for entry in entries {
            self.0.hints().publish(&self.0, entry);
            self.execute(entry);
        }
        Ok(())
    }
}

impl SimBus {
    /// Starts the machines that an event starts, sometimes twice.
    fn execute(&self, entry: &BusEntry) {
        let world = &self.0;
        for machine in world.topology.machines(&entry.source, &entry.detail_type) {
            let Ok(detail) = serde_json::to_value(&entry.detail) else { continue };
            world.say(|| format!("{machine} is started for {}", entry.detail.id));
            for _ in 0..=u8::from(world.occurs(Mishap::HintRepeated)) {
                world.spawner.spawn(Owner::World, machine::execute(world.clone(), detail.clone()).boxed());
            }
        }
    }
}

/// The failure bucket.
#[derive(Clone)]
pub(crate) struct Batches(pub(crate) Arc<World>);

impl LostBatches for Batches {
    async fn keys(&self, after: Option<&str>) -> Result<Keys, Error> {
        let hints = self.0.hints();
        let keys = hints.given_up.keys().filter(|key| after.is_none_or(|after| key.as_str() > after));
        Ok(Keys { keys: keys.cloned().collect(), more: false })
    }

    async fn batch(&self, key: &str) -> Result<Object, Error> {
        let hints = self.0.hints();
        let Some(records) = hints.given_up.get(key) else { return Ok(Object::Gone) };
        Ok(Object::Batch(wire::batch(records.iter().map(|record| (&*record.commit, record.sequence)))))
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.0.hints().given_up.remove(key);
        Ok(())
    }
}
