//! The log as functions see it. Under a defect, it does not recognise a repeated reaction, or a second close of a
//! reservation.

use super::Defect;
use crate::actions::{EMAIL, PERSON};
use crate::stores::Log;
use crate::world::Host;
use foldlog::{CommandId, Draft, Snapshot};
use serde_json::json;
use shop_domain::fulfilment::REACTION;
use shop_domain::{account, stock};

/// The log as a process sees it.
pub(crate) fn way_to(log: &Log, host: &Host) -> Log {
    let hearing = host.clone();
    let (log, world) = (log.clone().answering(move || hearing.heard()), &host.world);
    if world.has(Defect::ReactionWithoutDerivedId) {
        let host = host.clone();
        log.changing(move |draft| match draft.cause {
            Some(_) => Draft { id: CommandId::fresh(&host), snapshot: None, ..draft },
            None => draft,
        })
    } else if world.has(Defect::ClosedByIntent) {
        log.changing(|draft| match &draft.cause {
            Some(cause) if closes(&draft) => {
                Draft { id: CommandId::of_event(&cause.event, REACTION), snapshot: None, ..draft }
            }
            Some(_) | None => draft,
        })
    } else if world.has(Defect::SnapshotInClear) {
        log.changing(|draft| match draft.events.decode::<account::Event>() {
            Ok(events) if events.iter().any(|event| matches!(event, account::Event::AccountOpened { .. })) => {
                let state = json!({ "schema": 1, "state": { "name": PERSON, "email": EMAIL }, "recent": [] });
                Draft { snapshot: Some(Snapshot::stored(state.to_string())), ..draft }
            }
            Ok(_) | Err(_) => draft,
        })
    } else {
        log
    }
}

/// Whether a draft closes a reservation.
fn closes(draft: &Draft) -> bool {
    draft.events.decode::<stock::Event>().is_ok_and(|events| {
        events.iter().any(|event| {
            matches!(event, stock::Event::ReservationReleased { .. } | stock::Event::StockDispatched { .. })
        })
    })
}
