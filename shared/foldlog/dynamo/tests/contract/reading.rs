//! Reading items from `DynamoDB` that are not a log: an error names the position, and nothing is skipped.

use crate::store::Store;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::write::chain::{Broken, Tampering, Witness};
use foldlog::{ChainError, Consistency, EventLog, LogError, LogScan, Version, verify_chain};
use foldlog_dynamo::Log;
use foldlog_testing::sample::commits::{note_each, reading, stream};

/// A log of three commits and its table.
async fn three(store: &Store) -> (Log, String) {
    let table = store.log_table().await;
    let log = Log::new(store.client.clone(), &table);
    note_each(&log, &stream("note-1"), &["one", "two", "three"]).await;
    (log, table)
}

fn corrupt_at<T: std::fmt::Debug>(read: Result<T, LogError>) -> Version {
    match read {
        Err(LogError::Corrupt { stream: at, version, .. }) if at == stream("note-1") => version,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_missing_commit_is_noticed() {
    let store = Store::new();
    let (log, table) = three(&store).await;
    let delete = store.client.delete_item().table_name(&table);
    let delete = delete.key("stream", AttributeValue::S("note-1".to_owned()));
    delete.key("version", AttributeValue::N("2".to_owned())).send().await.unwrap();
    assert_eq!(corrupt_at(log.load(&stream("note-1"), reading(Consistency::Strong)).await), Version(2));
    assert_eq!(corrupt_at(log.since(&stream("note-1"), Version(1)).await), Version(2));
    assert_eq!(log.since(&stream("note-1"), Version(2)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_item_that_is_no_commit_is_named() {
    let store = Store::new();
    let (log, table) = three(&store).await;
    let put = store.client.put_item().table_name(&table);
    let put = put.item("stream", AttributeValue::S("note-1".to_owned()));
    put.item("version", AttributeValue::N("4".to_owned())).send().await.unwrap();
    assert_eq!(corrupt_at(log.load(&stream("note-1"), reading(Consistency::Eventual)).await), Version(4));
    assert_eq!(log.heads().await.unwrap(), [(stream("note-1"), Version(4))], "the others are found all the same");
}

#[tokio::test]
async fn reads_are_as_consistent_as_was_asked() {
    let store = Store::new();
    let (log, _) = three(&store).await;
    for (consistency, strong) in [(Consistency::Eventual, false), (Consistency::Strong, true)] {
        log.load(&stream("note-1"), reading(consistency)).await.unwrap();
        assert_eq!(store.line.was_consistent(), strong);
    }
    log.load(&stream("note-1"), reading(Consistency::Eventual)).await.unwrap();
    log.since(&stream("note-1"), Version(1)).await.unwrap();
    assert!(store.line.was_consistent());
    log.load(&stream("note-1"), reading(Consistency::Eventual)).await.unwrap();
    log.heads().await.unwrap();
    assert!(store.line.was_consistent());
}

/// The version at which the chain of `note-1` breaks.
async fn broken_at(log: &Log, witnesses: &[Witness]) -> (Version, Tampering) {
    match verify_chain(log, &stream("note-1"), witnesses).await {
        Err(ChainError::Broken(Broken { version, tampering, .. })) => (version, tampering),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_done_to_a_stream_s_items_is_named() {
    let store = Store::new();
    let (log, table) = three(&store).await;
    let key = |version: u64| {
        [("stream", AttributeValue::S("note-1".to_owned())), ("version", AttributeValue::N(version.to_string()))]
            .map(|(name, value)| (name.to_owned(), value))
    };
    let update = |version, text: &str| {
        let update = store.client.update_item().table_name(&table).set_key(Some(key(version).into()));
        let update = update.update_expression("SET actor = :actor");
        update.expression_attribute_values(":actor", AttributeValue::S(text.to_owned())).send()
    };
    update(2, "mallory").await.unwrap();
    assert_eq!(broken_at(&log, &[]).await, (Version(2), Tampering::Changed));
    update(2, "alice").await.unwrap();
    let chain = verify_chain(&log, &stream("note-1"), &[]).await.unwrap();
    assert_eq!(chain.version(), Version(3));
    let witness = Witness { version: chain.version(), hash: chain.hash() };

    let delete = async |version| {
        let delete = store.client.delete_item().table_name(&table).set_key(Some(key(version).into()));
        delete.send().await.unwrap();
    };
    delete(3).await;
    assert_eq!(broken_at(&log, &[witness]).await, (Version(3), Tampering::Removed), "somebody had seen it");
    delete(1).await;
    assert_eq!(broken_at(&log, &[]).await, (Version(1), Tampering::Removed));
    let put = store.client.put_item().table_name(&table).set_item(Some(key(1).into()));
    put.send().await.unwrap();
    assert!(matches!(broken_at(&log, &[]).await, (Version(1), Tampering::Unreadable(_))));
}
