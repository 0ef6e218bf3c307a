//! The starters of the state machines: each input that a starter accepts begins an execution.

use super::declared::Machine;
use crate::work::{Piece, Work};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The accepted inputs, each outstanding until its execution ends or waits.
pub(crate) type Inbox = mpsc::UnboundedReceiver<(Value, Piece)>;

/// A machine's starter.
#[derive(Clone, Debug)]
pub(crate) struct Starter {
    /// The machine.
    pub(crate) machine: Arc<Machine>,
    inputs: mpsc::UnboundedSender<(Value, Piece)>,
    work: Work,
}

impl Starter {
    /// A starter for each machine, and the receivers of their inputs, in the same order.
    pub(crate) fn all(machines: &[Arc<Machine>], work: &Work) -> (Vec<Self>, Vec<Inbox>) {
        let opened = machines.iter().map(|machine| {
            let (inputs, inbox) = mpsc::unbounded_channel();
            (Self { machine: Arc::clone(machine), inputs, work: work.clone() }, inbox)
        });
        opened.unzip()
    }

    /// Starts an execution. It does nothing if the host runs none, or has stopped.
    pub(crate) fn start(&self, input: Value) {
        let _ = self.inputs.send((input, self.work.begin()));
    }
}
