//! The gate between a function and its triggers. While the function is paused, its records and messages are kept until
//! it is resumed.
//!
//! `Host::pause` lets running invocations finish, `Host::kill` makes them fail. Until `Host::resume`, the records,
//! messages, schedules and tasks of the function are kept (`POST /_local/functions/<name>/pause`, `…/kill`,
//! `…/resume`). HTTP requests still reach it. `Host::settled` does not wait for what is kept for a paused function.

use crate::work::{Piece, Work};
use std::sync::Arc;
use tokio::sync::watch;

/// A function's gate.
#[derive(Debug)]
pub(crate) struct Gate {
    state: watch::Sender<State>,
    work: Work,
}

#[derive(Debug)]
struct State {
    open: bool,
    /// Invocations under way.
    inside: usize,
    /// How often the running invocations were killed.
    kills: u64,
    /// The work that is kept for the function. It is outstanding only while the gate is open.
    held: usize,
    outstanding: Option<Piece>,
}

/// Work that is kept for a function until this is dropped.
#[derive(Debug)]
pub(crate) struct Held(Arc<Gate>);

/// The right to one invocation.
#[derive(Debug)]
pub(crate) struct Inside<'a> {
    gate: &'a Gate,
    kills: u64,
}

impl Gate {
    /// An open gate.
    pub(crate) fn new(work: Work) -> Arc<Self> {
        let state = State { open: true, inside: 0, kills: 0, held: 0, outstanding: None };
        Arc::new(Self { state: watch::Sender::new(state), work })
    }

    /// Keeps work for the function.
    pub(crate) fn hold(self: &Arc<Self>) -> Held {
        self.silently(|state| {
            state.held += 1;
            state.count(&self.work);
        });
        Held(Arc::clone(self))
    }

    /// Waits until an invocation may begin.
    pub(crate) async fn enter(&self) -> Inside<'_> {
        let mut state = self.state.subscribe();
        loop {
            let mut entered = None;
            self.silently(|state| {
                if state.open {
                    state.inside += 1;
                    entered = Some(state.kills);
                }
            });
            if let Some(kills) = entered {
                return Inside { gate: self, kills };
            }
            // The gate outlives everything that waits at it.
            let _ = state.wait_for(|state| state.open).await;
        }
    }

    /// Lets no invocation begin any longer. Running ones finish.
    pub(crate) async fn pause(&self) {
        self.close(false).await;
    }

    /// Lets no invocation begin any longer. Running ones fail.
    pub(crate) async fn kill(&self) {
        self.close(true).await;
    }

    /// Lets invocations begin again.
    pub(crate) fn resume(&self) {
        self.state.send_modify(|state| {
            state.open = true;
            state.count(&self.work);
        });
    }

    async fn close(&self, kill: bool) {
        self.state.send_modify(|state| {
            state.open = false;
            state.kills += u64::from(kill);
            state.count(&self.work);
        });
        let _ = self.state.subscribe().wait_for(|state| state.inside == 0).await;
    }

    /// Makes a change without waking those that wait.
    fn silently(&self, change: impl FnOnce(&mut State)) {
        self.state.send_if_modified(|state| {
            change(state);
            false
        });
    }
}

impl State {
    fn count(&mut self, work: &Work) {
        if self.open && self.held > 0 {
            self.outstanding.get_or_insert_with(|| work.begin());
        } else {
            self.outstanding = None;
        }
    }
}

impl Inside<'_> {
    /// Waits until the invocation is killed.
    pub(crate) async fn killed(&self) {
        let mut state = self.gate.state.subscribe();
        let _ = state.wait_for(|state| state.kills > self.kills).await;
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.gate.state.send_if_modified(|state| {
            state.inside -= 1;
            !state.open
        });
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.silently(|state| {
            state.held -= 1;
            state.count(&self.0.work);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn what_is_held_is_outstanding_only_while_the_gate_is_open() {
        let work = Work::default();
        let gate = Gate::new(work.clone());
        let first = gate.hold();
        assert!(work.settled().now_or_never().is_none());
        gate.pause().await;
        assert!(work.settled().now_or_never().is_some());
        let second = gate.hold();
        assert!(work.settled().now_or_never().is_some(), "nor what arrives meanwhile");
        gate.resume();
        drop(first);
        assert!(work.settled().now_or_never().is_none());
        drop(second);
        assert!(work.settled().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_pause_waits_for_what_is_under_way_and_lets_nothing_begin() {
        let gate = Gate::new(Work::default());
        let inside = gate.enter().await;
        let mut pausing = Box::pin(gate.pause());
        assert!(pausing.as_mut().now_or_never().is_none());
        assert!(gate.enter().now_or_never().is_none());
        assert!(inside.killed().now_or_never().is_none());
        drop(inside);
        pausing.await;
        gate.resume();
        assert!(gate.enter().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_kill_reaches_what_is_under_way_and_nothing_that_begins_later() {
        let gate = Gate::new(Work::default());
        let inside = gate.enter().await;
        let mut killing = Box::pin(gate.kill());
        assert!(killing.as_mut().now_or_never().is_none());
        assert!(inside.killed().now_or_never().is_some());
        drop(inside);
        killing.await;
        gate.resume();
        let next = gate.enter().await;
        assert!(next.killed().now_or_never().is_none());
    }
}
