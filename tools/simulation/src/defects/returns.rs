//! The rules of a process about goods that come back, each broken on purpose.

use super::rules::Bend;
use foldlog::{Decider, NoRefusal};
use shop_domain::fulfilment::{Command, Event, Fulfilment, Outcome, State};

/// Goods that came back are not heeded.
pub(crate) struct ReturnUnheeded;

impl Bend for ReturnUnheeded {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        match command {
            Command::Note { outcome: Outcome::Returned(_), .. } => Ok(vec![]),
            Command::Start { .. } | Command::Note { .. } | Command::PassDeadline { .. } => {
                Fulfilment::decide(state, command)
            }
        }
    }
}

/// Goods that came back are refunded, and never brought into their warehouse.
pub(crate) struct GoodsNotPutBack;

impl Bend for GoodsNotPutBack {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        Ok(decided.into_iter().filter(|event| !matches!(event, Event::StockReturnRequested(_))).collect())
    }
}
