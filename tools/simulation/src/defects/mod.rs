//! Defects: rules that are broken on purpose, to prove that a run finds it. Each is a mistake that a developer could
//! make.

mod forgiving;
mod log;
mod naive;
mod provider;
mod rules;

pub(crate) use forgiving::Forgiving;
pub(crate) use log::way_to;
pub(crate) use naive::Naive;
pub(crate) use provider::Provider;
pub(crate) use rules::{Bent, DeadlineIsOutcome, ForgottenOutstanding, SentUnasked, UndoneUnconfirmed, UndoneUnknown};

/// A rule that is broken on purpose.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::EnumIter, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Defect {
    /// No rule is broken. The folds are the naive ones that the next four defects break; a run must find no violation.
    NaiveFolds,
    /// A fold accepts any commit as the next one.
    ContiguityUnchecked,
    /// A fold writes its checkpoint before its result.
    CheckpointBeforeResult,
    /// A fold skips events that it cannot read.
    ParkedNotHeldBack,
    /// A fold fills a gap with one eventually consistent read.
    GapRepairedEventually,
    /// Totals add a commit again if it comes again.
    DeltaUnguarded,
    /// A function reports a failed batch as successful.
    EmptyBatchResponse,
    /// A reaction's command has a fresh id each time.
    ReactionWithoutDerivedId,
    /// The re-check of waiting processes does not run.
    NoRecheck,
    /// A process whose deadline passes undoes what it did, though its order may be confirmed.
    UndoneUnconfirmed,
    /// A process sends goods and captures money as soon as the order is confirmed, without waiting for the shipping.
    SentUnasked,
    /// A process undoes the steps that it requested, even if they may not have been taken.
    UndoneUnknown,
    /// The process of a failed or cancelled order forgets its open requests.
    ForgottenOutstanding,
    /// A process takes a passed deadline as the outcome of its open requests.
    DeadlineIsOutcome,
    /// A provider's silence is taken as a decline.
    SilenceIsDecline,
    /// Each request to the provider has another reference.
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
