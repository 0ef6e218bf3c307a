//! The streams that wait, as the views show them: processes, checked-out carts, and orders that people moved.

use crate::due::Span;
use foldlog::{Decider, Lookup, Lookups, Projection, StreamName};
use foldlog_functions::ports::Indexed;
use foldlog_lambda::Error;
use futures::future::try_join_all;
use shop_domain::order::Order;
use shop_domain::views::waiting::{BY_SINCE, NAME, SHARD, before, partitions};
use shop_domain::views::{activity, order};

/// The views, and the index attributes that find their rows.
pub(crate) const VIEWS: [Indexed; 3] =
    [(NAME, &[SHARD]), (order::View::NAME, &[order::MOVED]), (activity::NAME, &[activity::SHARD])];

/// The streams that began to wait within the span: at most `limit` of each partition, the oldest first.
pub(crate) async fn since(views: &impl Lookups, span: Span, limit: usize) -> Result<Vec<StreamName>, Error> {
    let (from, until) = (before(span.after.next()), before(span.upto.next()));
    let waiting = partitions().into_iter().map(|partition| (BY_SINCE, partition));
    let moved = (0..order::MOVED_SHARDS).map(|shard| (order::BY_MOVE, shard.to_string()));
    let found = waiting.chain(moved).map(|(index, partition)| {
        let (from, until) = (Some(from.as_str()), Some(until.as_str()));
        async move {
            let generation = views.current(index.view).await?.generation;
            let lookup = Lookup { from, until, ..index.first(generation, &partition, limit) };
            let keys = views.keys(&lookup).await?;
            if keys.len() == limit {
                tracing::warn!(view = index.view, partition, since = from, "more wait than are asked for in one run");
            }
            let stream = |key: String| match index.view {
                order::View::NAME => StreamName::new(Order::CATEGORY, &key),
                _ => key.parse(),
            };
            Ok::<_, Error>(keys.into_iter().map(stream).collect::<Result<Vec<_>, _>>()?)
        }
    });
    Ok(try_join_all(found).await?.into_iter().flatten().collect())
}
