//! What a process remembers of recent streams, and the queue before each of them.

use crate::bounded::bounded;
use crate::stream::StreamName;
use crate::write::decider::Decider;
use crate::write::loaded::LoadedStream;
use futures::lock::{Mutex, MutexGuard};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::sync::Arc;

/// At most so many streams are remembered,
const MOST_STREAMS: usize = 1_000;
/// and at most so much of them.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// What a slot takes beside what is remembered in it.
const SLOT_BYTES: usize = 256;

/// One slot for each recent stream.
pub(crate) struct Streams<D: Decider>(Cache<StreamName, Remembered<D>, BySize>);

/// One stream's place: whoever holds it carries out a command on the stream, the others queue behind. Commands that
/// meet here would meet at the log, where all but one of them would be in vain. A slot that is forgotten while it is
/// held costs no more than that: what keeps two writers apart is the log's condition.
pub(crate) type Slot<D> = Mutex<Option<LoadedStream<D>>>;

/// A slot in the hands of the one who works on its stream.
pub(crate) type Held<'a, D> = MutexGuard<'a, Option<LoadedStream<D>>>;

/// A slot, and what it took when it was put in: the cache wants that to stay as it is.
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

    /// Remembers what its holder leaves in a slot: put in again, it is weighed again.
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
