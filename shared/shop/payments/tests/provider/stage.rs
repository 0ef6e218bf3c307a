//! Shared parts of the tests.

use foldlog::{Clock, Timestamp};
use iso_currency::Currency;
use shop_domain::values::Money;
use shop_payments::server::{Options, Server};
use shop_payments::{Connection, HttpProvider, Patience, Reference, Secret};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// When the tests' clock starts.
pub(crate) const START: Timestamp = Timestamp(1_763_718_723_045);

/// A sleeper who wants to sleep for longer is not there yet when the test ends.
const LONGEST: Duration = Duration::from_hours(1);

/// A clock that only sleepers move, and at once.
#[derive(Clone, Debug)]
pub(crate) struct Hurried(Arc<AtomicI64>);

impl Default for Hurried {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START.0)))
    }
}

impl Hurried {
    /// Returns when no other task waits for this clock any longer.
    pub(crate) async fn alone(&self) {
        let alone = async {
            while Arc::strong_count(&self.0) > 1 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), alone).await.unwrap();
    }
}

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        if duration > LONGEST {
            return std::future::pending().await;
        }
        self.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

pub(crate) fn key() -> Secret {
    "the-key-of-the-shop".parse().unwrap()
}

pub(crate) fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

pub(crate) fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

/// A provider without webhooks.
pub(crate) async fn server() -> Server {
    Server::start(options()).await.unwrap()
}

pub(crate) fn options() -> Options {
    Options { listen: "127.0.0.1:0".parse().unwrap(), key: key(), books: None }
}

/// As the shop asks a provider at an address.
pub(crate) fn client(address: &str) -> HttpProvider {
    client_with(address, &key(), Patience::default())
}

pub(crate) fn client_with(address: &str, key: &Secret, patience: Patience) -> HttpProvider {
    Connection::new(address, patience).unwrap().with_key(key)
}
