//! Finding rows by an index, with key conditions alone: nothing is read that is not returned.

use super::{Views, row, within};
use crate::error::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use eventsourcing::Row;
use eventsourcing::views::{Generation, ViewError};
use std::collections::HashMap;

/// In which order of an index's sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest on.
    Ascending,
    /// From the largest on.
    Descending,
}

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
    /// The order.
    pub direction: Direction,
    /// At most so many rows.
    pub limit: usize,
}

impl Views {
    /// The rows with their keys, in order. Indexes are eventually consistent.
    pub async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        let mut rows = Vec::new();
        let mut start = None;
        while rows.len() < lookup.limit {
            let (items, next) = self.page(lookup, lookup.limit - rows.len(), start).await?;
            for item in items {
                rows.push(row::row_of(item)?);
            }
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(rows)
    }

    /// One answer of the store, which ends after 1 MB even where more was asked for, and where the next one starts.
    async fn page(
        &self,
        lookup: &Lookup<'_>,
        limit: usize,
        start: Option<Key>,
    ) -> Result<(Vec<Key>, Option<Key>), ViewError> {
        let (partition, value) = lookup.partition;
        let query = self
            .client
            .query()
            .table_name(&self.table(lookup.view)?.name)
            .index_name(lookup.index)
            .expression_attribute_names("#partition", partition)
            .expression_attribute_values(":partition", AttributeValue::S(within(lookup.generation, value)))
            .scan_index_forward(lookup.direction == Direction::Ascending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let query = match lookup.from {
            None => query.key_condition_expression("#partition = :partition"),
            Some(from) => query
                .key_condition_expression(match lookup.direction {
                    Direction::Ascending => "#partition = :partition AND #sort > :from",
                    Direction::Descending => "#partition = :partition AND #sort < :from",
                })
                .expression_attribute_names("#sort", lookup.sort)
                .expression_attribute_values(":from", AttributeValue::S(from.to_owned())),
        };
        let answer = query.send().await.map_err(Failure::from)?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key.filter(|key| !key.is_empty())))
    }
}

type Key = HashMap<String, AttributeValue>;
