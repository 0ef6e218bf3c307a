//! `audit-<yyyymm>`: what operators did in a month, by UTC, and what was found when the shop was verified.
//!
//! What is recorded is what was asked for, once it was known that it can be done; what came of it the answer said, or a
//! later event does. Nothing is ever refused here: a record of what somebody did cannot be wrong.

mod report;

pub use report::{Difference, Extent, Report, Scope, Verifier};

use crate::values::{ManifestHash, NoteId, ProjectionName};
use foldlog::stream::InvalidName;
use foldlog::{Decider, StreamName, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The stream type.
pub struct Stream;

/// The stream of the month that a moment is in.
pub fn stream(at: Timestamp) -> Result<StreamName, InvalidName> {
    let month: String = at.to_string().chars().filter(char::is_ascii_digit).take(6).collect();
    StreamName::new(Stream::CATEGORY, &month)
}

/// What can be asked of the record.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Keep this.
    Record(Event),
}

/// What operators did, and what was found.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    ParkedRedriven { note: NoteId },
    ParkedDiscarded { note: NoteId },
    LostBatchesRedriven {},
    Reconciled {},
    RebuildRequested { projection: ProjectionName },
    ProjectionFlipped { projection: ProjectionName, from: u32, to: u32 },
    ProjectionRolledBack { projection: ProjectionName, from: u32, to: u32 },
    CleanupRequested { projection: ProjectionName, generation: u32 },
    VerificationRequested { scope: Scope },
    VerificationReported(Report),
    LogImported { manifest: ManifestHash, streams: u64, commits: u64 },
}

impl foldlog::Event for Event {
    fn name(&self) -> &'static str {
        self.into()
    }
}

/// What a month's records amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How often each was recorded, by the name of its event.
    pub recorded: BTreeMap<String, u64>,
    /// What was found when the shop was verified last.
    pub verified: Option<Report>,
}

impl Decider for Stream {
    const CATEGORY: &'static str = "audit";
    const STATE_SCHEMA: u32 = 1;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Infallible;

    fn decide(_: &State, Command::Record(event): &Command) -> Result<Vec<Event>, Infallible> {
        Ok(vec![event.clone()])
    }

    fn evolve(mut state: State, event: &Event) -> State {
        *state.recorded.entry(foldlog::Event::name(event).to_owned()).or_default() += 1;
        match event {
            Event::VerificationReported(report) => State { verified: Some(report.clone()), ..state },
            Event::ParkedRedriven { .. }
            | Event::ParkedDiscarded { .. }
            | Event::LostBatchesRedriven {}
            | Event::Reconciled {}
            | Event::RebuildRequested { .. }
            | Event::ProjectionFlipped { .. }
            | Event::ProjectionRolledBack { .. }
            | Event::CleanupRequested { .. }
            | Event::VerificationRequested { .. }
            | Event::LogImported { .. } => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog::write::decider::fold;
    use foldlog_testing::specification::given;

    fn discarded(version: u64) -> Event {
        Event::ParkedDiscarded { note: format!("relay:cart-1@{version}").parse().unwrap() }
    }

    #[test]
    fn whatever_is_done_is_recorded_however_often() {
        given::<Stream>([]).when(Command::Record(discarded(1))).then([discarded(1)]);
        given::<Stream>([discarded(1)]).when(Command::Record(discarded(1))).then([discarded(1)]);
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
        let state = fold::<Stream>(State::default(), &[reported(3), discarded(1), discarded(2), reported(4)]);
        let counted =
            [("ParkedDiscarded", 2), ("VerificationReported", 2)].map(|(name, often)| (name.to_owned(), often));
        assert_eq!(state, State { recorded: counted.into(), verified: Some(report(4)) });
    }

    #[test]
    fn a_month_ends_at_midnight_of_utc() {
        let month = |moment: &str| stream(moment.parse().unwrap()).unwrap().to_string();
        assert_eq!(month("2026-11-30T23:59:59.999Z"), "audit-202611");
        assert_eq!(month("2026-12-01T00:30:00+01:00"), "audit-202611");
        assert_eq!(month("2026-12-01T00:00:00Z"), "audit-202612");
    }
}
