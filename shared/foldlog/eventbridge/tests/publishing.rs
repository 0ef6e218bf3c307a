//! The bus on the real client, whose connector answers each request in the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::http::{HttpRequest, HttpResponse};
use aws_sdk_eventbridge::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use foldlog::hash::{Digest, Hash};
use foldlog::react::bus::{Bus, BusEntry, Publication};
use foldlog::{Actor, CommandId, Commit, Correlation, EventMessage, Events, Timestamp, Version};
use foldlog_eventbridge::{EventBridgeBus, LARGEST_DETAIL_BYTES};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

const GOLDEN: &str = include_str!("golden/entry.json");

/// Records every request's entries and answers it: with the next prepared answer, or by taking all entries.
#[derive(Clone, Debug, Default)]
struct Recorder {
    requests: Arc<Mutex<Vec<Vec<Value>>>>,
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert_eq!(request.headers().get("x-amz-target"), Some("AWSEvents.PutEvents"));
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let entries = body.get("Entries").and_then(Value::as_array).unwrap().clone();
        let all = json!({ "FailedEntryCount": 0, "Entries": vec![json!({ "EventId": "e" }); entries.len()] });
        self.requests.lock().unwrap().push(entries);
        let (status, answer) = self.answers.lock().unwrap().pop_front().unwrap_or((200, all));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), answer.to_string().into())))
    }
}

impl Recorder {
    fn bus(&self) -> EventBridgeBus {
        let connector = SharedHttpConnector::new(self.clone());
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .http_client(http_client_fn(move |_, _| connector.clone()));
        EventBridgeBus::new(Client::from_conf(config.build()), "events")
    }

    /// The next request gets this answer: an error code for each entry that is rejected.
    fn answer(&self, codes: &[Option<&str>]) {
        let result = |code: Option<&str>| match code {
            Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "because" }),
            None => json!({ "EventId": "e" }),
        };
        let entries: Vec<_> = codes.iter().copied().map(result).collect();
        self.answers.lock().unwrap().push_back((200, json!({ "FailedEntryCount": 1, "Entries": entries })));
    }

    /// The next request is denied as a whole.
    fn deny(&self) {
        let denied = json!({ "__type": "AccessDeniedException", "message": "not you" });
        self.answers.lock().unwrap().push_back((400, denied));
    }

    /// The details of each request.
    fn details(&self) -> Vec<Vec<EventMessage>> {
        let detail = |entry: &Value| serde_json::from_str(entry.get("Detail").unwrap().as_str().unwrap()).unwrap();
        self.requests.lock().unwrap().iter().map(|entries| entries.iter().map(detail).collect()).collect()
    }

    /// The ids of the events of each request.
    fn events(&self) -> Vec<Vec<String>> {
        let ids = |messages: Vec<EventMessage>| messages.iter().map(|message| message.id.to_string()).collect();
        self.details().into_iter().map(ids).collect()
    }
}

/// The entries of one commit with an event for each of these texts.
fn entries(texts: &[&str]) -> Vec<BusEntry> {
    Publication { system: "shop".to_owned(), ..Publication::default() }.entries(&commit(texts)).unwrap()
}

fn commit(texts: &[&str]) -> Commit {
    let events: Vec<_> =
        texts.iter().map(|text| json!({ "schema": 1, "type": "Noted", "data": { "text": text } })).collect();
    Commit {
        stream: "cart-0195f1c2a7b37c5d8e9f001122334455".parse().unwrap(),
        version: Version(3),
        events: Events::parse(serde_json::to_string(&events).unwrap()).unwrap(),
        id: CommandId::of_key(["alice", "POST", "/notes", "k1"]),
        digest: Digest([1; 32]),
        committed_at: Timestamp(1_763_718_723_045),
        correlation: Correlation { id: "0195f1c2a7b37000800000000000000a".to_owned(), client: Some("mine".to_owned()) },
        causation: Some("order-0195f1c2a7b37c5d8e9f001122334455@1".parse().unwrap()),
        actor: Actor("4f1d3a5b7c9e0f1a2b3c4d5e6f708192".to_owned()),
        snapshot: None,
        hash: Hash::ORIGIN,
    }
}

fn ids(versions: impl IntoIterator<Item = u64>) -> Vec<String> {
    versions.into_iter().map(|version| format!("cart-0195f1c2a7b37c5d8e9f001122334455@{version}")).collect()
}

#[tokio::test]
async fn the_entry_of_an_event_is_frozen() {
    let recorder = Recorder::default();
    recorder.bus().publish(&entries(&["a \"quoted\" ü", "b"])).await.unwrap();
    let sent = recorder.requests.lock().unwrap().first().unwrap().first().unwrap().clone();
    assert_eq!(sent, serde_json::from_str::<Value>(GOLDEN).unwrap());
}

#[tokio::test]
async fn many_entries_go_in_order_in_requests_of_ten() {
    let recorder = Recorder::default();
    recorder.bus().publish(&entries(&["x"; 23])).await.unwrap();
    assert_eq!(recorder.events(), [ids(3..13), ids(13..23), ids(23..26)]);
}

#[tokio::test]
async fn nothing_to_publish_sends_nothing() {
    let recorder = Recorder::default();
    recorder.bus().publish(&[]).await.unwrap();
    assert!(recorder.events().is_empty());
}

#[tokio::test]
async fn only_what_was_not_taken_is_sent_again() {
    let recorder = Recorder::default();
    recorder.answer(&[None, Some("ThrottlingException"), None, Some("InternalFailure")]);
    recorder.answer(&[Some("InternalFailure"), None]);
    recorder.bus().publish(&entries(&["x"; 4])).await.unwrap();
    assert_eq!(recorder.events(), [ids(3..7), ids([4, 6]), ids([4])]);
}

#[tokio::test]
async fn an_entry_without_a_result_is_sent_again() {
    let recorder = Recorder::default();
    recorder.answer(&[None]);
    recorder.bus().publish(&entries(&["x"; 2])).await.unwrap();
    assert_eq!(recorder.events(), [ids(3..5), ids([4])]);
}

#[tokio::test]
async fn what_is_never_taken_is_an_error_that_names_the_event_and_the_reason() {
    let recorder = Recorder::default();
    recorder.answer(&[None, Some("InternalFailure")]);
    for _ in 0..4 {
        recorder.answer(&[Some("InternalFailure")]);
    }
    let error = recorder.bus().publish(&entries(&["x"; 2])).await.unwrap_err().to_string();
    assert!(error.contains("@4: InternalFailure because"), "{error}");
    assert_eq!(recorder.events().len(), 5);
}

#[tokio::test]
async fn a_request_that_is_denied_is_an_error_at_once() {
    let recorder = Recorder::default();
    recorder.deny();
    let error = recorder.bus().publish(&entries(&["x"])).await.unwrap_err().to_string();
    assert!(error.contains("AccessDeniedException"), "{error}");
    assert_eq!(recorder.events().len(), 1);
}

#[tokio::test]
async fn an_event_too_large_for_an_entry_goes_as_a_reference_that_its_commit_completes() {
    let recorder = Recorder::default();
    let large = "x".repeat(LARGEST_DETAIL_BYTES);
    let all = entries(&["a", &large, "c"]);
    recorder.bus().publish(&all).await.unwrap();
    assert_eq!(recorder.events(), [ids(3..6)]);
    let sent = recorder.details().into_iter().flatten().collect::<Vec<_>>();
    let with_payload: Vec<_> = sent.iter().map(|message| message.data.is_some()).collect();
    assert_eq!(with_payload, [true, false, true]);
    let reference = sent.into_iter().nth(1).unwrap();
    let whole = reference.completed(&commit(&["a", &large, "c"])).unwrap();
    assert_eq!(serde_json::to_value(&whole).unwrap(), serde_json::to_value(&all[1].detail).unwrap());
    assert_eq!(whole.metadata("a", "s").digest, all[1].detail.metadata("a", "s").digest);
}

#[tokio::test]
async fn a_failure_tells_up_to_where_everything_was_published() {
    let recorder = Recorder::default();
    recorder.answer(&[None; 10]);
    let mut third_fails = [None; 10];
    third_fails[2] = Some("InternalFailure");
    recorder.answer(&third_fails);
    for _ in 0..4 {
        recorder.answer(&[Some("InternalFailure")]);
    }
    let error = recorder.bus().publish(&entries(&["x"; 23])).await.unwrap_err();
    assert_eq!((error.first, recorder.events().len()), (12, 6), "nothing behind the second request is tried");
    let recorder = Recorder::default();
    recorder.answer(&[None; 10]);
    recorder.deny();
    assert_eq!(recorder.bus().publish(&entries(&["x"; 23])).await.unwrap_err().first, 10);
}

#[tokio::test]
async fn large_entries_are_spread_over_requests() {
    let recorder = Recorder::default();
    let large = "x".repeat(100_000);
    recorder.bus().publish(&entries(&[large.as_str(); 5])).await.unwrap();
    assert_eq!(recorder.events(), [ids([3, 4]), ids([5, 6]), ids([7])]);
}
