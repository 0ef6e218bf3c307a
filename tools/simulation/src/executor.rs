//! Many tasks on one thread. The caller's random numbers decide which ready task continues; the caller can also kill
//! tasks.

use fastrand::Rng;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The owner of a task. The task ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The world outside.
    World,
    /// A process, by its number.
    Process(u32),
}

/// The tasks that are ready, and those that are new.
#[derive(Default)]
struct Waiting {
    ready: Vec<usize>,
    new: Vec<(Owner, BoxFuture<'static, ()>)>,
}

/// Adds tasks, also from within tasks.
#[derive(Clone, Default)]
pub(crate) struct Spawner(Arc<Mutex<Waiting>>);

impl Spawner {
    /// Adds a task.
    pub(crate) fn spawn(&self, owner: Owner, task: BoxFuture<'static, ()>) {
        self.lock().new.push((owner, task));
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Alarm {
    place: usize,
    rung: AtomicBool,
    waiting: Spawner,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        if !self.rung.swap(true, Ordering::Relaxed) {
            self.waiting.lock().ready.push(self.place);
        }
    }
}

struct Task {
    owner: Owner,
    alarm: Arc<Alarm>,
    waker: Waker,
    future: BoxFuture<'static, ()>,
}

/// The tasks.
#[derive(Default)]
pub(crate) struct Executor {
    spawner: Spawner,
    /// The tasks by place; a task that ended leaves its place empty.
    tasks: Vec<Option<Task>>,
    living: usize,
}

impl Executor {
    /// The handle that adds tasks.
    pub(crate) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// Runs one of the ready tasks; false if none is ready.
    pub(crate) fn step(&mut self, dice: &mut Rng) -> bool {
        self.take_in();
        loop {
            let place = {
                let mut waiting = self.spawner.lock();
                if waiting.ready.is_empty() {
                    return false;
                }
                let chosen = dice.usize(..waiting.ready.len());
                waiting.ready.swap_remove(chosen)
            };
            // A killed task may have been woken before.
            let Some(Some(task)) = self.tasks.get_mut(place) else { continue };
            task.alarm.rung.store(false, Ordering::Relaxed);
            if let Poll::Ready(()) = task.future.as_mut().poll(&mut Context::from_waker(&task.waker)) {
                let ended = self.tasks.get_mut(place).and_then(Option::take);
                self.living -= 1;
                drop(ended);
            }
            return true;
        }
    }

    /// Ends all tasks of an owner where they are.
    pub(crate) fn kill(&mut self, owner: Owner) {
        self.take_in();
        let theirs = |task: &Option<Task>| task.as_ref().is_some_and(|task| task.owner == owner);
        let dead: Vec<_> = self.tasks.iter_mut().filter(|task| theirs(task)).filter_map(Option::take).collect();
        self.living -= dead.len();
        drop(dead);
    }

    /// The number of tasks.
    pub(crate) const fn tasks(&self) -> usize {
        self.living
    }

    fn take_in(&mut self) {
        let new = std::mem::take(&mut self.spawner.lock().new);
        for (owner, future) in new {
            // Places are not reused, so waking a killed task has no effect.
            let place = self.tasks.len();
            let alarm = Arc::new(Alarm { place, rung: AtomicBool::new(true), waiting: self.spawner.clone() });
            let waker = Waker::from(alarm.clone());
            self.tasks.push(Some(Task { owner, alarm, waker, future }));
            self.living += 1;
            self.spawner.lock().ready.push(place);
        }
    }
}
