//! Defects: rules that are broken on purpose, to prove that a run finds it. Each is a mistake that a developer could
//! make.

mod forgiving;
mod keys;
mod log;
mod naive;
mod numbers;
mod payments;
mod provider;
mod returns;
mod rules;
mod withdrawals;

pub(crate) use forgiving::Forgiving;
pub(crate) use keys::Forgetful;
pub(crate) use log::way_to;
pub(crate) use naive::Naive;
pub(crate) use numbers::unnumbered;
pub(crate) use payments::{LapseUnheeded, LossUntold, RefundUnheeded, SurplusKept, WriteOffUnheeded};
pub(crate) use provider::Provider;
pub(crate) use returns::{GoodsNotPutBack, ReturnUnheeded};
pub(crate) use rules::{
    AskedTwice, Bent, DeadlineIsOutcome, ForgottenOutstanding, SentUnasked, UndoneUnconfirmed, UndoneUnknown,
};
pub(crate) use withdrawals::{PackedOnce, ReplacedEarly, WithdrawalKept};

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
    /// The projector keeps up to date only those generations of a view that are read.
    NewGenerationUnfollowed,
    /// Totals add a commit again if it comes again.
    DeltaUnguarded,
    /// A damaged row is taken for one that is not available.
    DamageTakenAsPassing,
    /// A function reports a failed batch as successful.
    EmptyBatchResponse,
    /// A reaction's command has a fresh id each time.
    ReactionWithoutDerivedId,
    /// A host believes its own clock, whatever the store says.
    ClockUnbounded,
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
    /// No rule is broken. A process asks twice to close each reservation; a run must find no violation.
    AskedTwice,
    /// A process asks twice to close each reservation, and a stock closes it under the id of the intent that asks, not
    /// under one that follows from the reservation.
    ClosedByIntent,
    /// A provider's silence is taken as a decline.
    SilenceIsDecline,
    /// Each request to the provider has another reference.
    FreshReference,
    /// All attempts to pay an order have one reference.
    OneReference,
    /// The amount that the provider reports is taken for the right one.
    AmountBelieved,
    /// A process ignores a hold that ends by itself.
    LapseUnheeded,
    /// A process ignores a refund that it did not request.
    RefundUnheeded,
    /// A process never tells the order that its payment was lost.
    LossUntold,
    /// A process keeps the payments that its confirmed order does not need.
    SurplusKept,
    /// A process ignores a write-off.
    WriteOffUnheeded,
    /// A process does not release what was withdrawn.
    WithdrawalKept,
    /// A process tells the order that its goods are replaced before they are.
    ReplacedEarly,
    /// A process never packs a shipment anew.
    PackedOnce,
    /// A process ignores goods that come back.
    ReturnUnheeded,
    /// A process has goods that came back refunded, and does not bring them into their warehouse.
    GoodsNotPutBack,
    /// An erasure does not destroy the key.
    KeySurvives,
    /// A function writes snapshots of opened accounts.
    SnapshotInClear,
    /// Each request to refund a part has another number, so that a repeated one refunds it twice.
    FreshPart,
}

impl Defect {
    /// Whether it breaks nothing: it shows that the defects beside it are what is found.
    #[must_use]
    pub const fn breaks_nothing(self) -> bool {
        matches!(self, Self::NaiveFolds | Self::AskedTwice)
    }

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
