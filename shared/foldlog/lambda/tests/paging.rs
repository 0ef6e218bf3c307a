//! The pages of a list: what a cursor is good for, how long, and what is asked for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use foldlog::seal::{Key, KeyError, KeyStore, KeyWrap, Standing, Wrapped};
use foldlog::{Clock, Keyring, Randomness, Timestamp};
use foldlog_lambda::http::Page;
use foldlog_lambda::http::cursor::LIFETIME;
use foldlog_lambda::{Http, HttpHandler, Invoke, Problem, Request, Response};
use foldlog_testing::memory::MemoryKeys;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// A host whose clock a test moves. Its bits are a counter's.
#[derive(Clone, Default)]
struct Moved {
    time: Arc<AtomicI64>,
    bits: Arc<AtomicU64>,
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp(self.time.load(Ordering::Relaxed))
    }

    async fn sleep(&self, _: Duration) {}
}

impl Randomness for Moved {
    fn bits(&self) -> u128 {
        self.bits.fetch_add(1, Ordering::Relaxed).into()
    }
}

/// Keys in memory that count what they are asked for. They are wrapped in nothing.
#[derive(Clone, Default)]
struct Counting {
    keys: MemoryKeys,
    asked: Arc<AtomicU64>,
}

impl Counting {
    fn count(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }
}

impl KeyStore for Counting {
    async fn find(&self, owner: &str) -> Result<Option<Standing>, KeyError> {
        self.count();
        self.keys.find(owner).await
    }

    async fn add(&self, owner: &str, key: &Wrapped, until: Option<Timestamp>) -> Result<bool, KeyError> {
        self.count();
        self.keys.add(owner, key, until).await
    }

    async fn destroy(&self, owner: &str, at: Timestamp) -> Result<(), KeyError> {
        self.keys.destroy(owner, at).await
    }
}

impl KeyWrap for Counting {
    async fn make(&self, _: &str) -> Result<(Key, Wrapped), KeyError> {
        self.count();
        Ok((Key::new([7; 32]), Wrapped(vec![7; 32])))
    }

    async fn unwrap(&self, owner: &str, key: &Wrapped) -> Result<Key, KeyError> {
        self.count();
        let bytes = key.0.clone().try_into();
        bytes.map(Key::new).map_err(|_| KeyError::Damaged(owner.to_owned()))
    }
}

/// Lists the numbers from 0 to 9, two or more at a time.
struct Numbers(Keyring<Counting, Counting, Moved>);

impl HttpHandler for Numbers {
    const PROBLEM_NAMESPACE: &'static str = "urn:example:problem:";

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let page = Page::of(request, "/numbers", &self.0).await?;
        let from = page.from.as_deref().map_or(0, |last| last.parse::<u8>().unwrap() + 1);
        let found = (from..10).take(page.limit + 1).collect();
        let (items, next) = page.cut(found, u8::to_string, &self.0).await?;
        Response::json(StatusCode::OK, &json!({ "items": items, "next": next }))
    }
}

/// The list, and what it stands on.
struct Ground {
    list: Http<Numbers, Moved>,
    keys: Counting,
    host: Moved,
}

impl Ground {
    fn new(keys: Counting, host: Moved) -> Self {
        let numbers = Numbers(Keyring::new(keys.clone(), keys.clone(), host.clone()));
        Self { list: Http(numbers, host.clone()), keys, host }
    }

    /// The answer to a link, and how often it asked for keys.
    async fn get(&self, link: &str) -> (Value, u64) {
        let before = self.keys.asked.load(Ordering::Relaxed);
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let event = json!({
            "version": "2.0", "routeKey": "GET /numbers", "rawPath": "/numbers", "rawQueryString": query, "headers": {},
            "requestContext": {"http": {"method": "GET", "path": "/numbers"}}, "isBase64Encoded": false
        });
        let answer = self.list.invoke(event).await.unwrap();
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        (body, self.keys.asked.load(Ordering::Relaxed) - before)
    }

    async fn refused(&self, link: &str) -> (String, u64) {
        let (answer, asked) = self.get(link).await;
        assert_eq!(answer["status"], 422, "{answer}");
        (answer["detail"].as_str().unwrap().to_owned(), asked)
    }
}

#[tokio::test]
async fn pages_follow_one_another_and_only_links_need_a_key() {
    let ground = Ground::new(Counting::default(), Moved::default());
    assert_eq!(ground.get("?limit=10").await.1, 0, "one page is all");
    let (first, asked) = ground.get("?limit=4&of=a%26b%3Dc").await;
    assert_eq!((&first["items"], asked), (&json!([0, 1, 2, 3]), 3), "looked for, made and added");
    let mut link = first["next"].as_str().unwrap().to_owned();
    for items in [json!([4, 5, 6, 7]), json!([8, 9])] {
        let (page, asked) = ground.get(&link).await;
        assert_eq!((&page["items"], asked), (&items, 0), "the key is known");
        page["next"].as_str().unwrap_or_default().clone_into(&mut link);
    }
    assert_eq!(link, "", "no page follows the last one");
    let elsewhere = Ground::new(ground.keys, ground.host);
    let (page, asked) = elsewhere.get(first["next"].as_str().unwrap()).await;
    assert_eq!((&page["items"], asked), (&json!([4, 5, 6, 7]), 2), "another process finds and unwraps the key");
}

#[tokio::test]
async fn a_cursor_is_good_for_a_day() {
    let ground = Ground::new(Counting::default(), Moved::default());
    let first = ground.get("?limit=4").await.0;
    let link = first["next"].as_str().unwrap();
    let lifetime = i64::try_from(LIFETIME.as_millis()).unwrap();
    ground.host.time.store(lifetime - 1, Ordering::Relaxed);
    assert_eq!(ground.get(link).await.0["items"], json!([4, 5, 6, 7]));
    ground.host.time.store(lifetime, Ordering::Relaxed);
    assert_eq!(ground.refused(link).await, ("cursor: has expired; begin again without it".to_owned(), 0));
}

#[tokio::test]
async fn before_the_first_key_every_cursor_is_refused() {
    let elsewhere = Ground::new(Counting::default(), Moved::default());
    let foreign = elsewhere.get("?limit=4").await.0;
    let ground = Ground::new(Counting::default(), Moved::default());
    let (detail, asked) = ground.refused(foreign["next"].as_str().unwrap()).await;
    assert_eq!((&*detail, asked), ("cursor: is not one of this list; begin again without it", 1));
    for shapeless in ["", "x", "%00", "AAAA", "eyJmcm9tIjoi%3D", &"A".repeat(2_049)] {
        assert_eq!(ground.refused(&format!("?cursor={shapeless}")).await.1, 0, "{shapeless}");
    }
}
