//! The keyring: one key for each owner for ever, remembered for a few minutes, and gone once it is destroyed.

use foldlog::seal::{Key, KeyError, KeyStore, KeyWrap, REMEMBERED, Standing, Wrapped};
use foldlog::{Clock, Keyring, Timestamp};
use foldlog_testing::contract;
use foldlog_testing::host::Noon;
use foldlog_testing::memory::{MemoryKeys, MemoryWrap};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

/// A store that counts what it is asked for.
#[derive(Default)]
struct Counting {
    keys: MemoryKeys,
    found: AtomicUsize,
    added: AtomicUsize,
}

impl KeyStore for &Counting {
    async fn find(&self, owner: &str) -> Result<Option<Standing>, KeyError> {
        self.found.fetch_add(1, Ordering::Relaxed);
        self.keys.find(owner).await
    }

    async fn add(&self, owner: &str, key: &Wrapped, until: Option<Timestamp>) -> Result<bool, KeyError> {
        self.added.fetch_add(1, Ordering::Relaxed);
        self.keys.add(owner, key, until).await
    }

    async fn destroy(&self, owner: &str, at: Timestamp) -> Result<(), KeyError> {
        self.keys.destroy(owner, at).await
    }
}

impl Counting {
    fn counts(&self) -> (usize, usize) {
        (self.found.load(Ordering::Relaxed), self.added.load(Ordering::Relaxed))
    }
}

/// A clock that a test moves.
struct Moved<'a>(&'a AtomicI64);

impl Clock for Moved<'_> {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, _: Duration) {}
}

fn wrap() -> MemoryWrap<Noon> {
    MemoryWrap { under: Key::new([7; 32]), host: Noon }
}

fn is_same(one: &Key, other: &Key) -> bool {
    one.mark(&["x"]) == other.mark(&["x"])
}

#[tokio::test]
async fn the_store_in_memory_keeps_the_contract() {
    contract::keys::every_rule(&MemoryKeys::default()).await;
}

#[tokio::test]
async fn an_owner_has_one_key_and_a_process_that_knows_it_asks_nobody() {
    let (store, time) = (Counting::default(), AtomicI64::new(0));
    let ring = Keyring::new(&store, wrap(), Moved(&time));
    assert!(ring.key("ada").await.unwrap().is_none());
    let made = ring.key_to_seal("ada", None).await.unwrap();
    let asked = store.counts();
    let known = ring.key("ada").await.unwrap().unwrap();
    assert!(is_same(&made.key, &known.key) && is_same(&made.key, &ring.key_to_seal("ada", None).await.unwrap().key));
    assert_eq!(store.counts(), asked, "what is known is not asked for");

    let elsewhere = Keyring::new(&store, wrap(), Moved(&time));
    assert!(is_same(&made.key, &elsewhere.key("ada").await.unwrap().unwrap().key));
    assert_eq!(store.counts(), (asked.0 + 1, asked.1), "one request");
}

#[tokio::test]
async fn a_destroyed_key_is_forgotten_everywhere_after_a_while_and_never_replaced() {
    let (store, time) = (Counting::default(), AtomicI64::new(0));
    let [here, elsewhere] = [(); 2].map(|()| Keyring::new(&store, wrap(), Moved(&time)));
    here.key_to_seal("ada", None).await.unwrap();
    elsewhere.key("ada").await.unwrap().unwrap();
    here.destroy("ada").await.unwrap();
    assert!(here.key("ada").await.unwrap().is_none());
    assert!(elsewhere.key("ada").await.unwrap().is_some(), "it remembers the key");
    time.store(i64::try_from(REMEMBERED.as_millis()).unwrap(), Ordering::Relaxed);
    assert!(elsewhere.key("ada").await.unwrap().is_none());
    for ring in [&here, &elsewhere] {
        assert_eq!(ring.key_to_seal("ada", None).await.unwrap_err(), KeyError::Erased("ada".to_owned()));
    }
}

#[tokio::test]
async fn a_key_of_another_owner_does_not_unwrap() {
    let store = Counting::default();
    let (_, of_bob) = wrap().make("bob").await.unwrap();
    (&store).add("ada", &of_bob, None).await.unwrap();
    let ring = Keyring::new(&store, wrap(), Noon);
    assert_eq!(ring.key("ada").await.unwrap_err(), KeyError::Damaged("ada".to_owned()));
}
