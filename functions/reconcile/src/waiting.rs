//! Who waits, as the view shows it.

use crate::due::Span;
use domain::views::waiting::{INDEX, NAME, SHARD, SHARDS, SINCE, before};
use dynamo::{Direction, Lookup, Views};
use eventsourcing::StreamName;
use eventsourcing::views::Generation;
use futures::future::try_join_all;
use lambda::Error;

/// The read model of those who wait.
pub(crate) struct WaitingView(Views);

impl WaitingView {
    /// The read model that `table` holds.
    pub(crate) fn new(client: aws_sdk_dynamodb::Client, table: &str) -> Self {
        Self(Views::new(client).with(NAME, table, &[SHARD]))
    }

    /// The streams that wait since a moment within the span, of each partition at most `limit`, the oldest first.
    pub(crate) async fn since(&self, span: Span, limit: usize) -> Result<Vec<StreamName>, Error> {
        let (from, until) = (before(span.after.next()), before(span.upto.next()));
        let shards = (0..SHARDS).map(|shard| {
            let (shard, from, until) = (shard.to_string(), &from, &until);
            async move {
                let lookup = Lookup {
                    view: NAME,
                    generation: Generation::FIRST,
                    index: INDEX,
                    partition: (SHARD, &shard),
                    sort: SINCE,
                    from: Some(from),
                    until: Some(until),
                    direction: Direction::Ascending,
                    limit,
                };
                self.0.query(&lookup).await
            }
        });
        let rows = try_join_all(shards).await?.into_iter().flatten();
        Ok(rows.map(|(key, _)| key.parse()).collect::<Result<_, _>>()?)
    }
}
