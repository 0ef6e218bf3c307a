//! One lane of a shard: it delivers one batch after another and passes over no record. A lane never holds up another
//! one.

use super::consumer::Consumer;
use super::delivery::{Delivery, Outcome, Step};
use super::inbox::Inbox;
use super::source::Record;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The payload limit of one invocation of a function.
const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// A lane of a shard.
pub(super) struct Lane {
    /// The way in which its records are delivered.
    pub(super) consumer: Arc<Consumer>,
    /// The shard's name.
    pub(super) shard: String,
    /// The records to deliver.
    pub(super) inbox: Arc<Inbox>,
    /// The finished records that come again.
    pub(super) again: VecDeque<Record>,
}

impl Lane {
    /// Delivers until the host stops. A running invocation then finishes.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let held = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                held = self.inbox.arrived() => held,
            };
            while self.waiting() > 0 && !*stop.borrow() {
                if self.waiting() < self.consumer.declared.batch_size {
                    pause(self.consumer.declared.window, &mut stop).await;
                }
                let records = self.batch(&mut stop).await;
                self.deliver(&records, &mut stop).await;
            }
            drop(held);
        }
    }

    fn waiting(&self) -> usize {
        self.again.len() + self.inbox.len()
    }

    /// The records of the next batch.
    async fn batch(&mut self, stop: &mut watch::Receiver<bool>) -> Vec<Record> {
        if let (Some(chaos), Some(first)) = (&self.consumer.chaos, self.inbox.first()) {
            let function = &self.consumer.runner.binary;
            if let Some(delay) = chaos.delay(function, &first) {
                pause(delay, stop).await;
            }
            self.inbox.mix(chaos, function);
        }
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < self.consumer.declared.batch_size {
            // A record that is too large for any batch is delivered alone.
            let left = if batch.is_empty() { usize::MAX } else { MAX_PAYLOAD_BYTES.saturating_sub(bytes) };
            let again = self.again.pop_front_if(|record| record.size_bytes <= left);
            let next = again.or_else(|| self.again.is_empty().then(|| self.inbox.take(left)).flatten());
            let Some(record) = next else { break };
            bytes += record.size_bytes;
            batch.push(record);
        }
        batch
    }

    async fn deliver(&mut self, records: &[Record], stop: &mut watch::Receiver<bool>) {
        let consumer = Arc::clone(&self.consumer);
        let mut delivery = Delivery::new(records.len(), consumer.declared.rules.clone());
        while let Some((part, invocations)) = delivery.next() {
            let Some(entered) = consumer.runner.enter(stop).await else { return };
            let next = &records[part.clone()];
            let trimmed = consumer.trimmed(next);
            if trimmed > 0 {
                delivery.discard(trimmed);
                continue;
            }
            let too_old = consumer.too_old(next);
            if too_old > 0 {
                consumer.give_up(&self.shard, &next[..too_old], invocations, "RecordAgeExceeded");
                delivery.discard(too_old);
                continue;
            }
            let outcome = consumer.attempt(entered, next).await;
            let done = match outcome {
                Outcome::Succeeded => next.len(),
                Outcome::FailedFrom(position) => position,
                Outcome::Failed => 0,
            };
            self.again.extend(consumer.repeated(&next[..done]));
            match delivery.settle(outcome) {
                Step::GoOn => {}
                Step::GiveUp { records: lost, invocations } => {
                    consumer.give_up(&self.shard, &records[lost], invocations, "RetryAttemptsExhausted");
                }
                Step::Wait(time) => pause(time, stop).await,
            }
            if *stop.borrow() {
                return;
            }
        }
    }
}

/// Waits, at most until the host stops.
pub(super) async fn pause(time: Duration, stop: &mut watch::Receiver<bool>) {
    if time.is_zero() {
        return;
    }
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = tokio::time::sleep(time) => {}
    }
}
