//! Faults between the stores and the functions. The stores have a fault model of their own.

use std::collections::BTreeMap;

/// A fault around the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Mishap {
    /// A process is killed wherever its invocations are, with all that it remembers.
    Crash,
    /// A process's clock jumps by up to an hour.
    ClockJump,
    /// A record of the log's stream, or an event on the bus, never arrives.
    HintLost,
    /// It arrives more than once.
    HintRepeated,
    /// It arrives late.
    HintDelayed,
    /// It overtakes others of its stream.
    HintOvertakes,
    /// It arrives when every order has come to its end.
    HintAfterTheEnd,
    /// An event is carried without its payload.
    HintByReference,
    /// Lambda gives up on a batch of the log's stream, and keeps it in its failure bucket.
    BatchGivenUp,
    /// A queue gives up on a message, and moves it to its dead letters.
    DeadLetter,
    /// Everything is down for longer than a stream keeps its records.
    Outage,
    /// Everything is down for longer than a process waits for its confirmation.
    Standstill,
    /// Records of the log's stream expire before their function has read them.
    Trimmed,
    /// A function fails all its invocations for a while.
    BrokenDeployment,
    /// The time of a run is over: of one that a schedule or the state machine began.
    TimedOut,
    /// An answer is lost on its way to the client.
    AnswerLost,
    /// A client sends the same request twice at once.
    SentTwice,
    /// The payment provider takes no requests.
    ProviderUnavailable,
    /// A request to it, or a question about a payment, is lost.
    ProviderSilent,
    /// It carries out a request, and its answer is lost.
    ProviderAnswerLost,
    /// It gets a request after the caller has stopped waiting.
    ProviderLate,
    /// Its webhook never arrives.
    NoticeLost,
    /// It ends a hold by itself, and says so.
    HoldLapses,
    /// It ends a hold by itself, and does not say so.
    HoldExpires,
    /// It captures a hold by itself.
    CapturesUnasked,
    /// It captures another amount by itself.
    CapturesOtherwise,
    /// Somebody refunds a payment by hand.
    RefundedByHand,
    /// Somebody refunds a part of it by hand.
    PartRefundedByHand,
    /// An older release parks an event that it cannot read yet.
    UnreadableYet,
    /// A row of a view becomes an item that is no row.
    RowDamaged,
}

impl Mishap {
    /// Its odds in requests, hints or steps out of 10,000: higher than in any real year. Faults that follow from other
    /// faults have none.
    pub(crate) const fn odds(self) -> u32 {
        match self {
            Self::Outage | Self::Standstill | Self::BrokenDeployment | Self::RowDamaged => 1,
            Self::Crash | Self::ClockJump => 8,
            Self::HintAfterTheEnd | Self::CapturesOtherwise => 100,
            Self::HintLost => 250,
            Self::HintByReference | Self::ProviderLate | Self::CapturesUnasked => 300,
            Self::AnswerLost | Self::SentTwice => 400,
            Self::ProviderUnavailable | Self::ProviderSilent | Self::ProviderAnswerLost => 500,
            Self::HintDelayed | Self::RefundedByHand | Self::PartRefundedByHand | Self::TimedOut => 1_000,
            Self::HintRepeated | Self::HintOvertakes => 1_500,
            Self::HoldLapses | Self::HoldExpires => 600,
            Self::NoticeLost => 4_000,
            Self::BatchGivenUp | Self::DeadLetter | Self::Trimmed | Self::UnreadableYet => 0,
        }
    }
}

/// Counts by name.
pub type Counts = BTreeMap<String, u64>;
