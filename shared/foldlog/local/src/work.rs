//! The outstanding work: every piece is counted, so that you can wait until nothing is left to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// The count of outstanding pieces, shared by everything that adds or finishes one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work(Arc<Count>);

#[derive(Debug, Default)]
struct Count {
    pieces: AtomicUsize,
    done: Notify,
}

/// One outstanding piece. Dropping it finishes it.
#[derive(Debug)]
pub(crate) struct Piece(Arc<Count>);

impl Work {
    /// Counts one more piece until the returned value is dropped.
    pub(crate) fn begin(&self) -> Piece {
        self.0.pieces.fetch_add(1, Ordering::SeqCst);
        Piece(Arc::clone(&self.0))
    }

    /// Waits until no piece is outstanding.
    pub(crate) async fn settled(&self) {
        loop {
            let mut done = std::pin::pin!(self.0.done.notified());
            done.as_mut().enable();
            if self.0.pieces.load(Ordering::SeqCst) == 0 {
                return;
            }
            done.await;
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if self.0.pieces.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.done.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn settled_waits_for_the_last_piece() {
        let work = Work::default();
        let first = work.begin();
        let second = work.begin();
        drop(first);
        assert!(work.settled().now_or_never().is_none());
        let waiting = tokio::spawn({
            let work = work.clone();
            async move { work.settled().await }
        });
        tokio::task::yield_now().await;
        drop(second);
        waiting.await.unwrap();
    }
}
