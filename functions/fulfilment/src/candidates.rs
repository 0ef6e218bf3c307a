//! Which warehouses to ask for a line: a view proposes, the stock's own streams decide.

use foldlog::{Direction, Lookup, Lookups, Projection, Reader};
use foldlog_functions::Ports;
use foldlog_functions::ports::Indexed;
use foldlog_lambda::{Error, SettingError};
use shop_domain::fulfilment::Candidate;
use shop_domain::values::Sku;
use shop_domain::views::stock::{Document, SKU, View, WAREHOUSE};

/// The most warehouses that are proposed for a product.
const MOST: usize = 20;
/// The view, and how its rows are found.
const VIEW: Indexed = (View::NAME, &[SKU]);

/// The read model of stock: the warehouses of a product, by id.
pub(crate) struct StockView<P: Ports>(P::Views);

impl<P: Ports> StockView<P> {
    pub(crate) fn on(ports: &P) -> Result<Self, SettingError> {
        ports.views([VIEW]).map(Self)
    }

    /// The warehouses that may have a product, and how many of it.
    pub(crate) async fn candidates(&self, sku: &Sku) -> Result<Vec<Candidate>, Error> {
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
