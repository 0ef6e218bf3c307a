//! The read models' rows, one table for each view, with the key `key` (S).
//!
//! A row's key, and every attribute that is the partition key of an index, is stored behind its generation (`g1/…`), so
//! that a lookup in one generation never finds rows of another.

mod many;
mod query;
mod row;
mod scan;

use crate::error::{Failure, refused_row};
use crate::generations::Generations;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure as OnFailure};
use foldlog::read::views::{RowKey, ViewError, write_each};
use foldlog::{Consistency, Row, Version, Views as Port, Written};
pub(crate) use row::within;
use row::{KEY, VERSION};
pub(crate) use scan::remove;
use std::collections::BTreeMap;

/// The views of one service; clones share the client.
///
/// Reading the register of generations needs `dynamodb:GetItem` on its table. Reading a row needs `dynamodb:GetItem`,
/// writing it `dynamodb:PutItem`, finding rows `dynamodb:Query` on the index. Rows that lead to many commits at once need
/// `dynamodb:BatchWriteItem`, and comparing generations `dynamodb:BatchGetItem`.
#[derive(Clone, Debug)]
pub struct Views {
    client: Client,
    generations: Generations,
    tables: BTreeMap<String, Table>,
}

/// The table of a view's rows.
#[derive(Clone, Debug)]
struct Table {
    name: String,
    partitions: Vec<String>,
}

impl Views {
    /// No views yet. Add each with [`Views::with`]. The table `generations` registers which generation of them is read.
    pub fn new(client: Client, generations: impl Into<String>) -> Self {
        Self { generations: Generations::new(client.clone(), generations), client, tables: BTreeMap::new() }
    }

    /// The generations of these views.
    #[must_use]
    pub const fn generations(&self) -> &Generations {
        &self.generations
    }

    /// The views and one more: its name, its table, and the attributes that are partition keys of the table's indexes.
    #[must_use]
    pub fn with(mut self, view: &str, table: impl Into<String>, partitions: &[&str]) -> Self {
        let partitions = partitions.iter().map(ToString::to_string).collect();
        self.tables.insert(view.to_owned(), Table { name: table.into(), partitions });
        self
    }

    fn table(&self, view: &str) -> Result<&Table, ViewError> {
        self.tables.get(view).ok_or_else(|| ViewError::Unusable(format!("this function knows no table of view {view}")))
    }
}

foldlog::delegate_generations!(Views, generations);
foldlog::delegate_rebuild_progress!(Views, generations);

impl Port for Views {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table(place.view)?.name)
            .key(KEY, AttributeValue::S(within(place.generation, &place.key)))
            .consistent_read(consistency == Consistency::Strong);
        let answer = get.send().await.map_err(Failure::from)?;
        answer.item.map(|item| row::row_of(item).map(|(_, row)| row)).transpose()
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        let table = self.table(place.view)?;
        let put = self
            .client
            .put_item()
            .table_name(&table.name)
            .set_item(Some(row::item_of(place, row, &table.partitions)))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let put = if seen == Version::NONE {
            put.condition_expression("attribute_not_exists(#key)").expression_attribute_names("#key", KEY)
        } else {
            put.condition_expression("#version = :seen")
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()))
        };
        let Err(error) = put.send().await else { return Ok(Written::Yes) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                let stands = failed.item.clone().map(|item| row::row_of(item).map(|(_, row)| row));
                Ok(Written::No(stands.transpose()?))
            }
            _ => Err(refused_row(error)),
        }
    }

    async fn rows(&self, places: &[RowKey]) -> Result<Vec<Option<Row>>, ViewError> {
        let Some(first) = places.first() else { return Ok(Vec::new()) };
        many::rows(&self.client, &self.table(first.view)?.name, places).await
    }

    async fn write_links(&self, beside: &RowKey, links: &[(String, Row)]) -> Result<(), ViewError> {
        if links.len() < many::WORTH_A_BATCH {
            return write_each(self, beside, links).await;
        }
        let table = self.table(beside.view)?;
        let item = |(key, row): &(String, Row)| {
            row::item_of(&RowKey { key: key.clone(), ..beside.clone() }, row, &table.partitions)
        };
        many::write(&self.client, &table.name, links.iter().map(item).collect()).await
    }
}
