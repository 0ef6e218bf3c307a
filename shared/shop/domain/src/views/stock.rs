//! The stock: a row for each product in each warehouse, found by product.

use crate::stock::{self, Event, State};
use crate::values::{Sku, StockId, WarehouseId};
use foldlog::{Decider, Index, Projection, Recorded};
use serde::{Deserialize, Serialize};

/// The partition key of the index by product.
pub const SKU: &str = "sku";
/// Its sort key.
pub const WAREHOUSE: &str = "warehouse";

/// The stocks of a product.
pub const BY_PRODUCT: Index = Index { view: View::NAME, name: SKU, partition: SKU, sort: WAREHOUSE };

/// The read model.
pub struct View;

/// A product's stock in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
    /// Its state.
    pub state: State,
}

impl Projection for View {
    const NAME: &'static str = "stock";
    const PARTITIONS: &'static [&'static str] = &[SKU];
    type Decider = stock::Stock;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let before = document.map(|document| document.state).unwrap_or_default();
        let StockId { warehouse, sku } = recorded.stream.id_of::<stock::Stock>()?;
        Some(Document { warehouse, sku, state: stock::Stock::evolve(before, &recorded.event) })
    }

    fn index(document: &Document) -> Vec<(&'static str, String)> {
        vec![(SKU, document.sku.to_string()), (WAREHOUSE, document.warehouse.to_string())]
    }
}
