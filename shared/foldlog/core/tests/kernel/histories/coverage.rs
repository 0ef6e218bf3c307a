//! The events that occurred in a run: a history in which nothing happens proves nothing.

use crate::histories::recording::{Answer, Seen};
use crate::histories::world::Left;
use foldlog::Effect;
use std::collections::BTreeMap;

/// The events that must occur in 99 of a hundred histories, so that they can go wrong there.
pub(crate) const IN_NEARLY_ALL: [&str; 9] = [
    "commits",
    "snapshots of the present release",
    "snapshots of the later release",
    "loads from a snapshot",
    "snapshots passed over",
    "clients' commands repeated beyond the window",
    "clients' commands decided again",
    "reactions recognised beyond the window",
    "searches",
];

/// The events that must occur once in a history on average, like every fault.
pub(crate) const ON_AVERAGE: [&str; 11] = [
    "Appended",
    "Repeated",
    "Unchanged",
    "Refused: it is full",
    "Refused: there are not so many",
    "Refused: it is locked",
    "Mismatch",
    "OtherContent",
    "Unknown",
    "searches that found",
    "streams' first commands recognised beyond the window",
];

/// How often each event occurred.
pub(crate) type Coverage = BTreeMap<String, u64>;

/// The events of a run: faults, answers, and obstacles to recognising a command.
pub(crate) fn coverage(left: &Left) -> Coverage {
    let mut coverage = Coverage::new();
    let mut count = |what: &str, times: u64| *coverage.entry(what.to_owned()).or_default() += times;
    for (fault, times) in &left.struck {
        count(&fault.to_string(), *times);
    }
    for one in &left.recorded.tries {
        match &one.answer {
            Answer::Done { effect, .. } => count(&format!("{effect:?}"), 1),
            Answer::Refused(why) => count(&format!("Refused: {why}"), 1),
            Answer::Mismatch { .. } => count("Mismatch", 1),
            other @ (Answer::OtherContent | Answer::Contended | Answer::Unknown | Answer::Wrong(_)) => {
                count(&format!("{other:?}"), 1);
            }
        }
    }
    for (seen, times) in &left.recorded.seen {
        let what = match seen {
            Seen::SnapshotRead => "loads from a snapshot",
            Seen::SnapshotPassedOver => "snapshots passed over",
            Seen::Searched => "searches",
            Seen::FoundBySearch => "searches that found",
        };
        count(what, *times);
    }
    for (_, stream) in left.streams() {
        let with_snapshot = |schema| stream.commits.iter().filter(|commit| commit.has_snapshot(schema)).count() as u64;
        count("commits", stream.commits.len() as u64);
        count("snapshots of the present release", with_snapshot(1));
        count("snapshots of the later release", with_snapshot(2));
    }
    recognition(left, count);
    coverage
}

/// Counts the results of commands that were sent again when the windows may have lost them.
fn recognition(left: &Left, mut count: impl FnMut(&str, u64)) {
    for (name, stream) in left.streams() {
        for (number, sent) in left.recorded.sent.iter().enumerate().filter(|(_, sent)| sent.stream == *name) {
            let places = stream.places(sent);
            let Some(first) = places.first() else { continue };
            if sent.cause.is_none() && *first > 0 {
                count("clients' commands decided again", places.len() as u64 - 1);
            }
            for one in left.recorded.tries.iter().filter(|one| one.sent == number) {
                let until = stream.length_at(one.invoked);
                let newest = places.iter().rfind(|place| **place < until);
                if !newest.is_some_and(|newest| stream.is_beyond_the_window(*newest, until)) {
                    continue;
                }
                let recognised = matches!(one.answer, Answer::Done { effect: Effect::Repeated, .. });
                match (*first, recognised, &sent.cause) {
                    (0, true, _) => count("streams' first commands recognised beyond the window", 1),
                    (1.., _, None) => count("clients' commands repeated beyond the window", 1),
                    (1.., true, Some(_)) => count("reactions recognised beyond the window", 1),
                    (0, false, _) | (1.., false, Some(_)) => {}
                }
            }
        }
    }
}
