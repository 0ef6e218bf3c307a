//! How far the withdrawals of a confirmed order's goods have got.

use super::progress::Wait;
use foldlog::Version;
use serde::{Deserialize, Serialize};

/// The reservations that the staff withdrew from the confirmed order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawals {
    /// Their number.
    pub(super) number: u32,
    /// The progress of the last one.
    pub(super) progress: WithdrawalProgress,
}

/// The progress of a withdrawal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WithdrawalProgress {
    /// Nothing is withdrawn, or the order may be shipped again.
    #[default]
    None,
    /// Other warehouses are asked for the goods.
    Open,
    /// They hold the goods, and the order is asked to record that.
    ReplacementRequested(Version),
}

impl Withdrawals {
    /// Whether nothing was withdrawn.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether goods are not replaced yet.
    pub(super) fn is_open(self) -> bool {
        self.progress != WithdrawalProgress::None
    }

    /// The outcome that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self.progress {
            WithdrawalProgress::ReplacementRequested(intent) => Some(Wait::Intent(intent)),
            WithdrawalProgress::None | WithdrawalProgress::Open => None,
        }
    }

    /// The withdrawals, after the last one has ended.
    pub(super) fn ended(self) -> Self {
        Self { progress: WithdrawalProgress::None, ..self }
    }
}
