//! What products cost now: read from their own streams when a command needs it, never from a cache.

use domain::cart::Offer;
use domain::product::{State, Stream};
use domain::values::{Line, Sku};
use eventsourcing::decider::replay;
use eventsourcing::{Consistency, Decider, EventLog, Reading, StreamName};
use futures::future::try_join_all;
use lambda::Problem;
use std::collections::BTreeMap;

/// How a product stands, for putting it into a cart: one that does not seem to be for sale is read again, strongly.
pub(crate) async fn offer<L: EventLog>(log: &L, sku: &Sku) -> Result<Offer, Problem> {
    match read(log, sku, Consistency::Eventual).await? {
        offer @ Offer::At(_) => Ok(offer),
        Offer::NotListed | Offer::Unknown => read(log, sku, Consistency::Strong).await,
    }
}

/// How the products of a cart stand at checkout: read strongly.
pub(crate) async fn offers<L: EventLog>(log: &L, lines: &[Line]) -> Result<BTreeMap<Sku, Offer>, Problem> {
    let offer =
        async |line: &Line| Ok::<_, Problem>((line.sku.clone(), read(log, &line.sku, Consistency::Strong).await?));
    Ok(try_join_all(lines.iter().map(offer)).await?.into_iter().collect())
}

async fn read<L: EventLog>(log: &L, sku: &Sku, consistency: Consistency) -> Result<Offer, Problem> {
    let stream = StreamName::new(Stream::CATEGORY, sku.as_str()).map_err(|error| Problem::internal(&error))?;
    Ok(match replay::<Stream>(&log.load(&stream, Reading::of::<Stream>(consistency)).await?)? {
        State::Unregistered => Offer::Unknown,
        State::Unlisted(_) => Offer::NotListed,
        State::Listed(product) => Offer::At(product.price),
    })
}
