//! Deliveries: a trigger takes a batch and invokes a process with it. Records and messages that the process did not
//! complete come again. A process that dies completes nothing.

use crate::handler::Handler;
use crate::hints::{Message, Record};
use crate::wire;
use crate::world::World;
use futures::FutureExt;
use serde_json::Value;
use std::sync::Arc;

/// A batch of the log's stream that a process is working on.
struct Records {
    world: Arc<World>,
    reader: usize,
    shard: usize,
    batch: Vec<Record>,
    /// The number of records that are done.
    done: usize,
}

impl Drop for Records {
    fn drop(&mut self) {
        let mut done = std::mem::take(&mut self.batch);
        let back = done.split_off(self.done.min(done.len()));
        self.world.hints().settle_records(&self.world, self.reader, self.shard, done, back);
    }
}

/// Messages that a process is working on. Those that are not done come back.
struct Messages {
    world: Arc<World>,
    queue: usize,
    batch: Vec<Message>,
    done: Vec<u64>,
}

impl Drop for Messages {
    fn drop(&mut self) {
        let mut hints = self.world.hints();
        for message in self.batch.drain(..) {
            if self.done.contains(&message.id) {
                hints.repeat(&self.world, self.queue, message);
            } else {
                hints.give_back(&self.world, self.queue, message);
            }
        }
    }
}

/// Gives a reader of the log's stream its next batch, if there is one.
pub(crate) fn read(world: &Arc<World>, reader: usize) {
    let Some((shard, batch)) = world.hints().records(world, reader) else { return };
    let function = world.hints().readers.get(reader).map(|reader| reader.function.clone()).unwrap_or_default();
    let records = Records { world: world.clone(), reader, shard, batch, done: 0 };
    let Some(process) = world.process(&function) else { return };
    let Handler::Stream(handler) = process.handler.clone() else { return };
    let event = wire::batch(records.batch.iter().map(|record| (&*record.commit, record.sequence)));
    let delivery = async move {
        // The task owns the whole value. If it owned single fields, the rest would be dropped and the records would
        // come back at once.
        let mut records = records;
        if let Ok(answer) = handler.handle(event).await {
            let failed = answer.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).min();
            let place = failed.and_then(|failed| {
                records.batch.iter().position(|record| wire::sequence_number(record.sequence) == failed)
            });
            records.done = place.unwrap_or(records.batch.len());
        }
    };
    world.spawner.spawn(process.owner(), delivery.boxed());
}

/// Gives the function of a queue its next messages, if there are any.
pub(crate) fn take(world: &Arc<World>, queue: usize) {
    let Some(batch) = world.hints().messages(world, queue) else { return };
    let function = world.hints().queues.get(queue).map(|queue| queue.function.clone()).unwrap_or_default();
    let messages = Messages { world: world.clone(), queue, batch, done: vec![] };
    let Some(process) = world.process(&function) else { return };
    let (Handler::Queue(handler) | Handler::Both(handler, _)) = process.handler.clone() else { return };
    let event = wire::messages(messages.batch.iter().map(|message| (message.id, &*message.body)));
    let delivery = async move {
        // The task owns the whole value. If it owned single fields, the rest would be dropped and the messages would
        // come back at once.
        let mut messages = messages;
        if let Ok(answer) = handler.handle(event).await {
            let failed: Vec<_> =
                answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
            let ids = messages.batch.iter().map(|message| message.id);
            messages.done = ids.filter(|id| !failed.contains(&id.to_string())).collect();
        }
    };
    world.spawner.spawn(process.owner(), delivery.boxed());
}

/// Fires a schedule.
pub(crate) fn fire(world: &Arc<World>, function: &str, payload: Value) {
    let Some(process) = world.process(function) else { return };
    let (Handler::Schedule(handler) | Handler::Both(_, handler)) = process.handler.clone() else { return };
    let firing = async move {
        // If a run fails, a later run does its work.
        drop(handler.invoke(payload).await);
    };
    world.spawner.spawn(process.owner(), firing.boxed());
}
