//! Who is found among those who wait, and since when.

use super::*;
use crate::fulfilment::Event;
use crate::order::Placement;
use crate::values::{Line, Money, Totals};
use eventsourcing::hash::{Digest, Hash};
use eventsourcing::{Actor, CommitId, Correlation, Events, Version};

fn placement() -> Placement {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    let line =
        Line { sku: "mug".parse().unwrap(), quantity: 2.try_into().unwrap(), unit_price: euro(1), category: None };
    let totals = Totals { net: euro(2), tax: euro(0), total: euro(2) };
    Placement { account: "a".repeat(32).parse().unwrap(), lines: vec![line], totals }
}

/// The row after commits with these events, a second apart.
fn row_after<'a, E: eventsourcing::Event + 'a>(category: &str, commits: impl IntoIterator<Item = &'a [E]>) -> Row {
    let commits = (1..).zip(commits).map(|(number, events)| Commit {
        stream: StreamName::new(category, &"0".repeat(32)).unwrap(),
        version: Version(number),
        events: Events::encode(events).unwrap(),
        id: CommitId::of_key(["a", "b", "c", "d"]),
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

/// Since when the row is found to wait.
fn since<'a, E: eventsourcing::Event + 'a>(
    category: &str,
    commits: impl IntoIterator<Item = &'a [E]>,
) -> Option<String> {
    let index = row_after(category, commits).index;
    assert_eq!(index.contains_key(SHARD), index.contains_key(SINCE));
    index.get(SINCE).map(|since| since.split('#').next().unwrap().to_owned())
}

#[test]
fn a_process_is_found_while_an_intent_has_no_outcome() {
    let (warehouse, sku) = ("berlin".parse().unwrap(), placement().lines[0].sku.clone());
    let candidates = [(sku.clone(), vec![warehouse])].into();
    let warehouse: crate::values::WarehouseId = "berlin".parse().unwrap();
    let events = [
        Event::OrderPlacementRequested(placement()),
        Event::PlacementNoted { candidates },
        Event::ReservationRequested { warehouse: warehouse.clone(), sku: sku.clone(), quantity: 2.try_into().unwrap() },
        Event::ReservationNoted { warehouse: warehouse.clone(), sku: sku.clone() },
        Event::ConfirmationRequested {},
        Event::ConfirmationNoted {},
        Event::CancellationNoted {},
        Event::ReservationReleaseRequested { warehouse: warehouse.clone(), sku: sku.clone() },
        Event::ReleaseNoted { warehouse, sku },
    ];
    let waits: Vec<_> =
        (1..=events.len()).map(|count| since("fulfilment", events[..count].chunks(1)).is_some()).collect();
    assert_eq!(waits, [true, false, true, false, true, false, false, true, false]);
    assert_eq!(since("fulfilment", events[..3].chunks(1)).as_deref(), Some("1970-01-01T00:00:03.000Z"));
}

#[test]
fn a_process_that_waits_on_is_found_by_since_when_it_waits_without_a_break() {
    let (warehouse, sku): (crate::values::WarehouseId, _) =
        ("berlin".parse().unwrap(), placement().lines[0].sku.clone());
    let candidates = [(sku.clone(), vec![warehouse.clone()])].into();
    let requested = || Event::ReservationRequested {
        warehouse: warehouse.clone(),
        sku: sku.clone(),
        quantity: 2.try_into().unwrap(),
    };
    let commits = [
        vec![Event::OrderPlacementRequested(placement())],
        vec![Event::PlacementNoted { candidates }, requested()],
        vec![
            Event::ReservationNoted { warehouse: warehouse.clone(), sku: sku.clone() },
            Event::ConfirmationRequested {},
        ],
        vec![Event::ConfirmationNoted {}],
        vec![
            Event::CancellationNoted {},
            Event::ReservationReleaseRequested { warehouse: warehouse.clone(), sku: sku.clone() },
        ],
        vec![Event::ReleaseNoted { warehouse: warehouse.clone(), sku: sku.clone() }],
    ];
    let since = |count: usize| since("fulfilment", commits[..count].iter().map(Vec::as_slice));
    let first = Some("1970-01-01T00:00:01.000Z".to_owned());
    let again = Some("1970-01-01T00:00:05.000Z".to_owned());
    assert_eq!((1..=6).map(since).collect::<Vec<_>>(), [first.clone(), first.clone(), first, None, again, None]);
}

#[test]
fn a_cart_is_found_by_its_checkout_from_then_on() {
    let Placement { account: owner, lines, totals } = placement();
    let opened = cart::Event::CartOpened { owner: owner.clone() };
    let events = [opened, cart::Event::CartCleared {}, cart::Event::CartCheckedOut { owner, lines, totals }];
    assert_eq!(since("cart", events[..2].chunks(1)), None);
    assert_eq!(since("cart", events.chunks(1)).as_deref(), Some("1970-01-01T00:00:03.000Z"));
}

#[test]
fn bounds_lie_between_the_rows_of_two_moments() {
    let index = row_after("fulfilment", [&[Event::OrderPlacementRequested(placement())][..]]).index;
    let since = &index[SINCE];
    assert!(before(Timestamp(999)) < *since && before(Timestamp(1_000)) < *since && *since < before(Timestamp(1_001)));
}
