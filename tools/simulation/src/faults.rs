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
    /// Lambda gives a batch of the log's stream up, and keeps it in its failure bucket.
    BatchGivenUp,
    /// A queue gives a message up, to its dead letters.
    DeadLetter,
    /// Everything stands still for longer than a stream keeps its records.
    Outage,
    /// Everything stands still for longer than a process waits for its confirmation.
    Standstill,
    /// Records of the log's stream are gone before their function read them.
    Trimmed,
    /// A function fails all its invocations for a while.
    BrokenDeployment,
    /// An answer is lost on its way to the client.
    AnswerLost,
    /// A client sends the same request twice at once.
    SentTwice,
    /// The payment provider takes no requests.
    ProviderUnavailable,
    /// A request to it, or a question, is lost.
    ProviderSilent,
    /// It does as it was asked, and its answer is lost.
    ProviderAnswerLost,
    /// It gets a request after the caller has stopped waiting.
    ProviderLate,
    /// Its webhook never arrives.
    NoticeLost,
    /// A release that cannot read an event yet passes its stream on.
    UnreadableYet,
}

/// The probability of each fault, in requests, hints or steps out of 10,000.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Luck {
    pub(crate) crash: u32,
    pub(crate) clock_jump: u32,
    pub(crate) lost: u32,
    pub(crate) repeated: u32,
    pub(crate) delayed: u32,
    pub(crate) overtakes: u32,
    pub(crate) after_the_end: u32,
    pub(crate) by_reference: u32,
    pub(crate) outage: u32,
    pub(crate) standstill: u32,
    /// When a process has just asked for its confirmation: a deadline that passes then can do most harm.
    pub(crate) standstill_at_worst: u32,
    pub(crate) broken_deployment: u32,
    pub(crate) answer_lost: u32,
    pub(crate) sent_twice: u32,
    pub(crate) provider_unavailable: u32,
    pub(crate) provider_silent: u32,
    pub(crate) provider_answer_lost: u32,
    pub(crate) provider_late: u32,
    pub(crate) notice_lost: u32,
}

impl Luck {
    /// Nothing goes wrong.
    pub(crate) const GOOD: Self = Self {
        crash: 0,
        clock_jump: 0,
        lost: 0,
        repeated: 0,
        delayed: 0,
        overtakes: 0,
        after_the_end: 0,
        by_reference: 0,
        outage: 0,
        standstill: 0,
        standstill_at_worst: 0,
        broken_deployment: 0,
        answer_lost: 0,
        sent_twice: 0,
        provider_unavailable: 0,
        provider_silent: 0,
        provider_answer_lost: 0,
        provider_late: 0,
        notice_lost: 0,
    };

    /// More goes wrong than in any year.
    pub(crate) const BAD: Self = Self {
        crash: 8,
        clock_jump: 8,
        lost: 250,
        repeated: 1_500,
        delayed: 1_000,
        overtakes: 1_500,
        after_the_end: 100,
        by_reference: 300,
        outage: 1,
        standstill: 1,
        standstill_at_worst: 400,
        broken_deployment: 1,
        answer_lost: 400,
        sent_twice: 400,
        provider_unavailable: 500,
        provider_silent: 500,
        provider_answer_lost: 500,
        provider_late: 300,
        notice_lost: 4_000,
    };
}

/// Counts by name.
pub type Counts = BTreeMap<String, u64>;
