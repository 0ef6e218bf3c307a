//! The daily run over a log whose hints were all lost: it is killed, ends early, and misses nothing. And lost batches.
//!
//! `RECONCILE_ORDERS=200000 cargo test --release -p reconcile --test daily -- --nocapture` runs it over as many orders.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod batches;
mod ground;
mod measured;

use foldlog::read::engine::Followed;
use foldlog::verify::{TotalsVerification, Verification};
use foldlog::{Generations, Hint, LogScan, ParkingLot, StreamName, Version};
use ground::{Ground, checked_out, order_of};
use reconcile::{Summary, Task};
use shop_domain::views::{ReadModels, read_models};
use std::time::Duration;

const ORDERS: usize = 120;
/// The number of orders of the run that is killed.
const KILLED_ORDERS: usize = 400;
/// How often the run is killed.
const KILLS: usize = 10;
const DAY: Duration = Duration::from_hours(24);
/// The number of streams that are verified.
const MOST_VERIFIED: usize = 20_000;

fn orders() -> usize {
    std::env::var("RECONCILE_ORDERS").map_or(KILLED_ORDERS, |orders| orders.parse().unwrap())
}

impl Ground {
    /// Runs pieces until nothing is left, and returns their summaries.
    async fn pieces(&self, first: Task) -> Vec<Summary> {
        let mut pieces = vec![self.run(first).await];
        while pieces.last().unwrap().left > 0 {
            pieces.push(self.run(Task::Resume).await);
        }
        pieces
    }

    /// Checks that every row is the fold of its stream. Of very many streams it checks some: the stores in memory take
    /// too long for all.
    async fn verify(&self) {
        let ReadModels { views: subscriptions, totals: folds } = &read_models();
        let registry = &self.totals.registered().await.unwrap().registry;
        let streams: Vec<StreamName> = self.log.heads().await.unwrap().into_iter().map(|(stream, _)| stream).collect();
        let streams: Vec<_> = streams.into_iter().filter(|stream| !self.unreadable(stream)).collect();
        let every = streams.len() / MOST_VERIFIED + 1;
        let some: Vec<_> = streams.iter().step_by(every).cloned().collect();
        let (log, views, host) = (&self.log, &self.views, &self.host);
        let types = &shop_domain::streams::stream_types();
        Verification { log, views, host, subscriptions, registry, types }.run(&some, || {}).await.unwrap();
        if every > 1 {
            return;
        }
        let totals_store = &self.totals;
        TotalsVerification { log, totals_store, host, folds, registry }.run(&streams).await.unwrap();
    }

    /// Checks that the hints of these orders were repeated: for one without a process its checkout, for the others the
    /// outcome that the process missed.
    fn published_for(&self, orders: impl Iterator<Item = usize>) {
        let published = self.bus.published();
        for number in orders.filter(|number| !ground::is_spoilt(*number)) {
            let expected = if ground::has_no_process(number) { checked_out(number) } else { order_of(number) };
            assert!(published.contains(&expected), "order {number}: no event of {expected} was published again");
        }
    }
}

#[tokio::test]
async fn however_often_the_daily_run_is_killed_it_misses_nothing() {
    let orders = orders();
    // About a dozen pieces, however many orders there are.
    let ground = Ground::of(orders, Duration::from_hours(2) / u32::try_from(orders * 8).unwrap()).await;
    let begun = std::time::Instant::now();
    for kill in 0..KILLS {
        let task = if kill == 0 { Task::Reconcile } else { Task::Resume };
        assert!(ground.killed(task, orders / 2 + 7 * kill), "the run ended before it was killed");
    }
    let pieces = ground.pieces(Task::Resume).await;
    println!("{orders} orders, {KILLS} kills, then {} pieces: {:?}", pieces.len(), begun.elapsed());
    assert!(pieces.len() > 3, "it ends in time, and goes on: {pieces:?}");
    ground.verify().await;
    ground.published_for(0..orders);
    // A process that does not read holds up nothing, and its row is noted.
    let notes = ground.parked.notes(None, 10_000).await.unwrap().notes;
    assert!(!notes.is_empty() && notes.iter().all(|note| note.trouble.error.contains("NobodyKnows")), "{notes:?}");
    // Nothing is left, so there is nothing to go on with.
    assert_eq!(ground.run(Task::Resume).await, Summary::default());
}

#[tokio::test]
async fn a_day_later_only_what_moved_is_looked_at() {
    let ground = Ground::of(ORDERS, Duration::from_millis(1)).await;
    let _ = ground.pieces(Task::Reconcile).await;
    ground.host.pass(DAY);
    let none: usize = ground.pieces(Task::Reconcile).await.iter().map(|piece| piece.streams).sum();
    ground.host.pass(DAY);
    // Three more, whose rows the projector wrote; what the relay had to publish was lost. Another one was lost to both.
    ground.bus.forget();
    for number in ORDERS..ORDERS + 4 {
        let moved = ground.order(number).await;
        if number < ORDERS + 3 {
            let hints: Vec<Hint> = moved.iter().map(|stream| Hint::of(stream.clone(), Version(1))).collect();
            let Followed { failed, .. } = ground.function().folds().follow(&hints).await;
            assert_eq!(failed, [0_usize; 0]);
        }
    }
    let pieces = ground.pieces(Task::Reconcile).await;
    let moved: usize = pieces.iter().map(|piece| piece.streams).sum();
    assert_eq!(moved, ground::streams_of(ORDERS..ORDERS + 3), "of {} streams", ground::streams_of(0..ORDERS));
    assert_eq!(none, ground::streams_of(0..ORDERS), "the first day lies within the overlap of the run before it");
    ground.published_for(ORDERS..ORDERS + 3);
    assert!(!ground.bus.published().contains(&order_of(ORDERS + 3)), "no row says that it moved");
    // The whole log is read again four weeks after it was read last, and finds that one, too.
    ground.host.pass(DAY * 26);
    let _ = ground.pieces(Task::Reconcile).await;
    ground.published_for(ORDERS..ORDERS + 4);
    ground.verify().await;
}

#[tokio::test]
async fn a_request_of_an_operator_begins_the_whole_log_again() {
    let ground = Ground::of(ORDERS, Duration::from_millis(1)).await;
    let _ = ground.pieces(Task::Reconcile).await;
    let lost = ground.order(ORDERS).await;
    let (function, request) = (ground.function(), "audit-202611@1".parse().unwrap());
    let summary = function.reconcile(ground.host.at().after(DAY), &request).await.unwrap();
    assert_eq!((summary.streams, summary.left), (ground::streams_of(0..=ORDERS), 0));
    ground.published_for(ORDERS..=ORDERS);
    assert!(!lost.is_empty());
    ground.verify().await;
}

/// A shop on one machine loses what is on its way whenever it is killed, and so what was lost lies before the place of
/// a run that was killed, too.
#[tokio::test]
async fn where_every_run_reads_the_whole_log_a_killed_one_begins_again() {
    let ground = Ground::of(KILLED_ORDERS, Duration::from_millis(1)).await.always_whole();
    // The first pages of some parts.
    assert!(ground.killed(Task::Reconcile, 10 * KILLED_ORDERS), "the run ended before it was killed");
    for number in KILLED_ORDERS..KILLED_ORDERS + ORDERS {
        let _ = ground.order(number).await;
    }
    let _ = ground.pieces(Task::Reconcile).await;
    ground.published_for(0..KILLED_ORDERS + ORDERS);
    ground.verify().await;
}
