//! `audit-<yyyymm>`: the actions of operators in a month (UTC), and what came of them.
//!
//! The stream records a request as soon as the shop knows that it can carry the request out. The result is in the
//! answer or in a later event, which a function derives from the request: `…Reported`. The stream refuses nothing, because it records what operators did.

mod outcome;
mod report;

pub use outcome::{Reconciliation, Recovery, Redriven};
pub use report::{Difference, Extent, Report, Scope, Verifier};

use crate::values::{AccountId, ManifestHash, Month, NoteId, ProjectionName};
use foldlog::{Decider, Named, NoRefusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The decider of the audit stream.
pub struct Audit;

/// A command to the audit stream.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Record an event.
    Record(Event),
}

/// An action of an operator, or the result of a verification.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    ParkedRedriven { note: NoteId },
    RedriveReported { note: NoteId, outcome: Redriven },
    ParkedDiscarded { note: NoteId },
    LostBatchesRedriven {},
    RecoveryReported(Recovery),
    Reconciled {},
    ReconciliationReported(Reconciliation),
    RebuildRequested { projection: ProjectionName },
    ProjectionFlipped { projection: ProjectionName, from: u32, to: u32 },
    ProjectionRolledBack { projection: ProjectionName, from: u32, to: u32 },
    CleanupRequested { projection: ProjectionName, generation: u32 },
    VerificationRequested { scope: Scope },
    VerificationReported(Report),
    LogImported { manifest: ManifestHash, streams: u64, commits: u64 },
    AccountErased { account: AccountId },
}

impl foldlog::Event for Event {}

/// The state of a month's audit stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The number of records, by event name.
    pub recorded: BTreeMap<String, u64>,
    /// The result of the last verification.
    pub verified: Option<Report>,
}

impl Decider for Audit {
    const CATEGORY: &'static str = "audit";
    const STATE_SCHEMA: u32 = 1;
    type Id = Month;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = NoRefusal;

    fn decide(_: &State, Command::Record(event): &Command) -> Result<Vec<Event>, NoRefusal> {
        Ok(vec![event.clone()])
    }

    fn evolve(mut state: State, event: &Event) -> State {
        *state.recorded.entry(event.name().to_owned()).or_default() += 1;
        match event {
            Event::VerificationReported(report) => State { verified: Some(report.clone()), ..state },
            Event::ParkedRedriven { .. }
            | Event::RedriveReported { .. }
            | Event::ParkedDiscarded { .. }
            | Event::LostBatchesRedriven {}
            | Event::RecoveryReported(_)
            | Event::Reconciled {}
            | Event::ReconciliationReported(_)
            | Event::RebuildRequested { .. }
            | Event::ProjectionFlipped { .. }
            | Event::ProjectionRolledBack { .. }
            | Event::CleanupRequested { .. }
            | Event::VerificationRequested { .. }
            | Event::LogImported { .. }
            | Event::AccountErased { .. } => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog::StreamName;
    use foldlog::write::decider::fold;
    use foldlog_testing::specification::given;

    fn discarded(version: u64) -> Event {
        Event::ParkedDiscarded { note: format!("relay:cart-1@{version}").parse().unwrap() }
    }

    #[test]
    fn whatever_is_done_is_recorded_however_often() {
        given::<Audit>([]).when(Command::Record(discarded(1))).then([discarded(1)]);
        given::<Audit>([discarded(1)]).when(Command::Record(discarded(1))).then([discarded(1)]);
    }

    #[test]
    fn a_month_knows_how_often_and_what_was_found_last() {
        let report = |streams| Report {
            by: Verifier::Shop,
            scope: Scope::Whole,
            extent: Extent::All,
            streams,
            commits: 9,
            rows: 7,
            totals: 0,
            differences: vec![],
        };
        let reported = |streams| Event::VerificationReported(report(streams));
        let state = fold::<Audit>(State::default(), &[reported(3), discarded(1), discarded(2), reported(4)]);
        let counted =
            [("ParkedDiscarded", 2), ("VerificationReported", 2)].map(|(name, often)| (name.to_owned(), often));
        assert_eq!(state, State { recorded: counted.into(), verified: Some(report(4)) });
    }

    #[test]
    fn a_month_ends_at_midnight_of_utc() {
        let month = |moment: &str| StreamName::of::<Audit>(&Month::of(moment.parse().unwrap())).to_string();
        assert_eq!(month("2026-11-30T23:59:59.999Z"), "audit-202611");
        assert_eq!(month("2026-12-01T00:30:00+01:00"), "audit-202611");
        assert_eq!(month("2026-12-01T00:00:00Z"), "audit-202612");
    }
}
