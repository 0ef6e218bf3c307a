//! Requests that a client waits for go first.
//!
//! On AWS each function has a processor of its own; here all functions share one machine. So a function that only state
//! machines invoke steps back while a client waits for an answer: its requests to the database go one by one, each
//! followed by a pause as long as itself. While no client waits, it takes all the machine can give.

use crate::lock::lock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The pause of the background after a request, as a multiple of the request's duration.
const PAUSES: u32 = 1;
/// A client that was answered this short a time ago may be about to ask again.
const RECENTLY: Duration = Duration::from_millis(20);

/// The requests that wait for an answer; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Foreground(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: AtomicU64,
    /// When the last of them was answered.
    answered: Mutex<Option<Instant>>,
    /// Whether the background is as urgent as the clients.
    hurried: AtomicBool,
    /// The lock that lets the background send one request at a time.
    turn: tokio::sync::Mutex<()>,
}

/// A request that waits, until this is dropped.
#[derive(Debug)]
pub(crate) struct Waiting(Arc<Inner>);

impl Foreground {
    /// A request begins to wait.
    pub(crate) fn wait(&self) -> Waiting {
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(Arc::clone(&self.0))
    }

    /// From now on the background does not step back any longer.
    pub(crate) fn hurry_background(&self) {
        self.0.hurried.store(true, Ordering::Relaxed);
    }

    /// A request of the background: at once if no client waits, otherwise in turn, and with a pause after it.
    pub(crate) async fn step_back<T>(&self, request: impl Future<Output = T>) -> T {
        if !self.0.is_busy() {
            return request.await;
        }
        let turn = self.0.turn.lock().await;
        let begun = Instant::now();
        let answer = request.await;
        if self.0.is_busy() {
            tokio::time::sleep(begun.elapsed() * PAUSES).await;
        }
        drop(turn);
        answer
    }
}

impl Inner {
    fn is_busy(&self) -> bool {
        let recently = || lock(&self.answered).is_some_and(|answered| answered.elapsed() < RECENTLY);
        let busy = self.waiting.load(Ordering::Relaxed) > 0 || recently();
        busy && !self.hurried.load(Ordering::Relaxed)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        *lock(&self.0.answered) = Some(Instant::now());
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn took(foreground: &Foreground, request: Duration) -> Duration {
        let begun = Instant::now();
        foreground.step_back(tokio::time::sleep(request)).await;
        begun.elapsed()
    }

    #[tokio::test]
    async fn the_background_pauses_while_somebody_waits_and_only_then() {
        let (foreground, request) = (Foreground::default(), Duration::from_millis(40));
        tokio::time::sleep(RECENTLY).await;
        assert!(took(&foreground, request).await < request * (PAUSES + 1));
        let waiting = foreground.wait();
        assert!(took(&foreground, request).await >= request * (PAUSES + 1));
        drop(waiting);
        assert!(foreground.0.is_busy(), "they may ask again");
        tokio::time::sleep(RECENTLY).await;
        assert!(!foreground.0.is_busy());
    }

    #[tokio::test]
    async fn while_somebody_waits_the_background_goes_one_by_one() {
        let (foreground, request) = (Foreground::default(), Duration::from_millis(20));
        let _waiting = foreground.wait();
        let begun = Instant::now();
        let requests = || (0..3).map(|_| foreground.step_back(async { tokio::time::sleep(request).await }));
        futures::future::join_all(requests()).await;
        assert!(begun.elapsed() >= request * (PAUSES + 1) * 3);
        foreground.hurry_background();
        let begun = Instant::now();
        futures::future::join_all(requests()).await;
        assert!(begun.elapsed() < request * 3, "all of them at once");
    }
}
