//! Ten thousand orders of one product wait for shipping. Each further reservation costs what the tenth did, and the
//! first one is closed once.

use crate::hot_stream::{Ground, berlin, deliver, hot, intent, stream_of};
use foldlog::read::projection::PerStream;
use foldlog::write::loaded::replay;
use foldlog::{Consistency, EventLog, ParkingLot, ReadOptions, Subscription};
use foldlog_lambda::Settings;
use serde_json::{Value, json};
use shop_domain::stock;
use shop_domain::views::stock::View;
use std::sync::atomic::Ordering;

const ORDERS: usize = 10_000;
/// Snapshots are due every 40 commits.
const FEW: usize = 50;

/// What one more reservation and its release take, and how large things are.
#[derive(Debug, PartialEq)]
struct Cost {
    requests_of_a_cold_reservation: usize,
    requests_of_a_cold_release: usize,
    snapshot_bytes: usize,
    row_bytes: usize,
}

async fn on_cold(ground: &Ground, message: Value) -> usize {
    let before = ground.turns.requests.load(Ordering::Relaxed);
    let function = stock_reactions::function(ground, &Settings::default()).unwrap();
    assert_eq!(deliver(&function, vec![message]).await, [""; 0]);
    ground.turns.requests.load(Ordering::Relaxed) - before
}

fn reserve(order: usize) -> Value {
    intent(order, 3, ("ReservationRequested", 1), &json!({ "warehouse": berlin(), "sku": hot(), "quantity": 1 }))
}

/// The intent of a version that closes the reservation of an order.
fn close(order: usize, version: u64, name: &str) -> Value {
    intent(order, version, (name, 2), &json!({ "warehouse": berlin(), "sku": hot(), "reservation": 3 }))
}

async fn state(ground: &Ground) -> stock::State {
    let reading = ReadOptions::of::<stock::Stock>(Consistency::Strong);
    replay::<stock::Stock>(&ground.turns.log.load(&stream_of(&hot()), reading).await.unwrap()).unwrap()
}

/// What the next order takes, whose reservation is released again.
async fn cost(ground: &Ground, orders: usize) -> Cost {
    let reservation = on_cold(ground, reserve(orders)).await;
    let release = on_cold(ground, close(orders, 9, "ReservationReleaseRequested")).await;
    let commits = ground.turns.log.commits(&stream_of(&hot()));
    let snapshot = commits.iter().rev().find_map(|commit| commit.snapshot.as_ref()).unwrap();
    let row = PerStream::<View>::new().fold(None, &commits).row.unwrap();
    Cost {
        requests_of_a_cold_reservation: reservation,
        requests_of_a_cold_release: release,
        snapshot_bytes: snapshot.text().len(),
        row_bytes: row.document.len(),
    }
}

#[tokio::test]
async fn ten_thousand_open_reservations_cost_what_a_few_do() {
    let ground = Ground::with(&hot(), ORDERS + 1).await;
    let function = stock_reactions::function(&ground, &Settings::default()).unwrap();
    for order in 0..FEW {
        assert_eq!(deliver(&function, vec![reserve(order)]).await, [""; 0]);
    }
    let few = cost(&ground, ORDERS).await;
    for order in FEW..ORDERS {
        assert_eq!(deliver(&function, vec![reserve(order)]).await, [""; 0]);
    }
    assert_eq!(state(&ground).await.available(), 1);
    let many = cost(&ground, ORDERS + 1).await;
    // Each number has at most three digits more, and a window of recent commands holds some sixty of them.
    assert!(many.snapshot_bytes < few.snapshot_bytes + 200, "{few:?}, {many:?}");
    assert!(many.row_bytes <= few.row_bytes + 3, "{few:?}, {many:?}");
    let requests = |cost: &Cost| (cost.requests_of_a_cold_reservation, cost.requests_of_a_cold_release);
    assert_eq!((requests(&few), requests(&many)), ((2, 3), (2, 3)));

    // The first reservation lies ten thousand commits back. It is closed once, whatever asks for that and how often.
    for version in [7, 7, 8] {
        on_cold(&ground, close(0, version, "StockDispatchRequested")).await;
    }
    let now = state(&ground).await;
    assert_eq!((now.on_hand, now.available()), (10_000, 1));
    assert!(ground.parked.notes(None, 1).await.unwrap().notes.is_empty());
    on_cold(&ground, close(0, 9, "ReservationReleaseRequested")).await;
    on_cold(&ground, close(ORDERS + 7, 9, "ReservationReleaseRequested")).await;
    assert_eq!(state(&ground).await, now);
    let notes = ground.parked.notes(None, 9).await.unwrap().notes;
    assert_eq!(notes.len(), 2, "closed the other way, and never made: {notes:?}");
}
