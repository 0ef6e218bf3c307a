//! The cost of commands, in requests and write units, on streams of any length.

use crate::meter::Cost;
use crate::notebook::{cold, filled, keyed, text};
use crate::store::Store;
use foldlog::{EventLog as _, Version};
use foldlog_testing::sample::commits::stream;

/// The write units of the n-th commit: each 40th carries a snapshot, and costs more.
const fn units(nth: usize) -> u32 {
    if nth.is_multiple_of(40) { 4 } else { 1 }
}

/// After this many commits, one commit of a new process, and one more of the same process.
async fn one_more_on(store: &Store, length: usize) {
    let name = stream("note-1");
    let log = filled(store, &name, (1..=length).map(text)).await;
    let process = cold(&log);
    store.meter.read();

    let done = process.execute(&name, &vec![text(0)], &keyed("cold")).await.unwrap();
    assert_eq!((done.version, done.state.texts), (Version(length as u64 + 1), length as u64 + 1));
    assert_eq!(store.meter.read(), Cost::of(2, units(length + 1)), "cold, behind {length}");

    let done = process.execute(&name, &vec![text(0)], &keyed("warm")).await.unwrap();
    assert_eq!((done.version, done.state.texts), (Version(length as u64 + 2), length as u64 + 2));
    assert_eq!(store.meter.read(), Cost::of(1, units(length + 2)), "warm, behind {length}");
}

/// 39 are the most without a snapshot, so a load reads 39 commits, or the one that carries it.
pub(crate) async fn a_cold_command_is_two_requests_and_a_warm_one_is_one_on_a_short_stream(store: &Store) {
    for length in [1, 30, 38, 39, 40, 41] {
        one_more_on(store, length).await;
    }
}

pub(crate) async fn a_cold_command_is_two_requests_and_a_warm_one_is_one_behind_a_thousand_events(store: &Store) {
    one_more_on(store, 1_000).await;
}

pub(crate) async fn a_cold_command_is_two_requests_and_a_warm_one_is_one_behind_ten_thousand_events(store: &Store) {
    one_more_on(store, 10_000).await;
}

pub(crate) async fn five_events_of_one_command_are_one_request_and_one_unit(store: &Store) {
    let (name, log) = (stream("note-1"), store.log().await);
    let process = cold(&log);
    process.execute(&name, &vec!["first".to_owned()], &keyed("first")).await.unwrap();
    store.meter.read();
    let five = ["a", "b", "c", "d", "e"].map(|letter| letter.repeat(20)).to_vec();
    let done = process.execute(&name, &five, &keyed("five")).await.unwrap();
    assert_eq!((done.version, store.meter.read()), (Version(6), Cost::of(1, 1)));
}

/// 25 of a thousand commits carry a snapshot of a state of one kilobyte, and take four units: 1,075 units in all.
pub(crate) async fn a_thousand_commands_take_less_than_one_and_a_tenth_unit_each(store: &Store) {
    let (name, log) = (stream("note-1"), store.log().await);
    let process = cold(&log);
    for nth in 1..=1_000 {
        process.execute(&name, &vec![text(nth)], &keyed(&nth.to_string())).await.unwrap();
    }
    let cost = store.meter.read();
    let commits = log.since(&name, Version::NONE).await.unwrap();
    let carriers = commits.iter().filter(|commit| commit.snapshot.is_some()).count();
    assert_eq!((commits.len(), carriers), (1_000, 25));
    // The table is made with a request of its own.
    assert_eq!(cost, Cost::of(1 + 1_001, 1_000 + 3 * 25));
}
