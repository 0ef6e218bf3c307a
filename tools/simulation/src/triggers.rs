//! Deliveries: a trigger takes a batch and invokes a process with it. Records and messages that the process did not
//! complete come again. A process that dies completes nothing.

use crate::faults::Mishap;
use crate::handler::Handler;
use crate::hints::{Message, Record};
use crate::wire;
use crate::world::World;
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{Either, select};
use serde_json::Value;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// The most time that a run has if it has too little.
const LONGEST_TIME_MS: u64 = 10_000;

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
    // If a run fails, a later run does its work.
    drop(invoke(world, function, payload));
}

/// Invokes a function that is neither behind the gateway nor behind a stream or queue. There is no answer if it fails,
/// if its process dies, or if its time is over.
pub(crate) fn invoke(
    world: &Arc<World>,
    function: &str,
    payload: Value,
) -> impl Future<Output = Option<Value>> + Send + use<> {
    let (answer, answered) = oneshot::channel();
    if let Some(process) = world.process(function)
        && let Handler::Schedule(handler) | Handler::Both(_, handler) = process.handler.clone()
    {
        let time_left = world.occurs(Mishap::TimedOut).then(|| world.dice(|dice| dice.u64(..LONGEST_TIME_MS)));
        let world_of_run = world.clone();
        let invocation = async move {
            let run = handler.invoke(payload);
            let answered = match time_left {
                None => run.await,
                Some(ms) => {
                    let over = pin!(world_of_run.sleep(Duration::from_millis(ms)));
                    match select(run, over).await {
                        Either::Left((answered, _)) => answered,
                        Either::Right(((), run)) => {
                            drop(run);
                            Err("its time is over".into())
                        }
                    }
                }
            };
            // A schedule does not wait for the answer.
            let _ = answered.map(|answered| answer.send(answered));
        };
        world.spawner.spawn(process.owner(), invocation.boxed());
    }
    answered.map(Result::ok)
}
