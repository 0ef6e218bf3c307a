//! The contract of all [`Views`] and [`Lookups`]: rows are written conditionally, found by key and by index, and
//! separate in each generation. Each rule gets views of its own, without rows, that know the view of
//! [`rows`](crate::sample::rows).

use crate::sample::rows::{FIRST, indexed, keys, of_account, place, row};
use foldlog::read::views::{Generation, RowKey};
use foldlog::{Consistency, Direction, Lookup, Lookups, Row, Version, Views, Written};

/// Passes the names of all rules for views to a macro: `views_rules!(run)` is `run!(a, b, c)`.
#[macro_export]
macro_rules! views_rules {
    ($run:ident) => {
        $run! {
            a_row_is_written_only_over_the_version_that_was_seen,
            generations_do_not_see_each_other,
            rows_of_several_places_are_read_in_their_order,
            links_are_written_beside_a_row_once_or_again,
            a_partition_is_paged_through_in_either_direction,
            a_partition_is_read_up_to_a_bound_in_either_direction,
            a_row_is_found_where_it_is_indexed_now
        }
    };
}

/// Writes a row over the version that was seen.
async fn write<V: Views>(views: &V, place: &RowKey, row: Row, seen: Version) {
    assert_eq!(views.write(place, &row, seen).await.unwrap(), Written::Yes);
}

/// Writes seven rows of Alice, each placed behind the one before.
async fn write_seven<V: Views>(views: &V) {
    for number in 1..=7 {
        let row = indexed(1, "{}", "alice", &format!("t{number}"));
        write(views, &place(FIRST, &number.to_string()), row, Version::NONE).await;
    }
}

pub async fn a_row_is_written_only_over_the_version_that_was_seen<V: Views + Lookups>(views: &V) {
    let one = place(FIRST, "1");
    let lost = async |row: Row, seen| views.write(&one, &row, seen).await.unwrap();
    assert_eq!(lost(row(5, "over nothing"), Version(4)).await, Written::No(None));
    assert_eq!(views.row(&one, Consistency::Strong).await.unwrap(), None);
    write(views, &one, row(2, "first"), Version::NONE).await;
    assert_eq!(lost(row(3, "as if absent"), Version::NONE).await, Written::No(Some(row(2, "first"))));
    write(views, &one, row(12, "second"), Version(2)).await;
    assert_eq!(lost(row(13, "stale"), Version(2)).await, Written::No(Some(row(12, "second"))));
    assert_eq!(views.row(&one, Consistency::Strong).await.unwrap(), Some(row(12, "second")));
}

pub async fn generations_do_not_see_each_other<V: Views + Lookups>(views: &V) {
    for number in [1, 2, 12] {
        let row = indexed(number.into(), &number.to_string(), "alice", "t1");
        write(views, &place(Generation(number), "a/b"), row, Version::NONE).await;
    }
    assert_eq!(views.row(&place(Generation(2), "a/b"), Consistency::Strong).await.unwrap(), Some(row(2, "2")));
    let found = views.query(&of_account("alice", None, Direction::Ascending, 10)).await.unwrap();
    assert_eq!(found, [("a/b".to_owned(), row(1, "1"))]);
}

pub async fn rows_of_several_places_are_read_in_their_order<V: Views + Lookups>(views: &V) {
    let number = |number: u64| place(Generation(1 + u32::from(number.is_multiple_of(2))), &(number / 2).to_string());
    for written in (0..250).filter(|written: &u64| !written.is_multiple_of(3)) {
        write(views, &number(written), row(written + 1, "{}"), Version::NONE).await;
    }
    let asked: Vec<u64> = (0..250).rev().chain([7, 7, 8]).collect();
    let places: Vec<RowKey> = asked.iter().map(|asked| number(*asked)).collect();
    let rows = views.rows(&places).await.unwrap();
    let expected = asked.iter().map(|asked| (!asked.is_multiple_of(3)).then(|| row(asked + 1, "{}")));
    assert_eq!(rows, expected.collect::<Vec<_>>());
    assert_eq!(views.rows(&[]).await.unwrap(), []);
}

pub async fn links_are_written_beside_a_row_once_or_again<V: Views + Lookups>(views: &V) {
    let beside = place(Generation(2), "1");
    let links: Vec<(String, Row)> =
        (1..=60).map(|link| (format!("1/{link}"), indexed(link, "{}", "alice", &format!("t{link:02}")))).collect();
    for links in [&links[..3], &links[..0], &links[..40], &links[..]] {
        views.write_links(&beside, links).await.unwrap();
    }
    let lookup = Lookup { generation: Generation(2), ..of_account("alice", None, Direction::Ascending, 100) };
    let found = views.query(&lookup).await.unwrap();
    let expected: Vec<_> = (1..=60).map(|link| (format!("1/{link}"), row(link, "{}"))).collect();
    assert_eq!(found, expected);
    assert_eq!(views.row(&beside, Consistency::Strong).await.unwrap(), None);
}

pub async fn a_partition_is_paged_through_in_either_direction<V: Views + Lookups>(views: &V) {
    write_seven(views).await;
    write(views, &place(FIRST, "8"), indexed(1, "{}", "bob", "t3"), Version::NONE).await;
    write(views, &place(FIRST, "9"), row(1, "null"), Version::NONE).await;

    let (up, down) = (Direction::Ascending, Direction::Descending);
    assert_eq!(keys(views, of_account("alice", None, up, 3)).await, ["1", "2", "3"]);
    assert_eq!(keys(views, of_account("alice", Some("t3"), up, 3)).await, ["4", "5", "6"]);
    let places = views.places(&of_account("alice", Some("t3"), up, 2)).await.unwrap();
    assert_eq!(places, [("t4", "4"), ("t5", "5")].map(|(sort, key)| (sort.to_owned(), key.to_owned())));
    assert_eq!(keys(views, of_account("alice", Some("t6"), up, 3)).await, ["7"]);
    assert_eq!(keys(views, of_account("alice", None, down, 3)).await, ["7", "6", "5"]);
    assert_eq!(keys(views, of_account("alice", Some("t5"), down, 100)).await, ["4", "3", "2", "1"]);
    assert_eq!(keys(views, of_account("bob", None, up, 100)).await, ["8"]);
    assert!(keys(views, of_account("carol", None, up, 100)).await.is_empty());
    assert!(keys(views, of_account("alice", None, up, 0)).await.is_empty());
}

pub async fn a_partition_is_read_up_to_a_bound_in_either_direction<V: Views + Lookups>(views: &V) {
    write_seven(views).await;
    let upto = |from, until, direction, limit| Lookup { until, ..of_account("alice", from, direction, limit) };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    assert_eq!(keys(views, upto(None, Some("t2"), up, 9)).await, ["1", "2"]);
    assert_eq!(keys(views, upto(None, Some("t6"), down, 9)).await, ["7", "6"]);
    assert_eq!(keys(views, upto(Some("t2"), Some("t5"), up, 9)).await, ["3", "4", "5"]);
    assert_eq!(keys(views, upto(Some("t2"), Some("t5"), up, 2)).await, ["3", "4"]);
    assert_eq!(keys(views, upto(Some("t5"), Some("t2"), down, 9)).await, ["4", "3", "2"]);
    assert_eq!(keys(views, upto(Some("t25"), Some("t45"), up, 9)).await, ["3", "4"], "bounds that no row has");
}

pub async fn a_row_is_found_where_it_is_indexed_now<V: Views + Lookups>(views: &V) {
    let one = place(FIRST, "1");
    write(views, &one, indexed(1, "{}", "alice", "t1"), Version::NONE).await;
    write(views, &one, row(2, "{}"), Version(1)).await;
    assert!(keys(views, of_account("alice", None, Direction::Ascending, 10)).await.is_empty());
}
