//! The port that finds rows by an index, by key conditions alone.

use crate::read::generation::{Generation, ViewError};
use crate::read::generations::Generations;
use crate::read::projection::Row;
use crate::write::span::Direction;

/// An index of a view.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// The view.
    pub view: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Its partition key.
    pub partition: &'static str,
    /// Its sort key.
    pub sort: &'static str,
}

impl Index {
    /// The first rows of a partition in one generation, ascending.
    #[must_use]
    pub const fn first(self, generation: Generation, partition: &str, limit: usize) -> Lookup<'_> {
        Lookup {
            view: self.view,
            generation,
            index: self.name,
            partition: (self.partition, partition),
            sort: self.sort,
            from: None,
            until: None,
            direction: Direction::Ascending,
            limit,
        }
    }
}

/// The rows of a view to find.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// The view.
    pub view: &'a str,
    /// The generation.
    pub generation: Generation,
    /// The index's name.
    pub index: &'a str,
    /// The index's partition key and its value, without the generation.
    pub partition: (&'a str, &'a str),
    /// The index's sort key.
    pub sort: &'a str,
    /// The sort key's value after which the page begins, exclusive: that of the last row of the previous page. If rows
    /// of one partition share a sort key, a page may end between them, so it should be unique there.
    pub from: Option<&'a str>,
    /// The sort key's value at which the rows end, inclusive.
    pub until: Option<&'a str>,
    /// The order.
    pub direction: Direction,
    /// The most rows to return.
    pub limit: usize,
}

/// The read models' rows by their indexes, which are eventually consistent.
pub trait Lookups: Generations {
    /// The rows with their keys, in order. Their index attributes need not come along: the document yields them.
    fn query(&self, lookup: &Lookup<'_>) -> impl Future<Output = Result<Vec<(String, Row)>, ViewError>> + Send;

    /// The keys of the rows, in order: the only content of an index of keys.
    fn keys(&self, lookup: &Lookup<'_>) -> impl Future<Output = Result<Vec<String>, ViewError>> + Send;

    /// The places of the rows in the index, in order: the value of the sort key, with which the next page begins, and the
    /// key of the row. A row that is damaged has a place all the same.
    fn places(&self, lookup: &Lookup<'_>) -> impl Future<Output = Result<Vec<(String, String)>, ViewError>> + Send;
}
