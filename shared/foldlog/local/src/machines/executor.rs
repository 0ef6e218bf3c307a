//! The things that all executions of a machine share.

use super::declared::Machine;
use super::register::Register;
use crate::clock::Clock;
use crate::functions::Runners;
use crate::policy::{Demand, ResourcePolicies};
use crate::work::Work;
use std::sync::Arc;
use tokio::sync::watch;

/// The environment of a machine's executions.
pub(crate) struct Executor {
    /// The machine.
    pub(crate) machine: Arc<Machine>,
    /// The functions.
    pub(crate) runners: Runners,
    /// The clock by which waits end.
    pub(crate) clock: Clock,
    /// The outstanding work.
    pub(crate) work: Work,
    /// The register of executions.
    pub(crate) register: Register,
    /// Whether the host stops.
    pub(crate) stop: watch::Receiver<bool>,
}

impl Executor {
    /// The refusal's message, if the machine's policies do not allow an action.
    pub(super) fn refusal(&self, action: &str, resource: &str) -> Option<String> {
        let demand = Demand::on(action.to_owned(), resource.to_owned());
        let message = self.machine.policy.refusal(&self.machine.name, &[demand], &ResourcePolicies::default())?;
        tracing::warn!(machine = self.machine.logical, message, "refused by the machine's policies");
        Some(message)
    }
}
