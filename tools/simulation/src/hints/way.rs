//! The way of the hints: how they are sent and taken, and which faults happen in between.

use super::{Hints, KeptBack, Message, Record, SHARDS};
use crate::faults::Mishap;
use crate::wire;
use crate::world::World;
use fastrand::Rng;
use foldlog::{BusEntry, Commit, Decider};
use shop_domain::fulfilment;
use std::collections::VecDeque;
use std::sync::Arc;

/// The maximum delay of a hint.
const LONGEST_DELAY_MS: i64 = 240_000;
/// The time for which a taken message stays invisible.
const VISIBILITY_MS: i64 = 90_000;

impl Hints {
    /// Puts new commits on their way to the readers of the log's stream. Returns whether a process has requested its
    /// confirmation with one of them.
    pub(crate) fn stream(&mut self, world: &World) -> bool {
        let mut asked = false;
        for commit in world.stores.log.journal(self.seen) {
            self.seen += 1;
            world.say(|| {
                let names: Vec<_> = commit.events.records().unwrap_or_default().into_iter().map(|r| r.name).collect();
                format!("COMMIT {}@{} {names:?} by {} as {:?}", commit.stream, commit.version, commit.actor, commit.id)
            });
            world.look_at_the_time(&commit);
            asked |= asks_for_confirmation(&commit);
            let commit = Arc::new(commit);
            let shard = commit.stream.as_str().bytes().map(usize::from).sum::<usize>() % SHARDS;
            for reader in 0..self.readers.len() {
                let function = self.readers.get(reader).map_or("", |reader| reader.function.as_str());
                if world.net.loses_hints_of(function) && world.occurs(Mishap::HintLost) {
                    world.say(|| format!("LOST to {function}: {}@{}", commit.stream, commit.version));
                    continue;
                }
                let record = Record { commit: commit.clone(), sequence: self.next(), attempts: 0, from_ms: 0 };
                if world.occurs(Mishap::HintAfterTheEnd) {
                    self.kept_back.push(KeptBack::Record { reader, record: record.clone() });
                }
                self.enqueue(world, reader, shard, record);
            }
        }
        asked
    }

    /// Records of one item come in order. Records of one stream belong to different items.
    fn enqueue(&mut self, world: &World, reader: usize, shard: usize, mut record: Record) {
        if world.occurs(Mishap::HintDelayed) {
            record.from_ms = world.now().0 + world.dice(|dice| dice.i64(..LONGEST_DELAY_MS));
        }
        let Some(shard) = self.readers.get_mut(reader).and_then(|reader| reader.shards.get_mut(shard)) else { return };
        let end = shard.records.len();
        let place =
            if end > 0 && world.occurs(Mishap::HintOvertakes) { world.dice(|dice| dice.usize(..end)) } else { end };
        shard.insert(place, record);
    }

    /// A batch for a reader, if one of its shards has records and is not busy.
    pub(crate) fn records(&mut self, world: &World, reader: usize) -> Option<(usize, Vec<Record>)> {
        let now = world.now().0;
        let backlog = self.readers.get_mut(reader)?;
        let free: Vec<_> = (0..backlog.shards.len())
            .filter(|shard| backlog.shards.get(*shard).is_some_and(|shard| !shard.busy && shard.ready(now)))
            .collect();
        let place = world.dice(|dice| dice.choice(free))?;
        let most = world.dice(|dice| dice.usize(1..=backlog.batch_size.min(12)));
        let shard = backlog.shards.get_mut(place)?;
        shard.busy = true;
        let (taken, left) = std::mem::take(&mut shard.records).into_iter().partition(|record| record.from_ms <= now);
        let mut taken: VecDeque<Record> = taken;
        let rest = taken.split_off(most.min(taken.len()));
        let left: VecDeque<Record> = left;
        shard.put_back(rest.into_iter().chain(left).collect());
        // The numbers of a shard increase, even if records are read again.
        let mut batch: Vec<_> = taken.into();
        for record in &mut batch {
            self.next += 1;
            record.sequence = self.next;
        }
        Some((place, batch))
    }

    /// Ends a batch: records that were not processed come again, or are given up.
    pub(crate) fn settle_records(
        &mut self,
        world: &World,
        reader: usize,
        shard: usize,
        done: Vec<Record>,
        back: Vec<Record>,
    ) {
        let name = self.readers.get(reader).map_or(String::new(), |reader| reader.function.clone());
        let most = world.topology.readers.get(reader).and_then(|reader| reader.retries);
        let given_up = |record: &Record| most.is_some_and(|most| record.attempts > most);
        let back: Vec<_> = back.into_iter().map(|record| Record { attempts: record.attempts + 1, ..record }).collect();
        let (lost, back): (Vec<_>, Vec<_>) = back.into_iter().partition(given_up);
        if !lost.is_empty() {
            self.give_up(world, &name, lost);
        }
        let again: Vec<_> = done.into_iter().filter(|_| world.occurs(Mishap::HintRepeated)).collect();
        let pause = 100_i64 << back.first().map_or(0, |record| record.attempts.min(7));
        let Some(shard) = self.readers.get_mut(reader).and_then(|reader| reader.shards.get_mut(shard)) else { return };
        shard.busy = false;
        for record in back.into_iter().rev() {
            shard.insert(0, Record { from_ms: world.now().0 + pause, ..record });
        }
        for record in again {
            shard.insert(shard.records.len(), record);
        }
    }

    fn give_up(&mut self, world: &World, function: &str, records: Vec<Record>) {
        world.count(Mishap::BatchGivenUp);
        world.say(|| format!("GIVEN UP for {function}: {} records", records.len()));
        let key = format!("{function}/{:020}", self.next());
        self.given_up.insert(key, records);
    }

    /// Expires all records in the log's stream: Lambda gives them up, or they are trimmed before that.
    pub(crate) fn expire(&mut self, world: &World) {
        let mut expired: Vec<(String, Vec<Record>)> = vec![];
        for backlog in &mut self.readers {
            for shard in &mut backlog.shards {
                let records: Vec<_> = std::mem::take(&mut shard.records).into();
                shard.next_ms = None;
                if !records.is_empty() {
                    expired.push((backlog.function.clone(), records));
                }
            }
        }
        for (function, records) in expired {
            if world.dice(Rng::bool) {
                world.count(Mishap::Trimmed);
                world.say(|| format!("TRIMMED for {function}: {} records", records.len()));
            } else {
                self.give_up(world, &function, records);
            }
        }
    }

    /// Messages for a queue's function, if there are any.
    pub(crate) fn messages(&mut self, world: &World, queue: usize) -> Option<Vec<Message>> {
        let now = world.now().0;
        let queue = self.queues.get_mut(queue)?;
        if queue.next_ms.is_none_or(|next_ms| next_ms > now) {
            return None;
        }
        let most = world.dice(|dice| dice.usize(1..=queue.batch_size.min(10)));
        // Standard queues keep no order.
        world.dice(|dice| dice.shuffle(&mut queue.messages));
        let (mut taken, mut left) = (vec![], vec![]);
        for mut message in queue.messages.drain(..) {
            if taken.len() < most && message.visible_ms <= now {
                message.receives += 1;
                taken.push(message);
            } else {
                left.push(message);
            }
        }
        queue.next_ms = left.iter().map(|message: &Message| message.visible_ms).min();
        queue.messages = left;
        Some(taken)
    }

    /// Returns a message that was not processed: it becomes visible again later, or goes to the dead letters.
    pub(crate) fn give_back(&mut self, world: &World, queue: usize, message: Message) {
        let Some(queue) = self.queues.get_mut(queue) else { return };
        if message.receives >= queue.receives {
            world.count(Mishap::DeadLetter);
            world.say(|| format!("DEAD LETTER of {}: {}", queue.function, message.body));
            return;
        }
        let visible_ms = world.now().0 + VISIBILITY_MS.min(1_000 << message.receives.min(7));
        queue.add(Message { visible_ms, ..message });
    }

    /// May deliver a processed message once more.
    pub(crate) fn repeat(&mut self, world: &World, queue: usize, message: Message) {
        if world.occurs(Mishap::HintRepeated)
            && let Some(queue) = self.queues.get_mut(queue)
        {
            queue.add(Message { visible_ms: world.now().0, ..message });
        }
    }

    /// Puts an event of the bus on its way to its subscribers.
    pub(super) fn publish(&mut self, world: &World, entry: &BusEntry) {
        let key = (entry.source.clone(), entry.detail_type.clone());
        let found = self.targets.get(&key).cloned();
        let targets = found.unwrap_or_else(|| {
            let arns = world.topology.targets(&entry.source, &entry.detail_type);
            let queues = (0..).zip(&self.queues).filter(|(_, queue)| arns.contains(&queue.arn));
            let targets: Vec<usize> = queues.map(|(place, _)| place).collect();
            self.targets.insert(key, targets.clone());
            targets
        });
        for queue in targets {
            let function = self.queues.get(queue).map_or("", |queue| queue.function.as_str());
            if world.net.loses_hints_of(function) && world.occurs(Mishap::HintLost) {
                world.say(|| format!("LOST to {function}: {}", entry.detail.id));
                continue;
            }
            let by_reference = world.occurs(Mishap::HintByReference);
            let body: Arc<str> = wire::body(entry, by_reference).into();
            let mut message = Message { id: self.next(), body, receives: 0, visible_ms: world.now().0 };
            if world.occurs(Mishap::HintAfterTheEnd) {
                self.kept_back.push(KeptBack::Message { queue, message: message.clone() });
            }
            if world.occurs(Mishap::HintDelayed) {
                message.visible_ms += world.dice(|dice| dice.i64(..LONGEST_DELAY_MS));
            }
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.add(message);
            }
        }
    }
}

fn asks_for_confirmation(commit: &Commit) -> bool {
    let events = || commit.events.decode::<fulfilment::Event>().unwrap_or_default();
    commit.stream.category() == fulfilment::Fulfilment::CATEGORY
        && events().contains(&fulfilment::Event::ConfirmationRequested {})
}
