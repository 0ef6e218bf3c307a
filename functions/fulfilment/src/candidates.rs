//! Which warehouses to ask for a line: a view proposes, the stock's own streams decide.

use aws_sdk_dynamodb::Client;
use foldlog::{Direction, Lookup, Lookups, Projection, Reader};
use foldlog_dynamo::Views;
use foldlog_lambda::Error;
use shop_domain::fulfilment::Candidate;
use shop_domain::values::Sku;
use shop_domain::views::stock::{Document, SKU, View, WAREHOUSE};

/// The most warehouses that are proposed for a product.
const MOST: usize = 20;

/// Proposes warehouses.
pub trait Candidates: Send + Sync {
    /// The warehouses that may have a product, and how many of it.
    fn of(&self, sku: &Sku) -> impl Future<Output = Result<Vec<Candidate>, Error>> + Send;
}

/// The read model of stock: the warehouses of a product, by id.
pub struct StockView<V>(V);

impl StockView<Views> {
    /// The read model that `table` holds, in generations that another registers.
    #[must_use]
    pub fn in_table(client: Client, table: &str, generations: &str) -> Self {
        Self(Views::new(client, generations).with(View::NAME, table, &[SKU]))
    }
}

impl<V> StockView<V> {
    /// The read model among these views.
    pub const fn new(views: V) -> Self {
        Self(views)
    }
}

impl<V: Lookups> Candidates for StockView<V> {
    async fn of(&self, sku: &Sku) -> Result<Vec<Candidate>, Error> {
        let reader = Reader::of(&self.0, View::folds()).await?;
        let lookup = Lookup {
            view: View::NAME,
            generation: reader.generation(),
            index: SKU,
            partition: (SKU, sku.as_str()),
            sort: WAREHOUSE,
            from: None,
            until: None,
            direction: Direction::Ascending,
            limit: MOST,
        };
        let rows = self.0.query(&lookup).await?;
        let documents = rows.iter().map(|(_, row)| reader.document(row));
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        let candidate = |document: Document| {
            let available = document.state.available();
            Candidate { warehouse: document.warehouse, available }
        };
        Ok(documents.into_iter().flatten().map(candidate).collect())
    }
}
