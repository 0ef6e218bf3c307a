//! What operators do, and what they and the staff read.

use crate::table::{Kinds, walk};
use shop_domain::access;
use shop_domain::audit::{
    Audit, Command, Event, Extent, Reconciliation, Recovery, Redriven, Report, Scope, State, Verifier,
};
use strum::VariantNames;

#[test]
fn a_month_in_every_state_takes_every_record() {
    let note = || "relay:cart-1@5".parse().unwrap();
    let projection = || "order".parse().unwrap();
    let report = Report {
        by: Verifier::Operations,
        scope: Scope::Sample(3),
        extent: Extent::All,
        streams: 3,
        commits: 9,
        rows: 7,
        totals: 0,
        differences: vec![],
    };
    let found = Reconciliation { streams: 3, advanced: 1, parked: 0, hinted: 2, left: 0 };
    let manifest = "0f".repeat(32).parse().unwrap();
    let examples = [
        ("of a redrive", Event::ParkedRedriven { note: note() }),
        ("of what came of it", Event::RedriveReported { note: note(), outcome: Redriven::Stuck }),
        ("of a note put away", Event::ParkedDiscarded { note: note() }),
        ("of lost batches", Event::LostBatchesRedriven {}),
        ("of their recovery", Event::RecoveryReported(Recovery { batches: 3, recovered: 2 })),
        ("of a run through the log", Event::Reconciled {}),
        ("of what it found", Event::ReconciliationReported(found)),
        ("of a rebuild", Event::RebuildRequested { projection: projection() }),
        ("of a flip", Event::ProjectionFlipped { projection: projection(), from: 1, to: 2 }),
        ("of a rollback", Event::ProjectionRolledBack { projection: projection(), from: 2, to: 1 }),
        ("of a cleanup", Event::CleanupRequested { projection: projection(), generation: 1 }),
        ("of a wish to verify", Event::VerificationRequested { scope: Scope::Whole }),
        ("of a verification", Event::VerificationReported(report)),
        ("of an import", Event::LogImported { manifest, streams: 3, commits: 9 }),
    ];
    let examples = examples.map(|(detail, event)| (detail, Command::Record(event)));
    let histories = vec![("", vec![]), ("", vec![Event::Reconciled {}])];
    let states =
        Kinds::new(
            &["Empty", "Kept"],
            |state: &State| {
                if state.recorded.is_empty() { "Empty".to_owned() } else { "Kept".to_owned() }
            },
        );
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Audit>(&states, histories, &commands, &examples);
}

#[test]
fn the_readings_of_an_account_take_every_reading() {
    use access::{Access, Command, Event, State};
    let route = || "GET /accounts/{id}".parse().unwrap();
    let read = || Event::AccountRead { route: route() };
    let revealed = Event::PersonalDataRevealed { route: route(), reason: "asked on the phone".parse().unwrap() };
    let examples = [("in sealed form", Command::Record(read())), ("with a reason", Command::Record(revealed))];
    let states = Kinds::new(&["Unread", "Read"], |state: &State| {
        if *state == State::default() { "Unread".to_owned() } else { "Read".to_owned() }
    });
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Access>(&states, vec![("", vec![]), ("", vec![read()])], &commands, &examples);
}
