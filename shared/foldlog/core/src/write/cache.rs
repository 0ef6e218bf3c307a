//! The memory that a process keeps of recent streams, and the queue for each of them.

use crate::bounded::bounded;
use crate::stream::StreamName;
use crate::write::decider::Decider;
use crate::write::loaded::LoadedStream;
use futures::lock::{Mutex, MutexGuard};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::sync::Arc;

/// The cache holds at most this many streams,
const MOST_STREAMS: usize = 1_000;
/// and at most this many bytes of them.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// The bytes that a slot takes beside its content.
const SLOT_BYTES: usize = 256;

/// One slot for each recent stream.
pub(crate) struct Streams<D: Decider>(Cache<StreamName, Remembered<D>, BySize>);

/// One stream's slot: its holder carries out a command on the stream, and the others queue. Commands that compete here
/// would compete at the log, where all but one of them would fail. If a slot is evicted while it is held, only that
/// effort is lost: the log's condition keeps two writers apart.
pub(crate) type Slot<D> = Mutex<Option<LoadedStream<D>>>;

/// A slot, held by the command that works on its stream.
pub(crate) type Held<'a, D> = MutexGuard<'a, Option<LoadedStream<D>>>;

/// A slot, and the weight with which it was inserted: the cache requires that the weight does not change.
struct Remembered<D: Decider> {
    slot: Arc<Slot<D>>,
    size_bytes: usize,
}

impl<D: Decider> Clone for Remembered<D> {
    fn clone(&self) -> Self {
        Self { slot: self.slot.clone(), size_bytes: self.size_bytes }
    }
}

#[derive(Clone)]
struct BySize;

impl<D: Decider> Weighter<StreamName, Remembered<D>> for BySize {
    fn weight(&self, _: &StreamName, remembered: &Remembered<D>) -> u64 {
        (SLOT_BYTES + remembered.size_bytes) as u64
    }
}

impl<D: Decider> Streams<D> {
    pub(crate) fn new() -> Self {
        Self(bounded(MOST_STREAMS, MOST_BYTES, BySize))
    }

    /// The slot of a stream.
    pub(crate) fn slot(&self, stream: &StreamName) -> Arc<Slot<D>> {
        let empty = || Ok::<_, Infallible>(Remembered { slot: Arc::new(None.into()), size_bytes: 0 });
        match self.0.get_or_insert_with(stream, empty) {
            Ok(remembered) => remembered.slot,
            Err(never) => match never {},
        }
    }

    /// Remembers what its holder leaves in a slot. Inserting the slot again weighs it again.
    pub(crate) fn keep(
        &self,
        stream: &StreamName,
        slot: &Arc<Slot<D>>,
        loaded: LoadedStream<D>,
        held: &mut Held<'_, D>,
    ) {
        let size_bytes = loaded.size_bytes();
        **held = Some(loaded);
        self.0.insert(stream.clone(), Remembered { slot: slot.clone(), size_bytes });
    }
}
