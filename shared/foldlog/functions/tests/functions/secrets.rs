//! A secret that changes while a function runs.

use foldlog::{Clock, Timestamp};
use foldlog_functions::secrets::{Secret, Secrets};
use foldlog_lambda::Error;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What is kept, and how often it was read.
#[derive(Clone, Default)]
struct Kept {
    values: Arc<Mutex<Vec<String>>>,
    reads: Arc<AtomicUsize>,
}

impl Secrets for Kept {
    async fn values(&self, _: &str) -> Result<Vec<String>, Error> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.values.lock().unwrap().clone())
    }
}

#[derive(Clone, Default)]
struct Watch(Arc<AtomicI64>);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, _: Duration) {}
}

fn of(values: &[u32]) -> (Kept, Watch, Secret<u32, Kept, Watch>) {
    let (kept, watch) = (Kept::default(), Watch::default());
    *kept.values.lock().unwrap() = values.iter().map(ToString::to_string).collect();
    (kept.clone(), watch.clone(), Secret::new(kept, watch, "key"))
}

#[tokio::test]
async fn it_is_read_once_and_again_when_it_was_not_accepted_but_not_within_a_minute() {
    let (kept, watch, secret) = of(&[1]);
    assert_eq!((&*secret.values().await.unwrap(), &*secret.values().await.unwrap()), (&[1][..], &[1][..]));
    *kept.values.lock().unwrap() = vec!["2".to_owned(), "1".to_owned()];
    assert!(secret.newer().await.unwrap().is_none(), "it was read a moment ago");
    watch.0.store(60_000, Ordering::Relaxed);
    assert_eq!(secret.newer().await.unwrap().as_deref(), Some(&[2, 1][..]));
    assert!(secret.newer().await.unwrap().is_none(), "however often somebody signs with something else");
    assert_eq!((&*secret.values().await.unwrap(), kept.reads.load(Ordering::Relaxed)), (&[2, 1][..], 2));
}

#[tokio::test]
async fn a_value_that_cannot_be_used_is_an_error_and_what_was_known_holds() {
    let (kept, watch, secret) = of(&[1]);
    let _ = secret.values().await.unwrap();
    watch.0.store(60_000, Ordering::Relaxed);
    *kept.values.lock().unwrap() = vec!["x".to_owned()];
    assert!(secret.newer().await.is_err());
    assert_eq!(&*secret.values().await.unwrap(), &[1][..]);
    let (_, _, none) = of(&[]);
    assert_eq!(none.values().await.unwrap_err().to_string(), "the secret key has no value");
}
