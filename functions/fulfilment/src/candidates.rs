//! Which warehouses to ask for a line: a view proposes, the stock's own streams decide.

use aws_sdk_dynamodb::Client;
use domain::values::{Line, WarehouseId};
use domain::views::stock::{Document, SKU, View, WAREHOUSE};
use dynamo::Views;
use eventsourcing::views::Generation;
use eventsourcing::{Direction, Lookup, Lookups, Projection};
use lambda::Error;

/// The most warehouses that are asked for a line.
const MOST: usize = 20;

/// Proposes warehouses.
pub trait Candidates: Send + Sync {
    /// The warehouses that may have a line's goods, in the order in which to ask them.
    fn of(&self, line: &Line) -> impl Future<Output = Result<Vec<WarehouseId>, Error>> + Send;
}

/// The read model of stock: first the warehouses that seem to have enough, then the others, by id.
pub struct StockView<V>(V);

impl StockView<Views> {
    /// The read model that `table` holds.
    #[must_use]
    pub fn in_table(client: Client, table: &str) -> Self {
        Self(Views::new(client).with(View::NAME, table, &[SKU]))
    }
}

impl<V> StockView<V> {
    /// The read model among these views.
    pub const fn new(views: V) -> Self {
        Self(views)
    }
}

impl<V: Lookups> Candidates for StockView<V> {
    async fn of(&self, line: &Line) -> Result<Vec<WarehouseId>, Error> {
        let lookup = Lookup {
            view: View::NAME,
            generation: Generation::FIRST,
            index: SKU,
            partition: (SKU, line.sku.as_str()),
            sort: WAREHOUSE,
            from: None,
            until: None,
            direction: Direction::Ascending,
            limit: MOST,
        };
        let rows = self.0.query(&lookup).await?;
        let documents = rows.iter().map(|(_, row)| serde_json::from_str::<Option<Document>>(&row.document));
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        let (enough, others): (Vec<_>, Vec<_>) =
            documents.into_iter().flatten().partition(|document| document.state.available() >= line.quantity.get());
        Ok(enough.into_iter().chain(others).map(|document| document.warehouse).collect())
    }
}
