//! The contract of every [`TotalsStore`].

use crate::host::Noon;
use crate::memory::MemoryLog;
use crate::sample::totals::{FIRST, Notes, checkpoint, entry, noted, place, standing, sums};
use foldlog::read::views::{Generation, RowKey};
use foldlog::totals::{Entry, MOST_ITEMS, Posted};
use foldlog::{TotalsStore, advance_totals};
use futures::future::{BoxFuture, join_all};

pub async fn checkpoint_and_sums_are_written_together<L: TotalsStore>(totals_store: &L) {
    assert_eq!(totals_store.checkpoint(&place("1")).await.unwrap(), None);
    let first = sums(&[("p", "a", "times", 2), ("p", "a", "size in bytes", -7), ("q", "a", "times", 1)]);
    let posted = totals_store.post(&[entry("1", None, checkpoint(3, 0))], &first).await.unwrap();
    assert_eq!((posted, totals_store.checkpoint(&place("1")).await.unwrap()), (Posted::Yes, Some(checkpoint(3, 0))));
    assert_eq!(standing(totals_store, FIRST, &["p", "q"]).await, first);

    let entries = [entry("1", Some(checkpoint(3, 0)), checkpoint(4, 0)), entry("2", None, checkpoint(9, 1))];
    let second = sums(&[("p", "a", "times", 5), ("p", "b", "times", 1)]);
    assert_eq!(totals_store.post(&entries, &second).await.unwrap(), Posted::Yes);
    assert_eq!(totals_store.checkpoint(&place("2")).await.unwrap(), Some(checkpoint(9, 1)));
    let mut both = first;
    both.merge(second);
    assert_eq!(standing(totals_store, FIRST, &["p", "q"]).await, both);
}

pub async fn on_a_checkpoint_that_moved_nothing_is_written<L: TotalsStore>(totals_store: &L) {
    let added = sums(&[("p", "a", "times", 1)]);
    let begun = [entry("1", None, checkpoint(3, 1)), entry("2", None, checkpoint(1, 0))];
    assert_eq!(totals_store.post(&begun, &added).await.unwrap(), Posted::Yes);
    for seen in [None, Some(checkpoint(3, 0)), Some(checkpoint(3, 2)), Some(checkpoint(2, 1))] {
        let entries =
            [entry("2", Some(checkpoint(1, 0)), checkpoint(2, 0)), entry("1", seen.clone(), checkpoint(4, 0))];
        let posted = totals_store.post(&entries, &added).await.unwrap();
        assert_eq!(posted, Posted::No(vec![Some(checkpoint(1, 0)), Some(checkpoint(3, 1))]), "{seen:?}");
    }
    let gone = totals_store.post(&[entry("3", Some(checkpoint(1, 0)), checkpoint(2, 0))], &added).await.unwrap();
    assert_eq!(gone, Posted::No(vec![None]));
    for (name, stands) in [("1", Some(checkpoint(3, 1))), ("2", Some(checkpoint(1, 0))), ("3", None)] {
        assert_eq!(totals_store.checkpoint(&place(name)).await.unwrap(), stands);
    }
    assert_eq!(standing(totals_store, FIRST, &["p"]).await, added);
}

pub async fn a_transaction_may_hold_as_many_items_as_promised<L: TotalsStore>(totals_store: &L) {
    let names: Vec<String> = (1..MOST_ITEMS).map(|number| format!("row {number:03}")).collect();
    let added: Vec<_> = names.iter().map(|name| ("p", name.as_str(), "times", 1)).collect();
    assert_eq!(totals_store.post(&[entry("1", None, checkpoint(1, 0))], &sums(&added)).await.unwrap(), Posted::Yes);
    assert_eq!(standing(totals_store, FIRST, &["p"]).await, sums(&added));
    let some = totals_store.rows("notes", FIRST, "p", "row 010"..="row 012").await.unwrap();
    assert_eq!(some.into_keys().collect::<Vec<_>>(), ["row 010", "row 011", "row 012"], "both ends are included");
}

pub async fn generations_do_not_mix<L: TotalsStore>(totals_store: &L) {
    for generation in [1, 2, 12] {
        let place = RowKey { generation: Generation(generation), ..place("1") };
        let added = sums(&[("p", "a", "times", generation.into())]);
        let entry = Entry { place: place.clone(), seen: None, next: checkpoint(generation.into(), 0) };
        assert_eq!(totals_store.post(&[entry], &added).await.unwrap(), Posted::Yes);
        assert_eq!(standing(totals_store, place.generation, &["p"]).await, added);
        assert_eq!(totals_store.checkpoint(&place).await.unwrap(), Some(checkpoint(generation.into(), 0)));
    }
}

pub async fn writers_side_by_side_add_everything_once<L: TotalsStore>(totals_store: &L) {
    let log = MemoryLog::default();
    let (mut hints, all) = noted(&log).await;
    let writers = (0..4).map(|writer| {
        hints.rotate_left(writer * 3);
        let hints = hints.clone();
        let log = &log;
        async move {
            let mut left = hints;
            while !left.is_empty() {
                let ends = advance_totals(&Notes, log, totals_store, &Noon, FIRST, &left).await;
                left = left.into_iter().zip(ends).filter(|(_, end)| end.is_err()).map(|(hint, _)| hint).collect();
            }
        }
    });
    let writers: Vec<_> = writers.collect();
    join_all(writers).await;
    assert_eq!(standing(totals_store, FIRST, &["texts", "letters"]).await, all);
}

/// Every rule, each on a totals store of its own.
pub fn rules<L: TotalsStore>(totals_stores: &[L; 5]) -> [(&'static str, BoxFuture<'_, ()>); 5] {
    let [first, second, third, fourth, fifth] = totals_stores;
    [
        ("together", Box::pin(checkpoint_and_sums_are_written_together(first))),
        ("moved", Box::pin(on_a_checkpoint_that_moved_nothing_is_written(second))),
        ("many", Box::pin(a_transaction_may_hold_as_many_items_as_promised(third))),
        ("generations", Box::pin(generations_do_not_mix(fourth))),
        ("writers", Box::pin(writers_side_by_side_add_everything_once(fifth))),
    ]
}
