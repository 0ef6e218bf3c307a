//! The function as a whole: its schedules and its queue.

use crate::handler::{Reconcile, scheduled};
use crate::ports::Ports;
use crate::requests::Requests;
use foldlog_functions::ports::ReactionsOn;
use foldlog_lambda::queue::QueueAndSchedule;
use foldlog_lambda::{SettingError, Settings};
use std::sync::Arc;

/// The function, with its two triggers.
pub type ReconcileFunction<P> = QueueAndSchedule<ReactionsOn<Requests<P>, P>, Arc<Reconcile<P>>>;

/// The function. A run that finds no waiting stream and no lost batch does not use the bus.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<ReconcileFunction<P>, SettingError> {
    let reconcile = Arc::new(scheduled(ports, settings)?);
    let requests = Requests { reconcile: Arc::clone(&reconcile), commands: ports.commands()? };
    Ok(QueueAndSchedule { queue: ports.reactions(requests)?, schedule: reconcile })
}
