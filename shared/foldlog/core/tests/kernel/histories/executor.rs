//! Many tasks on one thread: a seed decides which of the ready ones goes on.

use fastrand::Rng;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

pub(crate) type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// More steps than any run needs.
const MOST_STEPS: u64 = 1_000_000;

struct Ready(AtomicBool);

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs the tasks to their end. Panics if none of them is ready, which is a lost wake-up or a deadlock.
pub(crate) fn run(rng: &mut Rng, tasks: Vec<Task<'_>>) {
    let mut tasks: Vec<_> = tasks.into_iter().map(|task| (task, Arc::new(Ready(AtomicBool::new(true))))).collect();
    for _ in 0..MOST_STEPS {
        if tasks.is_empty() {
            return;
        }
        let ready = (0..tasks.len()).filter(|index| tasks[*index].1.0.load(Ordering::Relaxed));
        let chosen = rng.choice(ready.collect::<Vec<_>>()).expect("a task that is ready, where none has ended");
        let (task, ready) = &mut tasks[chosen];
        ready.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(ready.clone());
        if let Poll::Ready(()) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
            drop(tasks.swap_remove(chosen));
        }
    }
    panic!("the tasks do not come to an end");
}

/// The result of `future`, or none if it is given up after this many steps.
pub(crate) async fn given_up_after<T>(steps: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = Box::pin(future);
    let mut taken = 0;
    std::future::poll_fn(|context| {
        taken += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if taken == steps => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
