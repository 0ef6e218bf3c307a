//! The current prices of products: read from the products' own streams for each command, never from a cache.

use foldlog::{Consistency, EventLog, state_of};
use foldlog_lambda::Problem;
use futures::future::try_join_all;
use shop_domain::cart::Offer;
use shop_domain::product::{Product, Registration, State};
use shop_domain::values::{Category, Line, Sku};
use std::collections::BTreeMap;

/// The offer of a product for adding it to a cart. If the product does not seem to be for sale, it is read again,
/// strongly.
pub(crate) async fn offer<L: EventLog>(log: &L, sku: &Sku) -> Result<Offer, Problem> {
    match read(log, sku, Consistency::Eventual).await? {
        offer @ Offer::At(_) => Ok(offer),
        Offer::NotListed | Offer::Unknown => read(log, sku, Consistency::Strong).await,
    }
}

/// The offers of a cart's products at checkout, and their categories: read strongly.
pub(crate) async fn terms<L: EventLog>(
    log: &L,
    lines: &[Line],
) -> Result<(BTreeMap<Sku, Offer>, BTreeMap<Sku, Category>), Problem> {
    let product = async |Line { sku, .. }: &Line| {
        state_of::<Product>(log, sku, Consistency::Strong).await.map(|product| (sku.clone(), product))
    };
    let (mut offers, mut categories) = (BTreeMap::new(), BTreeMap::new());
    for (sku, product) in try_join_all(lines.iter().map(product)).await? {
        offers.insert(sku.clone(), offered(&product));
        if let State::Listed(Registration { category: Some(category), .. }) = product {
            categories.insert(sku, category);
        }
    }
    Ok((offers, categories))
}

async fn read<L: EventLog>(log: &L, sku: &Sku, consistency: Consistency) -> Result<Offer, Problem> {
    Ok(offered(&state_of::<Product>(log, sku, consistency).await?))
}

const fn offered(product: &State) -> Offer {
    match product {
        State::Unregistered => Offer::Unknown,
        State::Unlisted(_) => Offer::NotListed,
        State::Listed(product) => Offer::At(product.price),
    }
}
