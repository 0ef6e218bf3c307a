//! Who waits, as the view shows it.

use crate::due::Span;
use domain::views::waiting::{INDEX, NAME, SHARD, SINCE, before, partitions};
use dynamo::Views;
use eventsourcing::views::Generation;
use eventsourcing::{Direction, Lookup, Lookups, StreamName, ViewError};
use futures::future::try_join_all;
use lambda::Error;

/// The read model of those who wait.
pub struct WaitingView<V>(V);

impl WaitingView<Views> {
    /// The read model that `table` holds.
    #[must_use]
    pub fn in_table(client: aws_sdk_dynamodb::Client, table: &str) -> Self {
        Self(Views::new(client).with(NAME, table, &[SHARD]))
    }
}

impl<V: Lookups> WaitingView<V> {
    /// The read model among these views.
    pub const fn new(views: V) -> Self {
        Self(views)
    }

    /// The streams that wait since a moment within the span, of each partition at most `limit`, the oldest first.
    pub(crate) async fn since(&self, span: Span, limit: usize) -> Result<Vec<StreamName>, Error> {
        let (from, until) = (before(span.after.next()), before(span.upto.next()));
        let partitions = partitions().into_iter().map(|partition| {
            let (from, until) = (&from, &until);
            async move {
                let lookup = Lookup {
                    view: NAME,
                    generation: Generation::FIRST,
                    index: INDEX,
                    partition: (SHARD, &partition),
                    sort: SINCE,
                    from: Some(from),
                    until: Some(until),
                    direction: Direction::Ascending,
                    limit,
                };
                let keys = self.0.keys(&lookup).await?;
                if keys.len() == limit {
                    tracing::warn!(partition, since = from, "more wait than are asked for in one run");
                }
                Ok::<_, ViewError>(keys)
            }
        });
        let keys = try_join_all(partitions).await?.into_iter().flatten();
        Ok(keys.map(|key| key.parse()).collect::<Result<_, _>>()?)
    }
}
