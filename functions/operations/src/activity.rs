//! The streams in the order in which they moved last, merged from the partitions of the index.

use crate::Operations;
use foldlog::{Direction, Lookup, Lookups, Reader};
use foldlog_functions::KeyPorts;
use foldlog_lambda::Problem;
use futures::future::try_join_all;
use shop_domain::views::activity::{BY_MOVE, Document, SHARDS, folds, moved};

impl<P: KeyPorts> Operations<P> {
    /// The streams beyond a place of the index in one direction, up to a limit for each partition. The stream that
    /// moved last comes first.
    pub(crate) async fn moved(
        &self,
        from: Option<&str>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Document>, Problem> {
        let reader = Reader::of(self.views(), folds()).await?;
        let generation = reader.generation();
        let shards = (0..SHARDS).map(async |shard| {
            let partition = shard.to_string();
            let lookup = Lookup { from, direction, ..BY_MOVE.first(generation, &partition, limit) };
            self.views().query(&lookup).await
        });
        let mut found = Vec::new();
        for (_, row) in try_join_all(shards).await?.into_iter().flatten() {
            found.extend(reader.document(&row)?);
        }
        found.sort_by_cached_key(|last| std::cmp::Reverse(moved(last.moved_at, last.stream.as_str())));
        Ok(found)
    }
}
