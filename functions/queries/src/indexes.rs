//! Rows that an index finds.

use crate::Queries;
use foldlog::{Direction, Index, Lookup, Lookups, Projection, Reader, Version};
use foldlog_functions::KeyPorts;
use foldlog_lambda::Problem;
use foldlog_lambda::http::Page;
use futures::future::try_join_all;

/// The maximum number of warehouses that hold one product, or send parcels for one order.
const MOST_WAREHOUSES: usize = 1_000;

/// Documents with the versions of their rows.
type Documents<R> = Vec<(Version, <R as Projection>::Document)>;

impl<P: KeyPorts> Queries<P> {
    /// The candidates for a page: each partition of the index contributes up to one document more than a page holds.
    pub(crate) async fn page_of<R: Projection>(
        &self,
        page: &Page,
        (index, partitions): (Index, impl IntoIterator<Item = String>),
        direction: Direction,
    ) -> Result<Documents<R>, Problem> {
        let reader = Reader::of(&self.views, R::folds()).await?;
        let found = partitions.into_iter().map(async |partition| {
            let (from, first) = (page.from.as_deref(), index.first(reader.generation(), &partition, page.limit + 1));
            self.documents::<R>(&reader, &Lookup { from, direction, ..first }).await
        });
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    /// All documents that an index has under a key, by warehouse.
    pub(crate) async fn by_warehouse<R: Projection>(
        &self,
        index: Index,
        partition: &str,
    ) -> Result<Documents<R>, Problem> {
        let reader = Reader::of(&self.views, R::folds()).await?;
        self.documents::<R>(&reader, &index.first(reader.generation(), partition, MOST_WAREHOUSES)).await
    }

    async fn documents<R: Projection>(
        &self,
        reader: &Reader<R::Document>,
        lookup: &Lookup<'_>,
    ) -> Result<Documents<R>, Problem> {
        let mut documents = Vec::new();
        for (_, row) in self.views.query(lookup).await? {
            documents.extend(reader.document(&row)?.map(|document| (row.version, document)));
        }
        Ok(documents)
    }
}
