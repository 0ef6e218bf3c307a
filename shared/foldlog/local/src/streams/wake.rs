//! The signal that a stream has something to read.

use crate::lock::lock;
use crate::work::{Piece, Work};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, watch};

/// Wakes a mapping after a write. The write counts as outstanding until the mapping has read it.
#[derive(Debug)]
pub(crate) struct Wake {
    written: Mutex<Option<Piece>>,
    woken: Notify,
    writes: AtomicU64,
    read: watch::Sender<u64>,
    work: Work,
}

/// A signal. It is outstanding until this is dropped.
#[derive(Debug)]
pub(super) struct Written {
    writes: u64,
    _piece: Piece,
}

impl Wake {
    /// Nothing is written yet.
    pub(crate) fn new(work: Work) -> Self {
        let (written, woken, writes) = (Mutex::new(None), Notify::new(), AtomicU64::new(0));
        Self { written, woken, writes, read: watch::Sender::new(0), work }
    }

    /// Signals that there is something to read.
    pub(crate) fn wake(&self) {
        let mut written = lock(&self.written);
        written.get_or_insert_with(|| self.work.begin());
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.woken.notify_one();
    }

    /// Waits until everything that is written now has been read.
    pub(crate) async fn caught_up(&self) {
        let writes = self.writes.load(Ordering::SeqCst);
        // The sender exists here.
        let _ = self.read.subscribe().wait_for(|read| *read >= writes).await;
    }

    /// Waits for something to read.
    pub(super) async fn woken(&self) -> Written {
        loop {
            let piece = lock(&self.written).take();
            if let Some(piece) = piece {
                return Written { writes: self.writes.load(Ordering::SeqCst), _piece: piece };
            }
            self.woken.notified().await;
        }
    }

    /// Notes that everything that was written then has been read.
    pub(super) fn read(&self, written: &Written) {
        self.read.send_replace(written.writes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn caught_up_waits_for_what_is_written_and_for_nothing_later() {
        let wake = Wake::new(Work::default());
        assert!(wake.caught_up().now_or_never().is_some());
        wake.wake();
        let mut caught_up = Box::pin(wake.caught_up());
        assert!(caught_up.as_mut().now_or_never().is_none());
        let first = wake.woken().await;
        wake.wake();
        wake.read(&first);
        assert!(caught_up.now_or_never().is_some(), "the second write is another matter");
        assert!(wake.caught_up().now_or_never().is_none());
    }
}
