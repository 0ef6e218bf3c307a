//! The catalogue: a row for each product, found by listing and by category.

use super::shard;
use crate::product::{self, Event, Registration, State};
use crate::values::{Category, Sku};
use foldlog::{Decider, Index, Projection, Recorded};
use serde::{Deserialize, Serialize};

/// The partition key of the index of listed products: a shard.
pub const LISTED: &str = "listed";
/// The partition key of the index by category: category and shard.
pub const CATEGORY: &str = "category";
/// The sort key of both.
pub const SKU: &str = "sku";
/// The listed products.
pub const BY_LISTING: Index = Index { view: View::NAME, name: LISTED, partition: LISTED, sort: SKU };
/// The listed products of a category.
pub const BY_CATEGORY: Index = Index { view: View::NAME, name: CATEGORY, partition: CATEGORY, sort: SKU };
/// The number of partitions of the listed products, and of each category.
pub const SHARDS: u64 = 4;

/// The read model.
pub struct View;

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its SKU.
    pub sku: Sku,
    /// Its state.
    pub state: State,
}

impl Document {
    /// The product, if customers may see it.
    #[must_use]
    pub const fn listed(&self) -> Option<&Registration> {
        match &self.state {
            State::Listed(product) => Some(product),
            State::Unregistered | State::Unlisted(_) => None,
        }
    }
}

/// The partition of a category and shard in the index by category.
#[must_use]
pub fn category_partition(category: &Category, shard: u64) -> String {
    format!("{category}/{shard}")
}

impl Projection for View {
    const NAME: &'static str = "catalogue";
    const PARTITIONS: &'static [&'static str] = &[LISTED, CATEGORY];
    type Decider = product::Product;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let before = document.map_or(State::Unregistered, |document| document.state);
        let state = product::Product::evolve(before, &recorded.event);
        Some(Document { sku: recorded.stream.id().parse().ok()?, state })
    }

    fn index(document: &Document) -> Vec<(&'static str, String)> {
        let Some(product) = document.listed() else { return vec![] };
        let shard = shard(document.sku.as_str(), SHARDS);
        let category = product.category.as_ref().map(|category| (CATEGORY, category_partition(category, shard)));
        [(LISTED, shard.to_string()), (SKU, document.sku.to_string())].into_iter().chain(category).collect()
    }
}
