//! Each rule left out, and the judge's verdict: a judge that finds nothing anywhere proves nothing.

use crate::histories::broken::Defect;
use crate::histories::judge::{Anomaly, judge};
use crate::histories::process::Release;
use crate::histories::recording::Sent;
use crate::histories::used::Bend;
use crate::histories::world::{Again, Setting, run};
use foldlog_testing::faulty::Odds;

/// A broken variant must be caught within this many seeds.
const SEEDS: u64 = 300;

/// Every fault, and no command is sent twice by its client.
const QUIET: Setting = Setting { repeats: false, ..Setting::ALL };

/// Asserts that a broken variant shows its anomaly.
fn caught(setting: Setting, expected: Anomaly) {
    let first = (0..SEEDS).find(|seed| shown(*seed, setting).iter().any(|(anomaly, _)| *anomaly == expected));
    assert!(first.is_some(), "{setting:?} does not show {expected} within {SEEDS} seeds");
}

/// The anomalies in a history of a broken variant, each with its command, if it has one.
fn shown(seed: u64, setting: Setting) -> Vec<(Anomaly, Option<Sent>)> {
    let left = run(seed, setting);
    let command = |name: String| left.recorded.sent.iter().find(|sent| sent.name == name).cloned();
    judge(&left).into_iter().map(|(anomaly, name)| (anomaly, command(name))).collect()
}

#[test]
fn a_put_without_a_condition_loses_what_was_acknowledged() {
    caught(Setting { defect: Some(Defect::Overwrites), ..QUIET }, Anomaly::Lost);
}

#[test]
fn a_put_beside_what_stands_there_is_a_version_too_many() {
    caught(Setting { defect: Some(Defect::StandsBeside), ..QUIET }, Anomaly::Versions);
}

#[test]
fn a_command_s_own_write_called_a_conflict_is_answered_as_a_repetition_that_never_was() {
    caught(Setting { defect: Some(Defect::OwnIsConflict), ..QUIET }, Anomaly::NoRepetition);
}

#[test]
fn a_command_s_own_write_called_a_conflict_runs_twice_where_ids_are_not_stored() {
    caught(Setting { defect: Some(Defect::OwnIsConflict), bend: Some(Bend::ForgetsIds), ..QUIET }, Anomaly::Twice);
}

#[test]
fn another_command_s_write_called_one_s_own_is_lost() {
    caught(Setting { defect: Some(Defect::OwnByIdAlone), ..Setting::ALL }, Anomaly::Lost);
}

#[test]
fn a_refusal_on_what_is_remembered_is_untrue() {
    let odds = Odds { stale_read: 0, ..Odds::ROUGH };
    caught(Setting { odds, bend: Some(Bend::TrustsWhatItKnows), ..QUIET }, Anomaly::Untrue);
}

#[test]
fn a_refusal_on_a_stale_read_is_untrue() {
    caught(Setting { forgetful: true, bend: Some(Bend::TrustsWhatItKnows), ..QUIET }, Anomaly::Untrue);
}

#[test]
fn a_repetition_decided_on_what_is_remembered_is_decided_anew() {
    caught(Setting { bend: Some(Bend::TrustsWhatItKnows), ..Setting::ALL }, Anomaly::DecidedAgain);
}

#[test]
fn a_command_sent_again_under_another_id_runs_twice() {
    caught(Setting { again: Again::UnderAnotherId, ..Setting::ALL }, Anomaly::Twice);
}

#[test]
fn commits_that_do_not_bear_their_command_s_id_run_twice() {
    caught(Setting { bend: Some(Bend::ForgetsIds), ..Setting::ALL }, Anomaly::Twice);
}

#[test]
fn commits_dated_by_the_host_s_clock_go_back_in_time() {
    caught(Setting { defect: Some(Defect::HostClock), ..QUIET }, Anomaly::TimeWentBack);
}

#[test]
fn commits_dated_by_the_host_s_clock_come_before_their_cause() {
    caught(Setting { defect: Some(Defect::HostClock), ..QUIET }, Anomaly::BeforeItsCause);
}

#[test]
fn a_commit_chained_to_nothing_breaks_the_chain() {
    caught(Setting { defect: Some(Defect::Unchained), ..QUIET }, Anomaly::Chain);
}

#[test]
fn a_window_believed_beyond_its_reach_runs_reactions_twice() {
    caught(Setting { bend: Some(Bend::TrustsItsWindow), ..Setting::ALL }, Anomaly::Twice);
}

#[test]
fn a_repeated_reaction_dated_by_its_delivery_runs_twice() {
    caught(Setting { again: Again::DatedByDelivery, ..Setting::ALL }, Anomaly::Twice);
}

#[test]
fn a_snapshot_of_another_shape_taken_for_one_s_own_is_decided_on() {
    caught(Setting { releases: [Release::Present, Release::Unnumbered], ..Setting::ALL }, Anomaly::Content);
}

#[test]
fn reactions_in_the_window_of_the_clients_flush_their_keys() {
    let setting = Setting { bend: Some(Bend::SharesOneWindow), ..Setting::ALL };
    let client = |sent: Option<Sent>| sent.is_some_and(|sent| sent.cause.is_none());
    let flushed = |(anomaly, sent)| anomaly == Anomaly::Twice && client(sent);
    assert!((0..SEEDS).any(|seed| shown(seed, setting).into_iter().any(flushed)));
}
