//! The warehouses to ask for a line of an order: a view proposes them, and the streams of their stock decide.

use foldlog::{Lookups, Projection, Reader};
use foldlog_functions::ports::Indexed;
use foldlog_lambda::Error;
use shop_domain::fulfilment::Candidate;
use shop_domain::values::Sku;
use shop_domain::views::stock::{BY_PRODUCT, Document, SKU, View};
use std::cmp::Reverse;

/// The maximum number of warehouses proposed for a product.
const MOST: usize = 20;
/// The maximum number of warehouses looked at: a row has some 200 bytes, so they fit into one page.
const MOST_LOOKED_AT: usize = 1_000;
/// The view, and the index attribute that finds its rows.
pub(crate) const VIEW: Indexed = (View::NAME, &[SKU]);

/// The warehouses that may have a product, with their quantities. Those that seem to have most of it come first, so that
/// empty ones use up no places. They fill the places that are left: the view may not show their latest delivery yet.
pub(crate) async fn of_product(views: &impl Lookups, sku: &Sku) -> Result<Vec<Candidate>, Error> {
    let reader = Reader::of(views, View::folds()).await?;
    let rows = views.query(&BY_PRODUCT.first(reader.generation(), sku.as_str(), MOST_LOOKED_AT)).await?;
    let documents = rows.iter().map(|(_, row)| reader.document(row)).collect::<Result<Vec<_>, _>>()?;
    let candidate = |document: Document| {
        let available = document.state.available();
        Candidate { warehouse: document.warehouse, available }
    };
    let mut candidates: Vec<_> = documents.into_iter().flatten().map(candidate).collect();
    candidates.sort_by_key(|candidate| Reverse(candidate.available));
    candidates.truncate(MOST);
    Ok(candidates)
}
