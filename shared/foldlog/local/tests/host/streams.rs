//! A table's stream as its readers get it: in shards, at least once, for a day, and only while they run.

use crate::journal::{Journal, Seen, given_up, start, write};
use aws_sdk_dynamodb::Client;
use foldlog_local::{Chaos, Deliveries, Host, Streams};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

fn shards(count: u32) -> Streams {
    Streams { shards: NonZeroU32::new(count).unwrap(), chaos: None }
}

fn client(host: &Host) -> Client {
    Client::new(&host.aws_config())
}

async fn settled(host: &Host) {
    tokio::time::timeout(Duration::from_secs(15), host.settled()).await.expect("nothing is left to do");
}

fn deliveries(host: &Host) -> Deliveries {
    host.deliveries()["reader"]
}

fn free(journal: &Journal) -> usize {
    journal.seen().iter().filter(|seen| seen.stream.starts_with("free")).count()
}

/// Writes one record that fails, then forty others.
async fn block(host: &Host, journal: &Journal) {
    journal.state.send_modify(|state| state.failing = Some("stuck"));
    write(&client(host), "stuck", 1, 0).await;
    for number in 0..40 {
        write(&client(host), &format!("free-{number}"), 1, 0).await;
    }
}

#[tokio::test]
async fn a_blocked_shard_holds_back_its_own_records_and_no_others() {
    let (host, journal) = start("blocked", shards(4), "").await;
    block(&host, &journal).await;
    journal.until(|state| state.seen.len() >= 20).await;
    assert!(!journal.streams().contains(&"stuck".to_owned()));
    journal.state.send_modify(|state| state.failing = None);
    settled(&host).await;
    assert_eq!(free(&journal), 40);
    let stuck = journal.seen().iter().position(|seen| seen.stream == "stuck").unwrap();
    assert!((20..40).contains(&stuck), "its own shard waited behind it: {stuck}");
    assert!(given_up(host.directory()).is_empty());
    host.stop().await;
}

#[tokio::test]
async fn the_one_shard_there_is_waits_behind_a_record_that_fails() {
    let (host, journal) = start("one-shard", shards(1), "            MaximumRetryAttempts: 2\n").await;
    block(&host, &journal).await;
    settled(&host).await;
    assert_eq!(free(&journal), 40 - given_up(host.directory())[0].1.len() + 1, "what came with it is given up with it");
    assert_eq!(given_up(host.directory())[0].0, "RetryAttemptsExhausted");
    assert_eq!(deliveries(&host).given_up, given_up(host.directory())[0].1.len() as u64);
    host.stop().await;
}

/// Twenty streams of five commits, written one after another while nothing is delivered, and then delivered.
async fn parallel(name: &str, mapping: &str, together: usize) -> usize {
    let (host, journal) = start(name, shards(1), mapping).await;
    host.pause("reader").await.unwrap();
    for version in 1..=5 {
        for stream in 0..20 {
            write(&client(&host), &format!("s-{stream}"), version, 0).await;
        }
    }
    journal.state.send_modify(|state| state.together = together);
    host.resume("reader").await.unwrap();
    settled(&host).await;
    let mut versions = BTreeMap::<String, Vec<u32>>::new();
    for seen in journal.seen() {
        versions.entry(seen.stream).or_default().push(seen.version);
    }
    assert_eq!(versions.len(), 20);
    assert!(versions.values().all(|versions| *versions == [1, 2, 3, 4, 5]), "{versions:?}");
    host.stop().await;
    journal.state.borrow().most
}

#[tokio::test]
async fn a_parallelization_factor_cuts_a_shard_and_keeps_each_keys_order() {
    assert_eq!(parallel("factor-1", "", 1).await, 1, "one batch at a time");
    let most = parallel("factor-10", "            ParallelizationFactor: 10\n", 3).await;
    assert!((3..=10).contains(&most), "{most}");
}

/// Every item is written five times. Returns the records that the function saw, and the counts.
async fn disturbed(seed: u64) -> (Vec<Seen>, Deliveries) {
    let longest_delay = Duration::from_millis(5);
    let chaos = Chaos { seed, repeated: 300, delayed: 300, longest_delay, mixed: 1000 };
    let streams = Streams { chaos: Some(chaos), ..shards(2) };
    let (host, journal) = start(&format!("chaos-{seed}"), streams, "").await;
    host.pause("reader").await.unwrap();
    for value in 1..=5 {
        for item in 0..20 {
            write(&client(&host), &format!("s-{}", item / 5), item % 5, value).await;
        }
    }
    host.resume("reader").await.unwrap();
    settled(&host).await;
    let deliveries = deliveries(&host);
    host.stop().await;
    (journal.seen(), deliveries)
}

#[tokio::test]
async fn chaos_repeats_and_mixes_up_but_keeps_the_order_of_each_item() {
    let mut repeated = 0;
    for seed in 0..5 {
        let (seen, deliveries) = disturbed(seed).await;
        let mut first = BTreeSet::new();
        let fresh: Vec<_> = seen.iter().filter(|seen| first.insert((*seen).clone())).collect();
        assert_eq!(fresh.len(), 100, "seed {seed}: nothing is lost");
        let mut items = BTreeMap::<_, Vec<u32>>::new();
        for seen in &fresh {
            items.entry((&seen.stream, seen.version)).or_default().push(seen.value);
        }
        assert!(items.values().all(|values| *values == [1, 2, 3, 4, 5]), "seed {seed}: {items:?}");
        let of_one: Vec<_> = fresh.iter().filter(|seen| seen.stream == "s-0").map(|seen| seen.value).collect();
        assert!(!of_one.is_sorted(), "seed {seed}: between the items of one stream there is no order");
        assert_eq!(deliveries.delivered, seen.len() as u64);
        assert_eq!(deliveries.repeated, (seen.len() - fresh.len()) as u64, "seed {seed}");
        repeated += deliveries.repeated;
    }
    assert!(repeated > 0, "some come again");
}

#[tokio::test]
async fn what_is_not_delivered_within_a_day_is_lost_and_nothing_else() {
    let (host, journal) = start("trimmed", shards(4), "").await;
    host.pause("reader").await.unwrap();
    for number in 0..10 {
        write(&client(&host), &format!("old-{number}"), 1, 0).await;
    }
    host.advance_clock(23 * HOUR).await;
    for number in 0..10 {
        write(&client(&host), &format!("young-{number}"), 1, 0).await;
    }
    host.advance_clock(2 * HOUR).await;
    host.resume("reader").await.unwrap();
    settled(&host).await;
    let young: Vec<_> = (0..10).map(|number| format!("young-{number}")).collect();
    assert_eq!(journal.streams(), young);
    assert_eq!(deliveries(&host), Deliveries { delivered: 10, trimmed: 10, ..Deliveries::default() });
    assert!(given_up(host.directory()).is_empty(), "no destination hears of them");
    host.stop().await;
}

#[tokio::test]
async fn what_fails_until_a_day_is_over_no_longer_holds_its_shard() {
    let (host, journal) = start("expired", shards(1), "").await;
    block(&host, &journal).await;
    host.advance_clock(25 * HOUR).await;
    write(&client(&host), "young", 1, 0).await;
    settled(&host).await;
    assert_eq!(journal.streams().last().map(String::as_str), Some("young"));
    assert!(deliveries(&host).trimmed > 0);
    host.stop().await;
}

#[tokio::test]
async fn records_past_the_mappings_age_go_whole_to_the_failure_destination() {
    let (host, journal) = start("aged", shards(1), "            MaximumRecordAgeInSeconds: 3600\n").await;
    host.pause("reader").await.unwrap();
    write(&client(&host), "old", 1, 0).await;
    host.advance_clock(2 * HOUR).await;
    write(&client(&host), "young", 1, 0).await;
    host.resume("reader").await.unwrap();
    settled(&host).await;
    assert_eq!(journal.streams(), ["young"]);
    assert_eq!(given_up(host.directory()), [("RecordAgeExceeded".to_owned(), vec!["old".to_owned()])]);
    host.stop().await;
}

#[tokio::test]
async fn a_paused_function_gets_nothing_and_everything_once_it_is_resumed() {
    let (host, journal) = start("paused", shards(4), "").await;
    host.pause("reader").await.unwrap();
    for number in 0..30 {
        write(&client(&host), &format!("s-{number:02}"), 1, 0).await;
    }
    settled(&host).await;
    assert_eq!(deliveries(&host), Deliveries::default());
    host.resume("reader").await.unwrap();
    settled(&host).await;
    assert_eq!(journal.streams(), (0..30).map(|number| format!("s-{number:02}")).collect::<Vec<_>>());
    assert_eq!(deliveries(&host).delivered, 30);
    let unknown = host.pause("nobody").await.unwrap_err();
    assert_eq!(unknown.to_string(), "the template names no function nobody");
    host.stop().await;
}

#[tokio::test]
async fn what_was_under_way_when_a_function_was_killed_comes_again() {
    let (host, journal) = start("killed", shards(1), "").await;
    journal.state.send_modify(|state| state.together = 2);
    write(&client(&host), "s", 1, 0).await;
    journal.until(|state| state.under_way == 1).await;
    let killed = tokio::time::timeout(Duration::from_secs(15), host.kill("reader")).await;
    killed.expect("it does not wait for the function").unwrap();
    journal.until(|state| state.under_way == 0).await;
    assert!(journal.seen().is_empty());
    journal.state.send_modify(|state| state.together = 1);
    host.resume("reader").await.unwrap();
    settled(&host).await;
    assert_eq!(journal.streams(), ["s"]);
    assert_eq!(deliveries(&host).delivered, 2, "the second time as a retry");
    host.stop().await;
}
