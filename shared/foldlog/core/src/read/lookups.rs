//! The port by which rows are found other than by key: an index, by key conditions alone.

use crate::read::generation::{Generation, ViewError};
use crate::read::generations::Generations;
use crate::read::projection::Row;
use crate::write::span::Direction;

/// Which rows of a view are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// The view.
    pub view: &'a str,
    /// The set of rows.
    pub generation: Generation,
    /// The index's name.
    pub index: &'a str,
    /// The index's partition key and its value, without the generation.
    pub partition: (&'a str, &'a str),
    /// The index's sort key.
    pub sort: &'a str,
    /// The sort key's value behind which the page begins, exclusive: that of the last row of the page before. Rows of
    /// one partition that share a sort key can be torn apart by the end of a page, so it should be unique there.
    pub from: Option<&'a str>,
    /// The sort key's value with which the rows end, inclusive.
    pub until: Option<&'a str>,
    /// The order.
    pub direction: Direction,
    /// At most so many rows.
    pub limit: usize,
}

/// The read models' rows by their indexes, which are eventually consistent.
pub trait Lookups: Generations {
    /// The rows with their keys, in order. Their index attributes need not come along: the document yields them.
    fn query(&self, lookup: &Lookup<'_>) -> impl Future<Output = Result<Vec<(String, Row)>, ViewError>> + Send;

    /// The keys of the rows, in order: all that there is in an index of keys alone.
    fn keys(&self, lookup: &Lookup<'_>) -> impl Future<Output = Result<Vec<String>, ViewError>> + Send;
}
