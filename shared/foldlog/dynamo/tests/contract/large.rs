//! Streams of more than a page of the store, and commits of more than an item.

use crate::meter::Cost;
use crate::notebook::{Notebook, Notes, cold, filled, keyed};
use crate::store::Store;
use foldlog::write::decider::fold;
use foldlog::{Commands, Decider, EventLog as _, ExecuteError, StreamName, Version};
use foldlog_dynamo::Log;
use foldlog_dynamo::item::item_of;
use foldlog_dynamo::size::{LARGEST_ITEM_BYTES, item_size_bytes};
use foldlog_testing::host::Noon;
use foldlog_testing::sample::commits::{Sample, stream};

/// This many commits of 30 kB are 1.5 MB of events.
const COMMITS: usize = 50;

/// The n-th text, of this many bytes.
fn long(nth: usize, bytes: usize) -> String {
    format!("{nth:0>3}{}", "x".repeat(bytes - 3))
}

fn large(nth: usize) -> String {
    long(nth, 30_000)
}

async fn one_and_a_half_megabytes(store: &Store, name: &StreamName) -> Log {
    filled(store, name, (0..COMMITS).map(large)).await
}

/// The fold of all the large texts, and of a short one after them.
fn then(text: &str) -> Notes {
    let texts = (0..COMMITS).map(large).chain([text.to_owned()]);
    fold::<Notebook>(Notes::default(), &texts.map(|text| Sample::Noted { text }).collect::<Vec<_>>())
}

/// The newest snapshot is never a page away: of 1 kB of state and 32 recent commands it is due every 31 commits.
pub(crate) async fn a_stream_of_one_and_a_half_megabytes_costs_no_more_than_a_small_one(store: &Store) {
    let name = stream("note-1");
    let log = one_and_a_half_megabytes(store, &name).await;
    let process = cold(&log);
    store.meter.read();
    let done = process.execute(&name, &vec!["cold".to_owned()], &keyed("cold")).await.unwrap();
    assert_eq!((done.state, done.version), (then("cold"), Version(51)));
    assert_eq!(store.meter.read(), Cost::of(2, 1), "cold");
    process.execute(&name, &vec!["warm".to_owned()], &keyed("warm")).await.unwrap();
    assert_eq!(store.meter.read(), Cost::of(1, 1), "warm");
}

/// The first command after a release with another `STATE_SCHEMA` reads the whole stream: as many requests as it has
/// pages of one megabyte. The commit carries the new snapshot, so the next cold load is small again.
pub(crate) async fn without_a_usable_snapshot_a_load_takes_a_request_a_megabyte_once(store: &Store) {
    let name = stream("note-1");
    let log = one_and_a_half_megabytes(store, &name).await;
    for (text, cost) in [("first", Cost::of(1 + 2, 4)), ("second", Cost::of(2, 1))] {
        let process = Commands::<Notebook<2>, _, _>::new(&log, Noon);
        store.meter.read();
        let done = process.execute(&name, &vec![text.to_owned()], &keyed(text)).await.unwrap();
        assert_eq!(store.meter.read(), cost, "{text}");
        if text == "first" {
            assert_eq!((done.state, done.version), (then("first"), Version(51)));
        }
    }
}

pub(crate) async fn a_commit_that_fits_no_item_is_refused_before_it_is_sent(store: &Store) {
    let (name, log) = (stream("note-1"), store.log().await);
    let process = cold(&log);
    process.execute(&name, &vec!["first".to_owned()], &keyed("first")).await.unwrap();
    store.meter.read();
    let refused = process.execute(&name, &vec!["x".repeat(LARGEST_ITEM_BYTES)], &keyed("large")).await;
    let Err(ExecuteError::TooLarge(reason)) = refused else { panic!("it does not fit") };
    assert!(reason.ends_with("one item holds 409600"), "{reason}");
    assert_eq!(store.meter.read(), Cost::of(0, 0));
    let done = process.execute(&name, &vec!["second".to_owned()], &keyed("second")).await.unwrap();
    assert_eq!((done.version, store.meter.read()), (Version(2), Cost::of(1, 1)), "the stream is as it was");
}

/// A snapshot is due with the 40th commit. Its events leave no room for it, so the 41st carries it.
pub(crate) async fn a_snapshot_that_does_not_fit_is_left_to_the_next_commit(store: &Store) {
    let name = stream("note-1");
    let log = filled(store, &name, (1..=39).map(|nth| nth.to_string())).await;
    let process = cold(&log);
    let large = "x".repeat(LARGEST_ITEM_BYTES - 1_000);
    store.meter.read();
    for (text, cost) in [(large.as_str(), Cost::of(2, 400)), ("next", Cost::of(1, 4))] {
        process.execute(&name, &vec![text.to_owned()], &keyed(text)).await.unwrap();
        assert_eq!(store.meter.read(), cost, "{}", text.len());
    }
    let commits = log.since(&name, Version(39)).await.unwrap();
    let sizes = commits.iter().map(|commit| item_size_bytes(&item_of(commit).unwrap()));
    assert!(sizes.max().unwrap() > LARGEST_ITEM_BYTES - 1_000);
    let carriers: Vec<_> = commits.iter().map(|commit| commit.has_snapshot(Notebook::<1>::STATE_SCHEMA)).collect();
    assert_eq!(carriers, [false, true]);
}

/// If few commits hold much, each of them carries its snapshot: the newest page is enough.
pub(crate) async fn commits_as_large_as_items_are_loaded_by_one_request(store: &Store) {
    for length in [4, 12] {
        let name = stream("note-1");
        let log = filled(store, &name, (0..length).map(|nth| long(nth, 400_000))).await;
        store.meter.read();
        let done = cold(&log).execute(&name, &vec!["cold".to_owned()], &keyed("cold")).await.unwrap();
        assert_eq!((done.state.texts, done.state.bytes), (length as u64 + 1, 400_000 * length as u64 + 4));
        assert_eq!(store.meter.read().requests, 2, "{length}");
    }
}
