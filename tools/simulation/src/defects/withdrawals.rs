//! The rules of a process about withdrawn goods, each broken on purpose.

use super::rules::Bend;
use foldlog::write::decider::fold;
use foldlog::{Decider, NoRefusal};
use shop_domain::fulfilment::{Command, Event, Fulfilment, OrderProgress, Outcome, Process, State};

/// The goods that were withdrawn are not released.
pub(crate) struct WithdrawalKept;

impl Bend for WithdrawalKept {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        // Nothing else of a confirmed order is released.
        let is_confirmed = |process: &Process| process.order == OrderProgress::Confirmed;
        let after = fold::<Fulfilment>(state.clone(), &decided);
        let keeps = matches!(after, State::Started(process) if is_confirmed(&process));
        let is_kept = |event: &Event| keeps && matches!(event, Event::ReservationReleaseRequested(_));
        Ok(decided.into_iter().filter(|event| !is_kept(event)).collect())
    }
}

/// A shipment is not packed anew.
pub(crate) struct PackedOnce;

impl Bend for PackedOnce {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        Ok(decided.into_iter().filter(|event| !matches!(event, Event::ShipmentRepackingRequested { .. })).collect())
    }
}

/// An order is told that its goods are replaced as soon as they were withdrawn.
pub(crate) struct ReplacedEarly;

impl Bend for ReplacedEarly {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        let early = match command {
            Command::Note { outcome: Outcome::Withdrawn { number, .. }, .. } if !decided.is_empty() => {
                Some(Event::ReservationReplacementRequested { number: *number })
            }
            Command::Start { .. } | Command::Note { .. } | Command::PassDeadline { .. } => None,
        };
        let is_late = |event: &Event| early.is_some() && matches!(event, Event::ReservationReplacementRequested { .. });
        let others: Vec<_> = decided.into_iter().filter(|event| !is_late(event)).collect();
        Ok(others.into_iter().chain(early).collect())
    }
}
