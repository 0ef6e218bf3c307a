//! The totals of one view, on two tables: rows with the key `partition` (S) and `name` (S), to which amounts are added,
//! and checkpoints with the key `key` (S). A checkpoint and the amounts that it covers are written in one transaction.

mod item;
mod scan;

use crate::error::{CONDITION_FAILED, Failure, IN_CONFLICT, refused_row};
use crate::generations::Generations;
use crate::views::within;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use foldlog::read::views::{Generation, RowKey, ViewError};
use foldlog::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalsStore as Port};
use item::{KEY, NAME, PARTITION};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The totals of one view; clones share the client.
///
/// Adding to them needs `dynamodb:GetItem` and `dynamodb:PutItem` on the checkpoints and `dynamodb:UpdateItem` on the
/// rows, reading them `dynamodb:Query` on the rows.
#[derive(Clone, Debug)]
pub struct TotalsStore {
    client: Client,
    rows: String,
    checkpoints: String,
    generations: Generations,
}

impl TotalsStore {
    /// The totals in these tables. The table `generations` registers which generation is read.
    pub fn new(
        client: Client,
        rows: impl Into<String>,
        checkpoints: impl Into<String>,
        generations: impl Into<String>,
    ) -> Self {
        let generations = Generations::new(client.clone(), generations);
        Self { client, rows: rows.into(), checkpoints: checkpoints.into(), generations }
    }

    fn writes(&self, entries: &[Entry], sums: &Sums) -> Result<Vec<TransactWriteItem>, ViewError> {
        let Some(Entry { place: RowKey { generation, .. }, .. }) = entries.first() else { return Ok(vec![]) };
        let puts = entries.iter().map(|entry| item::put(&self.checkpoints, entry));
        let updates = sums.0.iter().map(|(key, amounts)| item::update(&self.rows, *generation, key, amounts));
        puts.chain(updates).collect::<Result<_, _>>().map_err(|error| ViewError::Unusable(error.to_string()))
    }
}

foldlog::delegate_generations!(TotalsStore, generations);

impl Port for TotalsStore {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        let key = AttributeValue::S(within(place.generation, &place.key));
        let get = self.client.get_item().table_name(&self.checkpoints).key(KEY, key);
        get.send().await.map_err(Failure::from)?.item.map(item::checkpoint_of).transpose()
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        let writes = self.writes(entries, sums)?;
        // The SDK sends it again under the same token, by which the store recognises the repetition.
        let post = self.client.transact_write_items().set_transact_items(Some(writes));
        match post.send().await {
            Ok(_) => Ok(Posted::Yes),
            Err(error) => refused(entries, error),
        }
    }

    async fn rows(
        &self,
        _: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<BTreeMap<String, Amounts>, ViewError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.rows)
            .consistent_read(true)
            .key_condition_expression("#partition = :partition AND #name BETWEEN :from AND :until")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#name", NAME)
            .expression_attribute_values(":partition", AttributeValue::S(within(generation, partition)))
            .expression_attribute_values(":from", AttributeValue::S((*names.start()).to_owned()))
            .expression_attribute_values(":until", AttributeValue::S((*names.end()).to_owned()))
            .into_paginator()
            .items()
            .send();
        let mut rows = BTreeMap::new();
        while let Some(item) = pages.next().await {
            let (name, amounts) = item::row_of(item.map_err(Failure::from)?)?;
            rows.insert(name, amounts);
        }
        Ok(rows)
    }
}

/// The meaning of a cancelled transaction.
fn refused(entries: &[Entry], error: SdkError<TransactWriteItemsError>) -> Result<Posted, ViewError> {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => return Err(refused_row(error)),
    };
    let is = |reason: &CancellationReason, code| reason.code() == Some(code);
    if reasons.iter().any(|reason| is(reason, CONDITION_FAILED)) {
        // Only checkpoints have conditions, and they come first.
        let stands = entries.iter().zip(reasons).map(|(entry, reason)| {
            if !is(reason, CONDITION_FAILED) {
                return Ok(entry.seen.clone());
            }
            reason.item().cloned().filter(|item| !item.is_empty()).map(item::checkpoint_of).transpose()
        });
        return Ok(Posted::No(stands.collect::<Result<_, ViewError>>()?));
    }
    if reasons.iter().any(|reason| is(reason, IN_CONFLICT)) {
        return Ok(Posted::Busy);
    }
    let text = format!("the transaction was cancelled: {reasons:?}");
    // An item that is too large stays so. Every other reason is a lack of throughput.
    let lasting = reasons.iter().any(|reason| is(reason, "ValidationError"));
    Err(if lasting { ViewError::Damaged(text) } else { ViewError::Unavailable(text) })
}
