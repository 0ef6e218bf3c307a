//! What products cost now: read from their own streams when a command needs it, never from a cache.

use foldlog::{Consistency, EventLog, LogError, state_of};
use foldlog_lambda::Problem;
use futures::future::try_join_all;
use shop_domain::cart::Offer;
use shop_domain::product::{Product, Registration, State};
use shop_domain::values::{Category, Line, Sku};
use std::collections::BTreeMap;

/// How a product stands, for putting it into a cart: one that does not seem to be for sale is read again, strongly.
pub(crate) async fn offer<L: EventLog>(log: &L, sku: &Sku) -> Result<Offer, Problem> {
    match read(log, sku, Consistency::Eventual).await? {
        offer @ Offer::At(_) => Ok(offer),
        Offer::NotListed | Offer::Unknown => read(log, sku, Consistency::Strong).await,
    }
}

/// How the products of a cart stand at checkout, and what they are filed under: read strongly.
pub(crate) async fn terms<L: EventLog>(
    log: &L,
    lines: &[Line],
) -> Result<(BTreeMap<Sku, Offer>, BTreeMap<Sku, Category>), Problem> {
    let products = lines.iter().map(|line| async move {
        let product = state_of::<Product>(log, &line.sku, Consistency::Strong).await?;
        Ok::<_, LogError>((&line.sku, product))
    });
    let (mut offers, mut categories) = (BTreeMap::new(), BTreeMap::new());
    for (sku, product) in try_join_all(products).await? {
        offers.insert(sku.clone(), offered(&product));
        if let State::Listed(Registration { category: Some(category), .. }) = product {
            categories.insert(sku.clone(), category);
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
