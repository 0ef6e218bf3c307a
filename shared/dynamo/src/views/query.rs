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
    /// The sort key's value with which the rows end, inclusive.
    pub until: Option<&'a str>,
    /// The order.
    pub direction: Direction,
    /// At most so many rows.
    pub limit: usize,
}

impl Lookup<'_> {
    /// What the sort key has to be.
    fn condition(&self) -> Option<&'static str> {
        Some(match (self.from, self.until, self.direction) {
            (None, None, _) => return None,
            (Some(_), None, Direction::Ascending) => "#sort > :from",
            (Some(_), None, Direction::Descending) => "#sort < :from",
            (None, Some(_), Direction::Ascending) => "#sort <= :until",
            (None, Some(_), Direction::Descending) => "#sort >= :until",
            (Some(_), Some(_), Direction::Ascending) => "#sort BETWEEN :from AND :until",
            (Some(_), Some(_), Direction::Descending) => "#sort BETWEEN :until AND :from",
        })
    }

    /// The values in it.
    fn bounds(&self) -> Vec<(&'static str, &str)> {
        [(":from", self.from), (":until", self.until)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

impl Views {
    /// The rows with their keys, in order. Indexes are eventually consistent.
    pub async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        self.items(lookup).await?.into_iter().map(row::row_of).collect()
    }

    /// The keys of the rows, in order: all that there is in an index of keys alone.
    pub async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        self.items(lookup).await?.iter().map(row::key_of).collect()
    }

    async fn items(&self, lookup: &Lookup<'_>) -> Result<Vec<Key>, ViewError> {
        let mut items = Vec::new();
        let mut start = None;
        while items.len() < lookup.limit {
            let (page, next) = self.page(lookup, lookup.limit - items.len(), start).await?;
            items.extend(page);
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(items)
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
        let query = lookup.bounds().into_iter().fold(query, |query, (name, value)| {
            query.expression_attribute_values(name, AttributeValue::S(value.to_owned()))
        });
        let query = match lookup.condition() {
            None => query.key_condition_expression("#partition = :partition"),
            Some(condition) => query
                .key_condition_expression(format!("#partition = :partition AND {condition}"))
                .expression_attribute_names("#sort", lookup.sort),
        };
        let answer = query.send().await.map_err(Failure::from)?;
        let mut items = answer.items.unwrap_or_default();
        // A condition has either two bounds, both inclusive, or one.
        items.retain(|item| item.get(lookup.sort).and_then(|sort| sort.as_s().ok()).map(String::as_str) != lookup.from);
        Ok((items, answer.last_evaluated_key.filter(|key| !key.is_empty())))
    }
}

type Key = HashMap<String, AttributeValue>;
