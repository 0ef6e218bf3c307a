//! Lost batches: the new ones come first, the stuck ones after growing pauses, and two runs at once share them.

use crate::ground::{Ground, gives_up};
use foldlog::ParkingLot;
use foldlog::read::parked::{Class, Trouble};
use foldlog_lambda::Function;
use reconcile::{Found, Rechecked, Task};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

async fn ground(stuck: usize) -> Ground {
    let ground = Ground::of(0, Duration::from_millis(1)).await;
    for number in 0..stuck {
        ground.bucket.foreign(&format!("a-{number:03}"));
    }
    ground
}

impl Ground {
    async fn minute(&self) -> Rechecked {
        let time = self.host.at();
        let found = self.function().call(Task::Recheck { time }).await.unwrap();
        self.host.pass(MINUTE);
        match found {
            Found::Rechecked(rechecked) => rechecked,
            Found::Reconciled(summary) => panic!("{summary:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_batch_is_tried_after_growing_pauses_and_holds_nothing_up() {
    let ground = ground(3).await;
    for _ in 0..12 * 60 {
        let _ = ground.minute().await;
    }
    // After 2, 4, 8 … minutes, and every six hours in the end.
    let reads = ground.bucket.reads();
    assert!((3 * 8..3 * 12).contains(&reads), "{reads} in twelve hours");
    let notes = ground.parked.notes(None, 10).await.unwrap().notes;
    assert!(notes.len() == 3 && notes.iter().all(|note| note.trouble.class == Class::Permanent), "{notes:?}");
    ground.bucket.empty("b-new");
    let recovered = ground.minute().await.recovered;
    assert_eq!((recovered.batches, recovered.recovered), (4, 1), "behind all of them, and in its first minute");
    assert!(!ground.bucket.holds("b-new"));
}

#[tokio::test]
async fn more_batches_than_a_run_takes_are_all_tried_before_one_is_tried_again() {
    let ground = ground(450).await;
    for expected in [200, 400] {
        let _ = ground.minute().await;
        assert!(ground.bucket.reads() >= expected);
        assert_eq!(ground.bucket.most_reads(), 1, "the new ones come first");
    }
    ground.bucket.empty("z-last");
    let _ = ground.minute().await;
    assert!(!ground.bucket.holds("z-last"), "the last of all keys");
}

#[tokio::test]
async fn a_batch_that_kills_its_run_is_not_the_first_of_the_next_one() {
    let ground = ground(0).await;
    // As many as are tried side by side.
    let deadly = ["a-0", "a-1", "a-2", "a-3"];
    for key in deadly {
        ground.bucket.deadly(key);
    }
    ground.bucket.empty("b-behind");
    let function = ground.function();
    let time = ground.host.at();
    assert!(gives_up(function.call(Task::Recheck { time }), 500), "it hangs");
    ground.host.pass(Duration::from_secs(30));
    let found = ground.minute().await.recovered;
    assert_eq!((found.batches, found.recovered), (5, 1));
    assert!(deadly.iter().all(|key| ground.bucket.reads_of(key) == 1), "their notes are not due");
}

#[tokio::test]
async fn two_runs_at_once_do_not_try_the_same_batches() {
    let ground = ground(0).await;
    for number in 0..20 {
        ground.bucket.empty(&format!("a-{number:03}"));
    }
    let (one, other) = (ground.function(), ground.function());
    let time = ground.host.at();
    let first = one.call(Task::Recheck { time });
    futures::pin_mut!(first);
    // The first run has begun with some of them when the second one begins.
    for _ in 0..60 {
        let _ = futures::poll!(first.as_mut());
    }
    let (_, second) = futures::join!(first, other.call(Task::Recheck { time }));
    second.unwrap();
    // What both began with at the same moment waits for its note.
    for _ in 0..4 {
        let _ = ground.minute().await;
    }
    assert_eq!(ground.bucket.len(), 0);
    let twice = (0..20).filter(|number| ground.bucket.reads_of(&format!("a-{number:03}")) > 1).count();
    assert_eq!(twice, 0, "of 20 were tried by both");
}

#[tokio::test]
async fn more_notes_than_a_run_takes_are_all_tried_before_one_is_tried_again() {
    let ground = ground(0).await;
    for number in 0..450 {
        // The log does not hold it, so it stays stuck.
        let event = format!("order-{number:032x}@1").parse().unwrap();
        let trouble = Trouble::with_event("stock-reactions", &event, "no such event".to_owned(), ground.host.at());
        ground.parked.park(&trouble).await.unwrap();
    }
    for expected in [200, 400, 450] {
        ground.host.pass(10 * MINUTE);
        let _ = ground.minute().await;
        let notes = ground.parked.notes(None, 1_000).await.unwrap().notes;
        let tried = notes.iter().filter(|note| note.attempts > 1).count();
        assert_eq!(tried, expected, "those that were tried least recently come first");
    }
}

#[tokio::test]
async fn notes_of_rows_that_nobody_keeps_hold_up_no_others() {
    let ground = ground(0).await;
    for number in 0..250 {
        let event = format!("stock-{number:03}@1").parse().unwrap();
        let subject = format!("stock~g99~stock-{number:03}").parse().unwrap();
        let trouble = Trouble { subject, ..Trouble::with_event("x", &event, "stuck".to_owned(), ground.host.at()) };
        ground.parked.park(&trouble).await.unwrap();
    }
    ground.host.pass(MINUTE);
    let event = format!("order-{:032x}@1", 1).parse().unwrap();
    let trouble = Trouble::with_event("stock-reactions", &event, "no such event".to_owned(), ground.host.at());
    ground.parked.park(&trouble).await.unwrap();
    for _ in 0..20 {
        ground.host.pass(10 * MINUTE);
        let _ = ground.minute().await;
    }
    let note = ground.parked.note(&trouble.subject).await.unwrap().unwrap();
    assert!(note.attempts > 1, "{note:?}");
}
