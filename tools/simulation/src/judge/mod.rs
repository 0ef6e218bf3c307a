//! Whether a run, or a real shop, did what it said: what everybody was told against what the log holds, and the log
//! against the rules of the shop.

mod agreement;
mod answers;
mod moments;
mod waits;

use crate::actions::ClientRecord;
use crate::faults::Counts;
use foldlog::{Commit, Decider, StreamName};
use moments::Moments;
use shop_domain::order;
use std::collections::BTreeMap;
use std::fmt;

/// What must hold, whatever went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Invariant {
    /// Every stream is contiguous and a whole chain, and its times never go back.
    WholeStreams,
    /// What was acknowledged is in the log once, and what was not at most once.
    AppendedOnce,
    /// A refusal was true at some moment of its command, and so was that there was nothing to do.
    TrueAnswers,
    /// Every intent was answered at most once by the stream that it was for.
    AnsweredOnce,
    /// Never more is reserved than there is.
    NeverOversold,
    /// Stock, payment, invoice, shipments, order and process agree about every order, and its money is where they say.
    Agreement,
    /// Every order that can go on does.
    NobodyWaits,
    /// Every row is the fold of its stream, every total that of all streams.
    ViewsAreFolds,
    /// Nothing is parked that can be read.
    NothingParked,
    /// Nobody read what was not so.
    TrueReads,
    /// A run comes to its end.
    ComesToAnEnd,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What should.
    pub invariant: Invariant,
    /// How it does not.
    pub detail: String,
}

impl Violation {
    pub(crate) fn new(invariant: Invariant, detail: impl Into<String>) -> Self {
        Self { invariant, detail: detail.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.invariant, self.detail)
    }
}

/// A log as it was written, and what everybody was told meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Every commit, in the order in which they were appended as far as that is known; each stream's in order.
    pub commits: Vec<Commit>,
    /// What everybody was told.
    pub told: Vec<ClientRecord>,
    /// Who issued their tokens.
    pub issuer: String,
}

impl Recording {
    /// How often each event was appended, by its name.
    #[must_use]
    pub fn events(&self) -> Counts {
        self.commits.iter().flat_map(names).fold(Counts::new(), counted)
    }

    /// How many orders ended with which event.
    #[must_use]
    pub fn ends(&self) -> Counts {
        let orders = self.commits.iter().filter(|commit| commit.stream.category() == order::Order::CATEGORY);
        let last: BTreeMap<_, _> = orders.filter_map(|commit| Some((&commit.stream, names(commit).pop()?))).collect();
        last.into_values().fold(Counts::new(), counted)
    }
}

/// The names of a commit's events; none where they do not read, which the judge says.
fn names(commit: &Commit) -> Vec<String> {
    let records = commit.events.records().unwrap_or_default();
    records.into_iter().map(|record| record.name.into_owned()).collect()
}

fn counted(mut counts: Counts, name: String) -> Counts {
    *counts.entry(name).or_default() += 1;
    counts
}

/// The first thing that does not hold of a log and its answers, once everything that was under way has settled.
pub fn judge(recording: &Recording) -> Result<(), Violation> {
    let moments = Moments::of(&recording.commits);
    moments.whole()?;
    answers::judge(recording, &moments)?;
    agreement::judge(&moments)
}

/// Whether nobody waits any more.
#[must_use]
pub fn settled(commits: &[Commit]) -> bool {
    waits::nobody_waits(&Moments::of(commits)).is_ok()
}

/// What is wrong with a stream's name or content that no function could have written.
fn unreadable(stream: &StreamName, error: impl fmt::Display) -> Violation {
    Violation::new(Invariant::WholeStreams, format!("{stream} does not read: {error}"))
}
