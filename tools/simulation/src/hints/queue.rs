//! A queue behind the bus.

use std::sync::Arc;

/// A message of a queue.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) body: Arc<str>,
    pub(crate) receives: u32,
    pub(super) visible_ms: i64,
}

/// A queue before a function.
pub(crate) struct Queue {
    pub(crate) function: String,
    pub(super) arn: String,
    pub(crate) batch_size: usize,
    pub(super) receives: u32,
    pub(super) messages: Vec<Message>,
    /// When the first of them becomes visible; none without messages.
    pub(super) next_ms: Option<i64>,
}

impl Queue {
    pub(super) fn add(&mut self, message: Message) {
        self.next_ms = Some(self.next_ms.map_or(message.visible_ms, |next_ms| next_ms.min(message.visible_ms)));
        self.messages.push(message);
    }
}
