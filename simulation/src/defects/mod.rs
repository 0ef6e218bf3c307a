//! What can be broken on purpose, to see that a run finds it: each is what somebody would write who did not think of it.

mod forgiving;
mod ledger;
mod log;
mod naive;

pub(crate) use forgiving::Forgiving;
pub(crate) use ledger::Ledger;
pub(crate) use log::Log;
pub(crate) use naive::Naive;

/// Something that is broken on purpose.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::EnumIter, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Defect {
    /// Nothing: the folds are the naive ones that the next four break, to see that they find nothing by themselves.
    NaiveFolds,
    /// A fold takes whatever commit comes as the next one.
    ContiguityUnchecked,
    /// A fold writes how far it came before it writes what came of it.
    CheckpointBeforeResult,
    /// A fold passes over what it cannot read.
    ParkedNotHeldBack,
    /// A fold fills a gap with what one eventually consistent read shows.
    GapRepairedEventually,
    /// Totals add what comes, whatever they have added already.
    DeltaUnguarded,
    /// A batch that failed is answered for as if it had not.
    EmptyBatchResponse,
    /// A reaction's command has a fresh id each time.
    ReactionWithoutDerivedId,
    /// Nobody asks again for those who wait.
    NoRecheck,
}

impl Defect {
    /// Whether the folds are the naive ones.
    pub(crate) const fn folds_naively(self) -> bool {
        matches!(
            self,
            Self::NaiveFolds
                | Self::ContiguityUnchecked
                | Self::CheckpointBeforeResult
                | Self::ParkedNotHeldBack
                | Self::GapRepairedEventually
        )
    }
}
