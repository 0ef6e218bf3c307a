//! The running processes, which the world invokes.

use crate::executor::Owner;
use crate::handler::Handler;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// A process.
#[derive(Clone)]
pub(crate) struct Process {
    pub(super) number: u32,
    /// The error of its clock.
    pub(super) off_ms: Arc<AtomicI64>,
    pub(crate) handler: Handler,
}

impl Process {
    /// The owner of its invocations.
    pub(crate) const fn owner(&self) -> Owner {
        Owner::Process(self.number)
    }
}

/// All processes, by function.
#[derive(Default)]
pub(crate) struct Processes {
    pub(super) all: BTreeMap<String, Vec<Process>>,
    pub(super) started: u32,
}

impl Processes {
    /// A process of a function. `choose` picks its index below a count.
    pub(crate) fn of(&self, function: &str, choose: impl FnOnce(usize) -> usize) -> Option<Process> {
        let all = self.all.get(function)?;
        all.get(choose(all.len())).cloned()
    }

    /// Ends all of them.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }
}
