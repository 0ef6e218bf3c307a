//! Rows by an index, whose name is that of its partition key.

use crate::Queries;
use crate::reading::document;
use eventsourcing::views::Generation;
use eventsourcing::{Direction, Lookup, Lookups, Projection, Version};
use futures::future::try_join_all;
use lambda::Problem;
use lambda::http::Page;

/// The most warehouses that hold one product, or send something for one order.
const MOST_WAREHOUSES: usize = 1_000;

/// Documents with the versions of their rows.
type Documents<P> = Vec<(Version, <P as Projection>::Document)>;

impl<L, V: Lookups, R, H> Queries<L, V, R, H> {
    /// What may stand on a page: from each of some partitions of an index as much as fills it, and one more.
    pub(crate) async fn page_of<P: Projection>(
        &self,
        page: &Page,
        (index, partitions): (&str, impl IntoIterator<Item = String>),
        sort: &str,
        direction: Direction,
    ) -> Result<Documents<P>, Problem> {
        let generation = self.views.current(P::NAME).await?;
        let found = partitions.into_iter().map(async |partition| {
            let from = page.from.as_deref();
            let limit = page.limit + 1;
            let all = all::<P>(generation, (index, &partition), sort);
            self.documents::<P>(&Lookup { from, limit, direction, ..all }).await
        });
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    /// All that an index has under a key, by warehouse.
    pub(crate) async fn by_warehouse<P: Projection>(
        &self,
        partition: (&str, &str),
        warehouse: &str,
    ) -> Result<Documents<P>, Problem> {
        let generation = self.views.current(P::NAME).await?;
        self.documents::<P>(&all::<P>(generation, partition, warehouse)).await
    }

    async fn documents<P: Projection>(&self, lookup: &Lookup<'_>) -> Result<Documents<P>, Problem> {
        let mut documents = Vec::new();
        for (_, row) in self.views.query(lookup).await? {
            documents.extend(document::<P::Document>(&row)?.map(|document| (row.version, document)));
        }
        Ok(documents)
    }
}

fn all<'a, P: Projection>(generation: Generation, partition: (&'a str, &'a str), sort: &'a str) -> Lookup<'a> {
    Lookup {
        view: P::NAME,
        generation,
        index: partition.0,
        partition,
        sort,
        from: None,
        until: None,
        direction: Direction::Ascending,
        limit: MOST_WAREHOUSES,
    }
}
