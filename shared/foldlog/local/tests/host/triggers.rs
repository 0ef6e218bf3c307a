//! From a request over the stream, the bus and the queue to the last function, with everything that can fail on the
//! way.

use crate::support::{host, options, seen, write};
use foldlog_local::{Host, Options, Storage, Streams};
use serde_json::Value;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;

/// The keys of the records that the stream mapping gave up on, one list a file.
fn given_up(directory: &Path) -> Vec<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![directory.join("failures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    let keys = |file: &std::path::PathBuf| {
        let record: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(record["requestContext"]["condition"], "RetryAttemptsExhausted");
        let payload: Value = serde_json::from_str(record["payload"].as_str().unwrap()).unwrap();
        let records = payload["Records"].as_array().unwrap().clone();
        assert_eq!(record["DDBStreamBatchInfo"]["batchSize"], records.len());
        records.iter().map(|record| record["dynamodb"]["Keys"]["key"]["S"].as_str().unwrap().to_owned()).collect()
    };
    let mut all: Vec<Vec<String>> = files.iter().map(keys).collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_write_reaches_the_last_function_before_the_host_is_settled() {
    let host = host().await;
    assert_eq!(write(&host, "good-1", "x").await, 201);
    assert_eq!(write(&host, "quiet-1", "x").await, 201);
    host.settled().await;
    let seen = seen(&host).await;
    assert_eq!(seen.get("good-1").map(String::as_str), Some("1"), "received once");
    assert!(!seen.contains_key("quiet-1"), "the rule's pattern does not match it");
    assert_eq!(seen.get("daily").map(String::as_str), Some(r#"{"why":"daily"}"#), "fired once at the start");
    let requests = host.requests();
    let count = |function: &str, operation: &str| requests.get(&(function.to_owned(), operation.to_owned())).copied();
    assert_eq!(count("front", "PutItem"), Some(2));
    assert_eq!(count("reader", "PutEvents"), Some(2));
    assert_eq!(count("worker", "PutItem"), Some(1));
    host.stop().await;
}

#[tokio::test]
async fn a_message_that_fails_comes_again_and_ends_among_the_dead_letters() {
    let host = host().await;
    for id in ["doomed-1", "second-1", "good-1"] {
        assert_eq!(write(&host, id, "x").await, 201);
    }
    host.settled().await;
    let seen = seen(&host).await;
    assert_eq!(seen.get("second-1").map(String::as_str), Some("2"), "received a second time");
    assert_eq!(seen.get("good-1").map(String::as_str), Some("1"), "its batch's failures are not its own");
    assert!(!seen.contains_key("doomed-1"));
    assert_eq!(host.dead_letters(), BTreeMap::from([("WorkDead".to_owned(), 1)]));
    host.stop().await;
}

#[tokio::test]
async fn a_reported_record_is_given_up_whole_and_those_after_it_go_on() {
    let host = host().await;
    for id in ["good-1", "poison-1"] {
        assert_eq!(write(&host, id, "x").await, 201);
    }
    host.settled().await;
    assert_eq!(given_up(host.directory()), [["poison-1"]]);
    assert_eq!(write(&host, "good-2", "x").await, 201);
    host.settled().await;
    let seen = seen(&host).await;
    assert!(seen.contains_key("good-1") && seen.contains_key("good-2"));
    host.stop().await;
}

#[tokio::test]
async fn a_crash_is_bisected_down_to_its_record() {
    let streams = Streams { shards: NonZeroU32::MIN, ..Streams::default() };
    let host = Host::start(Options { streams, ..options(Storage::Temporary) }).await.unwrap();
    let config = host.aws_config();
    let client = aws_sdk_dynamodb::Client::new(&config);
    let mut transaction = client.transact_write_items();
    for key in ["good-1", "good-2", "crash-1", "good-3", "good-4"] {
        let value = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
        let put = aws_sdk_dynamodb::types::Put::builder().table_name("local-Items").item("key", value(key));
        let put = put.item("value", value("x")).build().unwrap();
        transaction =
            transaction.transact_items(aws_sdk_dynamodb::types::TransactWriteItem::builder().put(put).build());
    }
    transaction.send().await.unwrap();
    host.settled().await;
    assert_eq!(given_up(host.directory()), [["crash-1"]]);
    let good = seen(&host).await.into_keys().filter(|key| key.starts_with("good")).count();
    assert_eq!(good, 4);
    host.stop().await;
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart_and_is_not_delivered_again() {
    let directory = tempfile::tempdir().unwrap();
    let storage = || Storage::Directory(directory.path().to_owned());
    let host = Host::start(options(storage())).await.unwrap();
    assert_eq!(write(&host, "good-1", "x").await, 201);
    host.settled().await;
    let busy = Host::start(options(storage())).await.err().unwrap();
    assert!(busy.to_string().contains("another process"), "{busy}");
    let token = host.token("a", &["items/write"]).unwrap();
    host.stop().await;

    let host = Host::start(options(storage())).await.unwrap();
    assert_eq!(write(&host, "good-2", "x").await, 201);
    host.settled().await;
    let seen = seen(&host).await;
    assert!(seen.contains_key("good-1") && seen.contains_key("good-2"));
    let published = host.requests().get(&("reader".to_owned(), "PutEvents".to_owned())).copied();
    assert_eq!(published, Some(1), "only what was written after the restart");
    let url = format!("{}/items/good-3", host.url());
    let answer = reqwest::Client::new().post(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 201, "the signing key was kept");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_at_once_lose_nothing() {
    let host = std::sync::Arc::new(host().await);
    let clients = (0..8).map(|client| {
        let host = std::sync::Arc::clone(&host);
        tokio::spawn(async move {
            for number in 0..20 {
                let kind = if number % 5 == 0 { "second" } else { "good" };
                assert_eq!(write(&host, &format!("{kind}-{client}-{number}"), "x").await, 201);
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    host.settled().await;
    let seen = seen(&host).await;
    let received = |times: &str| seen.iter().filter(|(key, count)| *key != "daily" && *count == times).count();
    assert_eq!((received("1"), received("2"), seen.len()), (128, 32, 161));
    std::sync::Arc::into_inner(host).unwrap().stop().await;
}
