//! The rules of a process about its payments, each broken on purpose.

use super::rules::Bend;
use foldlog::{Decider, NoRefusal};
use shop_domain::fulfilment::{Command, Event, Fulfilment, Outcome, PaymentOutcome, PaymentProgress, Process, State};
use shop_domain::values::Attempt;

/// A hold that ends without a request of the process is not heeded.
pub(crate) struct LapseUnheeded;

impl Bend for LapseUnheeded {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        without(state, command, |process, attempt, outcome| {
            outcome == PaymentOutcome::Voided
                && !matches!(
                    of(process, attempt),
                    PaymentProgress::VoidRequested(_) | PaymentProgress::RefundRequested(_)
                )
        })
    }
}

/// A refund without a request of the process is not heeded.
pub(crate) struct RefundUnheeded;

impl Bend for RefundUnheeded {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        without(state, command, |process, attempt, outcome| {
            outcome == PaymentOutcome::Refunded && !matches!(of(process, attempt), PaymentProgress::RefundRequested(_))
        })
    }
}

/// The order is never told that its payment was lost.
pub(crate) struct LossUntold;

impl Bend for LossUntold {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        Ok(decided.into_iter().filter(|event| !matches!(event, Event::PaymentLossRequested { .. })).collect())
    }
}

/// A payment that does not serve its confirmed order is kept.
pub(crate) struct SurplusKept;

impl Bend for SurplusKept {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        let is_surplus = |event: &Event| match (state, event) {
            (
                State::Started(process),
                Event::PaymentVoidRequested(payment) | Event::PaymentRefundRequested(payment),
            ) => payment.attempt.earlier() < process.earlier.len(),
            _ => false,
        };
        Ok(decided.into_iter().filter(|event| !is_surplus(event)).collect())
    }
}

/// A write-off is not heeded.
pub(crate) struct WriteOffUnheeded;

impl Bend for WriteOffUnheeded {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        match command {
            Command::Note { outcome: Outcome::WrittenOff, .. } => Ok(vec![]),
            Command::Start { .. } | Command::Note { .. } | Command::PassDeadline { .. } => {
                Fulfilment::decide(state, command)
            }
        }
    }
}

/// The decision, except about the outcomes of payments that the process does not heed.
fn without(
    state: &State,
    command: &Command,
    ignores: impl Fn(&Process, Attempt, PaymentOutcome) -> bool,
) -> Result<Vec<Event>, NoRefusal> {
    match (state, command) {
        (State::Started(process), Command::Note { outcome: Outcome::Payment { attempt, outcome }, .. })
            if ignores(process, *attempt, *outcome) =>
        {
            Ok(vec![])
        }
        (state, command) => Fulfilment::decide(state, command),
    }
}

fn of(process: &Process, attempt: Attempt) -> PaymentProgress {
    process.earlier.get(attempt.earlier()).copied().unwrap_or(process.payment)
}
