//! One queue: messages wait until they are taken, come back when they fail, and end in the dead-letter queue.

use crate::gate::{Gate, Held};
use crate::lock::lock;
use crate::template::{Resource, Stack, TemplateError, loose};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// SQS's own visibility time-out.
const DEFAULT_VISIBILITY_SECONDS: i64 = 30;

/// A message in a queue.
#[derive(Debug)]
pub(crate) struct Message {
    /// Its id.
    pub(crate) id: String,
    /// Its body.
    pub(crate) body: String,
    /// When it was sent, in milliseconds since the epoch.
    pub(crate) sent_ms: i64,
    /// When it was first received, in milliseconds since the epoch.
    pub(crate) first_received_ms: Option<i64>,
    /// How often it was received.
    pub(crate) receives: u32,
    /// The outstanding work, until a consumer has taken the message.
    outstanding: Option<Held>,
}

/// A queue.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Its logical id.
    pub(crate) logical: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The visibility time-out of a message that was taken, on AWS.
    pub(crate) visibility: Duration,
    redrive: Option<(Arc<Queue>, u32)>,
    /// The gate of the function that takes from it.
    consumer: Option<Arc<Gate>>,
    waiting: Mutex<VecDeque<Message>>,
    arrived: Notify,
    sent: AtomicU64,
}

/// All queues of a template.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queues(Vec<Arc<Queue>>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(default, deserialize_with = "loose::number")]
    visibility_timeout: Option<i64>,
    redrive_policy: Option<Redrive>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Redrive {
    dead_letter_target_arn: String,
    #[serde(deserialize_with = "loose::number")]
    max_receive_count: Option<i64>,
}

impl Queues {
    /// The queues that a template declares. Each gate is that of the function that takes from the queue with its ARN.
    pub(crate) fn declared(stack: &Stack, consumers: &BTreeMap<String, Arc<Gate>>) -> Result<Self, TemplateError> {
        let mut declared = Vec::new();
        for resource in stack.of_kind("AWS::SQS::Queue") {
            declared.push((resource, resource.read::<Written>()?));
        }
        // Dead-letter queues first: they have none themselves.
        declared.sort_by_key(|(_, written)| written.redrive_policy.is_some());
        let mut queues = Self::default();
        for (resource, written) in declared {
            let redrive = match &written.redrive_policy {
                Some(redrive) => Some(queues.redrive(resource, redrive)?),
                None => None,
            };
            let seconds = written.visibility_timeout.unwrap_or(DEFAULT_VISIBILITY_SECONDS);
            let seconds = u64::try_from(seconds).map_err(|_| resource.wrong("VisibilityTimeout", "it is negative"))?;
            let arn = resource.identity.attribute("Arn");
            queues.0.push(Arc::new(Queue {
                logical: resource.logical.clone(),
                consumer: consumers.get(&arn).cloned(),
                arn,
                visibility: Duration::from_secs(seconds),
                redrive,
                waiting: Mutex::default(),
                arrived: Notify::new(),
                sent: AtomicU64::new(0),
            }));
        }
        Ok(queues)
    }

    fn redrive(&self, resource: &Resource, redrive: &Redrive) -> Result<(Arc<Queue>, u32), TemplateError> {
        let target = self.by_arn(&redrive.dead_letter_target_arn).ok_or_else(|| {
            resource.wrong("RedrivePolicy", "its target is no queue of this template without dead letters of its own")
        })?;
        let most = redrive.max_receive_count.and_then(|most| u32::try_from(most).ok()).filter(|most| *most > 0);
        Ok((target, most.ok_or_else(|| resource.wrong("RedrivePolicy", "maxReceiveCount is at least 1"))?))
    }

    /// The queue with this ARN.
    pub(crate) fn by_arn(&self, arn: &str) -> Option<Arc<Queue>> {
        self.0.iter().find(|queue| queue.arn == arn).cloned()
    }

    /// How many messages are in each dead-letter queue, by logical id.
    pub(crate) fn dead_letters(&self) -> BTreeMap<String, usize> {
        let dead = self.0.iter().filter_map(|queue| queue.redrive.as_ref());
        dead.map(|(queue, _)| (queue.logical.clone(), lock(&queue.waiting).len())).collect()
    }

    /// How many messages were sent to each queue, by logical id, if any were.
    pub(crate) fn sent(&self) -> BTreeMap<String, u64> {
        let sent = self.0.iter().map(|queue| (queue.logical.clone(), queue.sent.load(Ordering::Relaxed)));
        sent.filter(|(_, messages)| *messages > 0).collect()
    }
}

impl Queue {
    /// How often a message is received before it goes to the dead-letter queue.
    pub(crate) fn receives(&self) -> u32 {
        self.redrive.as_ref().map_or(u32::MAX, |(_, most)| *most)
    }

    /// Sends a message.
    pub(crate) fn send(&self, body: String) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.put(Message {
            id: uuid::Uuid::new_v4().to_string(),
            body,
            sent_ms: Timestamp::now().as_millisecond(),
            first_received_ms: None,
            receives: 0,
            outstanding: self.hold(),
        });
    }

    /// Makes a message visible.
    pub(super) fn put(&self, message: Message) {
        lock(&self.waiting).push_back(message);
        self.arrived.notify_one();
    }

    /// Waits for messages and takes some, up to a limit.
    pub(super) async fn take(&self, most: usize, window: Duration) -> Vec<Message> {
        loop {
            if !lock(&self.waiting).is_empty() {
                if !window.is_zero() && lock(&self.waiting).len() < most {
                    tokio::time::sleep(window).await;
                }
                let taken = self.take_now(most);
                if !taken.is_empty() {
                    return taken;
                }
            }
            self.arrived.notified().await;
        }
    }

    fn take_now(&self, most: usize) -> Vec<Message> {
        let now = Timestamp::now().as_millisecond();
        let mut waiting = lock(&self.waiting);
        let count = most.min(waiting.len());
        let mut taken: Vec<_> = waiting.drain(..count).collect();
        if !waiting.is_empty() {
            self.arrived.notify_one();
        }
        for message in &mut taken {
            message.receives += 1;
            message.first_received_ms.get_or_insert(now);
        }
        taken
    }

    /// Takes a failed message back, or moves it to the dead-letter queue once it was received often enough.
    pub(super) fn give_back(&self, mut message: Message) -> Option<Message> {
        match &self.redrive {
            Some((dead, most)) if message.receives >= *most => {
                tracing::error!(queue = self.logical, message = message.id, "a message goes to the dead letters");
                message.outstanding = dead.hold();
                dead.put(message);
                None
            }
            _ => Some(message),
        }
    }

    /// Outstanding as long as the function may take it.
    fn hold(&self) -> Option<Held> {
        self.consumer.as_ref().map(Gate::hold)
    }
}
