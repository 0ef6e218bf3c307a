//! The rows of totals as a whole: in pages, and removed.

use super::TotalsStore;
use super::item::{NAME, PARTITION, row_of};
use crate::error::Failure;
use crate::item::SdkItem;
use crate::views::{remove, within};
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::read::views::{Generation, ViewError};
use foldlog::rebuild::{SumScan, SumsPage};
use foldlog::totals::TotalKey;

impl SumScan for TotalsStore {
    async fn sums_page(&self, _: &'static str, after: Option<&(Generation, TotalKey)>) -> Result<SumsPage, ViewError> {
        let start = after.map(|(generation, key)| key_of(*generation, key));
        let scan = self.client.scan().table_name(&self.rows).consistent_read(true).set_exclusive_start_key(start);
        let page = scan.send().await.map_err(Failure::from)?;
        let mut sums = SumsPage { rows: Vec::new(), next: page.last_evaluated_key.as_ref().and_then(place_of) };
        for item in page.items.unwrap_or_default() {
            // An item without a generation belongs to no view.
            let Some((generation, key)) = place_of(&item) else { continue };
            let (_, amounts) = row_of(item)?;
            sums.rows.push((generation, key, amounts));
        }
        Ok(sums)
    }

    async fn remove_sums(
        &self,
        _: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<Vec<TotalKey>, ViewError> {
        let items = keys.iter().map(|key| key_of(generation, key)).collect();
        let left = remove(&self.client, &self.rows, items).await?;
        Ok(left.iter().filter_map(place_of).map(|(_, key)| key).collect())
    }
}

fn key_of(generation: Generation, TotalKey { partition, name }: &TotalKey) -> SdkItem {
    let partition = AttributeValue::S(within(generation, partition));
    SdkItem::from([(PARTITION.to_owned(), partition), (NAME.to_owned(), AttributeValue::S(name.clone()))])
}

fn place_of(item: &SdkItem) -> Option<(Generation, TotalKey)> {
    let (generation, partition) = item.get(PARTITION)?.as_s().ok()?.strip_prefix('g')?.split_once('/')?;
    let key = TotalKey { partition: partition.to_owned(), name: item.get(NAME)?.as_s().ok()?.clone() };
    Some((Generation(generation.parse().ok()?), key))
}
