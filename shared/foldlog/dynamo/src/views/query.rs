//! Finding rows by an index, with key conditions alone: a query reads only what it returns.

use super::{Views, row, within};
use crate::error::Failure;
use crate::item::SdkItem;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::{Direction, Lookup, Lookups, Row, ViewError};

/// The condition on the sort key.
fn condition(lookup: &Lookup<'_>) -> Option<&'static str> {
    Some(match (lookup.from, lookup.until, lookup.direction) {
        (None, None, _) => return None,
        (Some(_), None, Direction::Ascending) => "#sort > :from",
        (Some(_), None, Direction::Descending) => "#sort < :from",
        (None, Some(_), Direction::Ascending) => "#sort <= :until",
        (None, Some(_), Direction::Descending) => "#sort >= :until",
        (Some(_), Some(_), Direction::Ascending) => "#sort BETWEEN :from AND :until",
        (Some(_), Some(_), Direction::Descending) => "#sort BETWEEN :until AND :from",
    })
}

/// The values in the condition.
fn bounds<'a>(lookup: &Lookup<'a>) -> Vec<(&'static str, &'a str)> {
    [(":from", lookup.from), (":until", lookup.until)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

impl Lookups for Views {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        self.items(lookup).await?.into_iter().map(row::row_of).collect()
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        self.items(lookup).await?.iter().map(row::key_of).collect()
    }

    async fn places(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, String)>, ViewError> {
        let items = self.items(lookup).await?;
        let place = |item: &SdkItem| {
            let sort = item.get(lookup.sort).and_then(|sort| sort.as_s().ok()).cloned();
            // A query by this index finds only items that have the attribute.
            Ok((sort.unwrap_or_default(), row::key_of(item)?))
        };
        items.iter().map(place).collect()
    }
}

impl Views {
    async fn items(&self, lookup: &Lookup<'_>) -> Result<Vec<SdkItem>, ViewError> {
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

    /// One answer of the store, which ends after 1 MB even if more was requested, and the start of the next one.
    async fn page(
        &self,
        lookup: &Lookup<'_>,
        limit: usize,
        start: Option<SdkItem>,
    ) -> Result<(Vec<SdkItem>, Option<SdkItem>), ViewError> {
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
        let query = bounds(lookup).into_iter().fold(query, |query, (name, value)| {
            query.expression_attribute_values(name, AttributeValue::S(value.to_owned()))
        });
        let query = match condition(lookup) {
            None => query.key_condition_expression("#partition = :partition"),
            Some(condition) => query
                .key_condition_expression(format!("#partition = :partition AND {condition}"))
                .expression_attribute_names("#sort", lookup.sort),
        };
        let answer = query.send().await.map_err(Failure::from)?;
        let mut items = answer.items.unwrap_or_default();
        // A condition has either two inclusive bounds, or one.
        items.retain(|item| item.get(lookup.sort).and_then(|sort| sort.as_s().ok()).map(String::as_str) != lookup.from);
        Ok((items, answer.last_evaluated_key.filter(|key| !key.is_empty())))
    }
}
