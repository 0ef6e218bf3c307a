//! Who is found among those who wait, since when, and until when.

use super::*;
use crate::fulfilment::{Candidate, Event, Step, StockPosition};
use crate::order::Placement;
use crate::values::{Line, Means, Money, Totals, WarehouseId};
use foldlog::hash::{Digest, Hash};
use foldlog::{Actor, CommandId, Correlation, Events, Version};

fn placement() -> Placement {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    let line =
        Line { sku: "mug".parse().unwrap(), quantity: 2.try_into().unwrap(), unit_price: euro(1), category: None };
    let totals = Totals { net: euro(0), tax: euro(0), total: euro(0) };
    Placement { account: "a".repeat(32).parse().unwrap(), lines: vec![line], totals, card: None, address: None }
}

/// The row after commits with these events, a second apart.
fn row_after<'a, E: foldlog::Event + 'a>(category: &str, commits: impl IntoIterator<Item = &'a [E]>) -> Row {
    let commits = (1..).zip(commits).map(|(number, events)| Commit {
        stream: StreamName::new(category, &"0".repeat(32)).unwrap(),
        version: Version(number),
        events: Events::encode(events).unwrap(),
        id: CommandId::of_key(["a", "b", "c", "d"]),
        digest: Digest([0; 32]),
        committed_at: Timestamp(1_000 * i64::try_from(number).unwrap()),
        correlation: Correlation { id: "c".to_owned(), client: None },
        causation: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
        hash: Hash::ORIGIN,
    });
    let folded = View.fold(None, &commits.collect::<Vec<_>>());
    assert_eq!(folded.failed, None);
    folded.row.unwrap()
}

/// A moment by which the row is found, in seconds.
fn found_by<'a, E: foldlog::Event + 'a>(
    key: &str,
    category: &str,
    commits: impl IntoIterator<Item = &'a [E]>,
) -> Option<i64> {
    let index = row_after(category, commits).index;
    assert_eq!(index.contains_key(SHARD), index.contains_key(SINCE) || index.contains_key(DUE));
    let moment = index.get(key)?.split('#').next().unwrap().parse::<Timestamp>().unwrap();
    Some(moment.0 / 1_000)
}

/// A free order's way to its confirmation and back, each commit with its events.
fn commits() -> Vec<Vec<Event>> {
    let (warehouse, sku): (WarehouseId, _) = ("berlin".parse().unwrap(), placement().lines[0].sku.clone());
    let candidates = [(sku.clone(), vec![Candidate { warehouse: warehouse.clone(), available: 2 }])].into();
    let quantity = 2.try_into().unwrap();
    let reservation = Some(Version(4));
    let at = StockPosition { warehouse: warehouse.clone(), sku: sku.clone(), reservation };
    let deadline = |step, at| Event::DeadlineSet { step, at: Timestamp(at) };
    vec![
        vec![Event::OrderPlacementRequested(placement()), deadline(Step::Confirmation, 900_000)],
        vec![
            Event::PlacementNoted { candidates, means: Means::default() },
            Event::ReservationRequested { warehouse: warehouse.clone(), sku: sku.clone(), quantity },
        ],
        vec![
            Event::ReservationNoted { warehouse, sku, reservation, quantity, candidates: None },
            Event::ConfirmationRequested {},
        ],
        vec![Event::ConfirmationNoted {}, deadline(Step::Shipping, 7_000_000)],
        vec![Event::DeadlinePassed { step: Step::Shipping }],
        vec![
            Event::CancellationNoted {},
            Event::ReservationReleaseRequested(at.clone()),
            deadline(Step::Settlement, 3_600_000),
        ],
        vec![Event::ReleaseNoted(at)],
    ]
}

fn of_process(key: &str) -> Vec<Option<i64>> {
    let commits = commits();
    (1..=commits.len()).map(|count| found_by(key, "fulfilment", commits[..count].iter().map(Vec::as_slice))).collect()
}

#[test]
fn a_process_is_found_by_since_when_it_waits_on_this_stretch_of_its_way() {
    assert_eq!(of_process(SINCE), [Some(1), Some(1), Some(1), Some(4), Some(4), Some(6), None]);
}

#[test]
fn a_process_is_found_by_its_next_deadline_until_that_has_passed() {
    assert_eq!(of_process(DUE), [Some(900), Some(900), Some(900), Some(7_000), None, Some(3_600), None]);
}

#[test]
fn a_process_without_deadlines_is_found_by_since_when_it_waits_without_a_break() {
    let mut commits = commits();
    for events in &mut commits {
        events.retain(|event| !matches!(event, Event::DeadlineSet { .. }));
    }
    let since = |count: usize| found_by(SINCE, "fulfilment", commits[..count].iter().map(Vec::as_slice));
    assert_eq!((1..=4).map(since).collect::<Vec<_>>(), [Some(1); 4]);
    assert_eq!(found_by(DUE, "fulfilment", commits.iter().map(Vec::as_slice)), None);
}

#[test]
fn a_cart_is_found_by_its_checkout_from_then_on() {
    let Placement { account: owner, lines, totals, card, address } = placement();
    let opened = cart::Event::CartOpened { owner: owner.clone() };
    let checked_out = cart::Event::CartCheckedOut { owner, lines, totals, card, address };
    let events = [opened, cart::Event::CartCleared {}, checked_out];
    assert_eq!(found_by(SINCE, "cart", events[..2].chunks(1)), None);
    assert_eq!(found_by(SINCE, "cart", events.chunks(1)), Some(3));
}

#[test]
fn bounds_lie_between_the_rows_of_two_moments() {
    let index = row_after("fulfilment", [&[Event::OrderPlacementRequested(placement())][..]]).index;
    let since = &index[SINCE];
    assert!(before(Timestamp(999)) < *since && before(Timestamp(1_000)) < *since && *since < before(Timestamp(1_001)));
}
