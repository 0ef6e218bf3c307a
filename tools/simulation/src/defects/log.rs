//! The log as functions see it. Under a defect, it does not recognise a repeated reaction.

use super::Defect;
use crate::stores::Log;
use crate::world::Host;
use foldlog::{CommandId, Draft};

/// The log as a process sees it.
pub(crate) fn way_to(log: &Log, host: &Host) -> Log {
    let log = log.clone();
    if !host.world.has(Defect::ReactionWithoutDerivedId) {
        return log;
    }
    let host = host.clone();
    log.changing(move |draft| match draft.cause {
        Some(_) => Draft { id: CommandId::fresh(&host), snapshot: None, ..draft },
        None => draft,
    })
}
