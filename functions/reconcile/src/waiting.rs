//! Who waits, as the views show it: processes, checked-out carts, and orders that were cancelled or shipped.

use crate::due::Span;
use foldlog::{Decider, Direction, Generations, Lookup, Lookups, Projection, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::Indexed;
use foldlog_lambda::{Error, SettingError};
use futures::future::try_join_all;
use shop_domain::order::Order;
use shop_domain::views::order;
use shop_domain::views::waiting::{INDEX, NAME, SHARD, SINCE, before, partitions};

/// The views, and how their rows are found.
const VIEWS: [Indexed; 2] = [(NAME, &[SHARD]), (order::View::NAME, &[order::MOVED])];

/// The read models of those who wait.
pub(crate) struct WaitingView<P: Ports>(P::Views);

impl<P: Ports> WaitingView<P> {
    pub(crate) fn on(ports: &P) -> Result<Self, SettingError> {
        ports.views(VIEWS).map(Self)
    }

    /// The streams that wait since a moment within the span, of each partition at most `limit`, the oldest first.
    pub(crate) async fn since(&self, span: Span, limit: usize) -> Result<Vec<StreamName>, Error> {
        let (from, until) = (before(span.after.next()), before(span.upto.next()));
        let waiting = partitions().into_iter().map(|partition| (NAME, INDEX, SHARD, SINCE, partition));
        let moved = (0..order::MOVED_SHARDS)
            .map(|shard| (order::View::NAME, order::MOVED, order::MOVED, order::MOVED_AT, shard.to_string()));
        let found = waiting.chain(moved).map(|(view, index, key, sort, partition)| {
            let (from, until) = (Some(from.as_str()), Some(until.as_str()));
            async move {
                let lookup = Lookup {
                    view,
                    generation: self.0.current(view).await?.generation,
                    index,
                    partition: (key, &partition),
                    sort,
                    from,
                    until,
                    direction: Direction::Ascending,
                    limit,
                };
                let keys = self.0.keys(&lookup).await?;
                if keys.len() == limit {
                    tracing::warn!(view, partition, since = from, "more wait than are asked for in one run");
                }
                let stream = |key: String| match view {
                    order::View::NAME => StreamName::new(Order::CATEGORY, &key),
                    _ => key.parse(),
                };
                Ok::<_, Error>(keys.into_iter().map(stream).collect::<Result<Vec<_>, _>>()?)
            }
        });
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }
}
