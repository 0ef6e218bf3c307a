//! What the executions of a machine have in common.

use super::declared::Machine;
use super::register::Register;
use crate::clock::Clock;
use crate::functions::Runners;
use crate::policy::Demand;
use crate::work::Work;
use std::sync::Arc;
use tokio::sync::watch;

/// What a machine's executions are run with.
#[derive(Debug)]
pub(crate) struct Executor {
    /// The machine.
    pub(crate) machine: Arc<Machine>,
    /// The functions.
    pub(crate) runners: Runners,
    /// What waits end by.
    pub(crate) clock: Clock,
    /// What is under way.
    pub(crate) work: Work,
    /// Where executions are noted.
    pub(crate) register: Register,
    /// Whether the host stops.
    pub(crate) stop: watch::Receiver<bool>,
}

impl Executor {
    /// The message of the refusal where the machine may not do something.
    pub(super) fn refusal(&self, action: &str, resource: &str) -> Option<String> {
        let demand = Demand { action: action.to_owned(), resource: resource.to_owned(), keys: Vec::new() };
        let message = self.machine.policy.refusal(&self.machine.name, &[demand])?;
        tracing::warn!(machine = self.machine.logical, message, "refused by the machine's policies");
        Some(message)
    }
}
