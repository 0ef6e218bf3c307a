//! The log with markers: the append recognises a reaction, however many commits lie in between.

use crate::contract::reactions::a_reaction_is_recognised;
use crate::store::Store;
use foldlog::{AppendError, EventLog};
use foldlog_testing::sample::commits::{NOW, current, effect, stream};

#[tokio::test]
async fn on_dynamodb() {
    a_reaction_is_recognised(&Store::new().marked_log().await).await;
}

#[tokio::test]
async fn a_reaction_is_one_request_whose_lost_answer_is_found_again() {
    let store = Store::new();
    let log = store.marked_log().await;
    let name = stream("note-1");
    let head = current(&log, &name).await;
    let before = store.line.sent();
    log.append(head.head(), effect("one", NOW)).await.unwrap();
    assert_eq!(store.line.sent() - before, 1);

    // The client sends it again by itself, under its first token; or another writer does, under another token.
    let head = current(&log, &name).await;
    store.line.lose(1);
    let commit = log.append(head.head(), effect("two", NOW)).await.unwrap();
    assert_eq!(log.append(head.head(), effect("two", NOW)).await.unwrap(), commit);
    let lost = log.append(head.head(), effect("three", NOW)).await;
    assert!(matches!(lost, Err(AppendError::Conflict)), "{lost:?}");
    assert_eq!(current(&log, &name).await.commits().len(), 2);
}
