//! What can be broken on purpose, to see that a run finds it: each is what somebody would write who did not think of it.

mod forgiving;
mod log;
mod naive;
mod provider;
mod rules;
mod totals_store;

pub(crate) use forgiving::Forgiving;
pub(crate) use log::Log;
pub(crate) use naive::Naive;
pub(crate) use provider::Provider;
pub(crate) use rules::{Bent, DeadlineIsOutcome, ForgottenOutstanding, SentUnasked, UndoneUnconfirmed, UndoneUnknown};
pub(crate) use totals_store::TotalsStore;

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
    /// A process whose deadline passes undoes what it did, though its order may be confirmed.
    UndoneUnconfirmed,
    /// A process sends goods and takes money once the order is confirmed, whatever becomes of it.
    SentUnasked,
    /// A process undoes what it asked for, whether or not that was done.
    UndoneUnknown,
    /// A process that comes to nothing forgets what it asked for.
    ForgottenOutstanding,
    /// A process takes a deadline that passes for the outcome of what it asked for.
    DeadlineIsOutcome,
    /// A provider that says nothing is taken to say no.
    SilenceIsDecline,
    /// A provider is asked under another reference each time.
    FreshReference,
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
