//! Appending to `DynamoDB`: lost answers, items that do not fit, stores that do not answer.

use crate::store::Store;
use foldlog::{AppendError, EventLog, LogError, LogScan, Version};
use foldlog_dynamo::Log;
use foldlog_dynamo::item::item_of;
use foldlog_dynamo::size::{LARGEST_ITEM_BYTES, item_size_bytes};
use foldlog_testing::sample::commits::{current, draft, note_each, stream, texts};

#[tokio::test]
async fn an_append_whose_answer_was_lost_is_found_again() {
    let store = Store::new();
    let log = store.log().await;
    let history = note_each(&log, &stream("note-1"), &["first"]).await;
    let before = store.line.sent();
    store.line.lose(1);
    let commit = log.append(history.head(), draft("again", &["x"])).await.unwrap();
    assert_eq!(store.line.sent() - before, 2, "the client tried twice and read nothing");
    let after = current(&log, &stream("note-1")).await;
    assert_eq!((texts(&after), after.commits().last()), (vec!["first".to_owned(), "x".to_owned()], Some(&commit)));
}

#[tokio::test]
async fn an_append_that_nobody_answers_is_of_unknown_outcome_until_it_is_repeated() {
    let store = Store::new();
    let log = store.log().await;
    let history = note_each(&log, &stream("note-1"), &["first"]).await;
    store.line.lose(3);
    let unknown = log.append(history.head(), draft("again", &["x"])).await;
    assert!(matches!(unknown, Err(AppendError::Log(LogError::Unavailable(_)))), "{unknown:?}");
    let commit = log.append(history.head(), draft("again", &["x"])).await.unwrap();
    assert_eq!(current(&log, &stream("note-1")).await.commits().last(), Some(&commit));
    assert_eq!(commit.version, Version(2));
}

#[tokio::test]
async fn the_largest_item_fits_and_one_byte_more_is_never_sent() {
    let store = Store::new();
    let log = store.log().await;
    let name = stream("note-1");
    let origin = current(&log, &name).await;
    let empty = item_size_bytes(&item_of(&origin.head().seal(draft("large", &[""]))).unwrap());
    let fits = "x".repeat(LARGEST_ITEM_BYTES - empty);

    let before = store.line.sent();
    let refused = log.append(origin.head(), draft("large", &[&format!("{fits}x")])).await;
    let Err(AppendError::TooLarge { size_bytes, limit_bytes }) = refused else { panic!("{refused:?}") };
    assert_eq!((size_bytes, limit_bytes), (409_601, 409_600));
    assert_eq!(store.line.sent(), before);
    assert!(current(&log, &name).await.commits().is_empty());

    log.append(origin.head(), draft("large", &[&fits])).await.unwrap();
    assert_eq!(texts(&current(&log, &name).await), [fits]);
}

#[tokio::test]
async fn a_log_without_its_table_is_denied() {
    let log = Log::new(Store::new().client, "nowhere");
    let history = current(&Store::new().log().await, &stream("note-1")).await;
    let denied = log.append(history.head(), draft("one", &["x"])).await;
    assert!(matches!(denied, Err(AppendError::Log(LogError::Denied(_)))), "{denied:?}");
    let denied = log.since(&stream("note-1"), Version::NONE).await;
    assert!(matches!(denied, Err(LogError::Denied(_))), "{denied:?}");
}

#[tokio::test]
async fn a_store_that_does_not_listen_is_unavailable() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let log = Log::new(Store::at(closed).client, "table");
    let unavailable = log.since(&stream("note-1"), Version::NONE).await;
    assert!(matches!(unavailable, Err(LogError::Unavailable(_))), "{unavailable:?}");
    let unavailable = log.heads().await;
    assert!(matches!(unavailable, Err(LogError::Unavailable(_))), "{unavailable:?}");
}
