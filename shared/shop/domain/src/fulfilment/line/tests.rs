//! Which warehouses a line asks, and for how much.

use super::*;

fn line(quantity: u64, candidates: &[(&str, u64)]) -> LineProgress {
    let candidate =
        |(name, available): &(&str, u64)| Candidate { warehouse: name.parse().unwrap(), available: *available };
    LineProgress {
        sku: "mug".parse().unwrap(),
        quantity: quantity.try_into().unwrap(),
        candidates: candidates.iter().map(candidate).collect(),
        parts: vec![],
        withdrawn: BTreeSet::new(),
    }
}

fn plan(line: &LineProgress) -> Vec<(&str, u64)> {
    line.plan().into_iter().map(|(warehouse, part)| (warehouse.as_str(), part)).collect()
}

#[test]
fn the_nearest_that_seems_to_have_all_of_it_is_asked_alone() {
    assert_eq!(plan(&line(5, &[("a", 4), ("b", 5), ("c", 9)])), [("b", 5)]);
}

#[test]
fn a_line_is_split_over_those_that_seem_to_have_some() {
    assert_eq!(plan(&line(5, &[("a", 0), ("b", 2), ("c", 2), ("d", 4)])), [("b", 2), ("c", 2), ("d", 1)]);
}

#[test]
fn those_that_seem_empty_are_asked_last_and_one_is_asked_for_all_that_is_missing() {
    assert_eq!(plan(&line(5, &[("a", 0), ("b", 2), ("c", 0)])), [("b", 2), ("a", 3)]);
    assert_eq!(plan(&line(5, &[("a", 0), ("b", 0)])), [("a", 5)]);
    assert_eq!(plan(&line(5, &[("a", 1), ("b", 2)])), [("a", 1), ("b", 4)]);
    assert_eq!(plan(&line(5, &[])), []);
}

#[test]
fn what_was_rejected_is_planned_anew_among_those_not_asked_yet() {
    let mut split = line(5, &[("a", 3), ("b", 2), ("c", 1), ("d", 0)]);
    let [a, b]: [&WarehouseId; 2] = [&"a".parse().unwrap(), &"b".parse().unwrap()];
    split.ask(a.clone(), 3.try_into().unwrap(), Version(1));
    split.ask(b.clone(), 2.try_into().unwrap(), Version(2));
    assert_eq!((plan(&split), split.unservable()), (vec![], false));
    // Of the first schema: without identity, and without another look at the view.
    split.reject(a, None, None);
    assert_eq!(plan(&split), [("c", 1), ("d", 2)]);
    split.candidates.clear();
    assert!(!split.unservable(), "the other one may be asked again");
    split.hold(b, Some(Version(2)), 1.try_into().unwrap(), Some(vec![]));
    assert!(split.unservable());
}

#[test]
fn a_warehouse_is_asked_by_one_request_at_a_time_and_again_if_it_still_seems_to_have_some() {
    let mut line = line(9, &[("a", 4), ("b", 5)]);
    let [a, b]: [&WarehouseId; 2] = [&"a".parse().unwrap(), &"b".parse().unwrap()];
    line.ask(a.clone(), 4.try_into().unwrap(), Version(1));
    line.ask(b.clone(), 5.try_into().unwrap(), Version(2));
    let seen = |number| vec![Candidate { warehouse: a.clone(), available: number }];
    line.hold(b, Some(Version(2)), 2.try_into().unwrap(), Some(seen(8)));
    assert_eq!((plan(&line), line.unservable()), (vec![], false), "its answer is not there yet");
    line.hold(a, Some(Version(1)), 4.try_into().unwrap(), None);
    assert_eq!(plan(&line), [("a", 3)]);
    line.candidates = seen(0);
    assert!(line.unservable());
}

#[test]
fn a_line_makes_so_many_requests_at_most() {
    let mut line = line(1, &[]);
    for version in 0..MOST_REQUESTS as u64 {
        assert!(!line.unservable() || version == 0);
        let place: WarehouseId = format!("w-{version}").parse().unwrap();
        line.ask(place.clone(), line.quantity, Version(version));
        let next = format!("w-{}", version + 1).parse().unwrap();
        line.reject(&place, Some(Version(version)), Some(vec![Candidate { warehouse: next, available: 1 }]));
    }
    assert!(line.unservable());
}
