//! Lost hints: the re-check repeats them, and the order comes to its end all the same.

use crate::shop::{cart, product, stock};
use foldlog_aws::OnAws;
use foldlog_lambda::{Invoke, Registered};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tests::{Client, Shop};

/// The relay, but for the first commit with an event of one type: its record never gets there.
struct Losing {
    relay: Arc<dyn Invoke>,
    event: &'static str,
    lost: AtomicBool,
}

impl Invoke for Losing {
    fn invoke(&self, mut payload: Value) -> BoxFuture<'_, Result<Value, foldlog_lambda::Error>> {
        let holds = |record: &Value| {
            let events = record["dynamodb"]["NewImage"]["events"]["S"].as_str().unwrap_or_default();
            events.contains(&format!("\"type\":\"{}\"", self.event))
        };
        let records = payload["Records"].as_array_mut().unwrap();
        if let Some(index) = records.iter().position(holds)
            && !self.lost.swap(true, Ordering::SeqCst)
        {
            records.remove(index);
        }
        self.relay.invoke(payload)
    }
}

/// Makes the relay that loses this event.
macro_rules! losing {
    ($event:literal) => {
        Registered {
            name: "relay",
            build: |settings, aws| {
                let relay = Arc::new(relay::function(&OnAws::new(settings, aws), settings)?);
                Ok(Arc::new(Losing { relay, event: $event, lost: AtomicBool::new(false) }))
            },
        }
    };
}

/// Checks a cart out in a shop that loses a hint; everything that can happen without it has happened then.
async fn checked_out(losing: Registered) -> (Shop, Client, String) {
    let shop = Shop::start_with(losing).await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = alice.post(&format!("/carts/{cart}/checkout"), json!({})).await.expect(202);
    shop.host.settled().await;
    (shop, alice, cart)
}

/// The first mark and the time between two runs later, by the clock of the schedules.
async fn a_mark_passes(shop: &Shop) {
    shop.host.advance_clock(Duration::from_secs(30 + 60)).await;
    shop.host.settled().await;
}

/// How often the re-check published something.
fn repeated(shop: &Shop) -> u64 {
    shop.host.requests().get(&("reconcile".to_owned(), "PutEvents".to_owned())).copied().unwrap_or_default()
}

/// The order comes to its end when the re-check has run, and no sooner.
async fn ends_by_the_recheck(losing: Registered, before: Option<&str>) {
    let (shop, alice, cart) = checked_out(losing).await;
    let order = format!("/orders/{cart}");
    match before {
        Some(status) => assert_eq!(alice.get(&order).await.expect(200).body["status"], status),
        None => drop(alice.get(&order).await.expect(404)),
    }
    assert_eq!(repeated(&shop), 0);
    a_mark_passes(&shop).await;
    assert_eq!(repeated(&shop), 1, "what was lost, and nothing else");
    assert_eq!(alice.get(&order).await.expect(200).body["status"], "CONFIRMED");
    assert_eq!(stock(&shop, "mug").await, (10, 2, 8), "reserved once");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intent_that_was_lost_is_repeated() {
    ends_by_the_recheck(losing!("ReservationRequested"), Some("PENDING")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_that_was_lost_is_repeated() {
    ends_by_the_recheck(losing!("StockReserved"), Some("PENDING")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_s_own_outcome_that_was_lost_is_repeated() {
    let (shop, alice, cart) = checked_out(losing!("OrderConfirmed")).await;
    let order = format!("/orders/{cart}");
    assert_eq!(alice.get(&order).await.expect(200).body["status"], "CONFIRMED");
    let noted = async || {
        let events = shop.operator().get(&format!("/ops/streams/fulfilment-{cart}")).await.expect(200).body.to_string();
        events.contains("ConfirmationNoted")
    };
    assert!(!noted().await);
    a_mark_passes(&shop).await;
    assert!(noted().await);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_that_was_lost_is_repeated() {
    let (shop, alice, cart) = checked_out(losing!("OrderCancelled")).await;
    let _ = alice.post(&format!("/orders/{cart}/cancel"), json!({})).await.expect(202);
    shop.host.settled().await;
    assert_eq!(stock(&shop, "mug").await, (10, 2, 8), "the process does not know of it");
    a_mark_passes(&shop).await;
    assert_eq!(repeated(&shop), 2, "for the order, and for its process");
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10), "given back");
    a_mark_passes(&shop).await;
    assert_eq!(repeated(&shop), 2, "once it is known, it is not repeated");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkout_that_was_lost_is_repeated() {
    ends_by_the_recheck(losing!("CartCheckedOut"), None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_whom_people_have_to_move_nothing_is_repeated() {
    let (shop, alice, cart) = checked_out(losing!("NothingOfThisName")).await;
    assert_eq!(alice.get(&format!("/orders/{cart}")).await.expect(200).body["status"], "CONFIRMED");
    a_mark_passes(&shop).await;
    assert_eq!(repeated(&shop), 0, "its cart has a process, and that waits for the staff to ship");
    shop.host.stop().await;
}
