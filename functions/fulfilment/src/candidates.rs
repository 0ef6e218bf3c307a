//! Which warehouses to ask for a line: a view proposes, the stock's own streams decide.

use foldlog::{Lookups, Projection, Reader};
use foldlog_functions::ports::Indexed;
use foldlog_lambda::Error;
use shop_domain::fulfilment::Candidate;
use shop_domain::values::Sku;
use shop_domain::views::stock::{BY_PRODUCT, Document, SKU, View};

/// The most warehouses that are proposed for a product.
const MOST: usize = 20;
/// The view, and how its rows are found.
pub(crate) const VIEW: Indexed = (View::NAME, &[SKU]);

/// The warehouses that may have a product, and how many of it: the first by id.
pub(crate) async fn of_product(views: &impl Lookups, sku: &Sku) -> Result<Vec<Candidate>, Error> {
    let reader = Reader::of(views, View::folds()).await?;
    let rows = views.query(&BY_PRODUCT.first(reader.generation(), sku.as_str(), MOST)).await?;
    let documents = rows.iter().map(|(_, row)| reader.document(row));
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let candidate = |document: Document| {
        let available = document.state.available();
        Candidate { warehouse: document.warehouse, available }
    };
    Ok(documents.into_iter().flatten().map(candidate).collect())
}
