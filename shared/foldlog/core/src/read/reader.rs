//! Reading a view's rows by the projection that made them, while a changed projection replaces another.

use crate::read::generations::Generations;
use crate::read::projection::{DocumentReader, Folded, PerStream, Projection, Row, Subscription};
use crate::read::views::{Generation, RowKey, ViewError};
use crate::stream::StreamName;
use crate::write::commit::Commit;
use std::marker::PhantomData;

/// The projection `O`, which `P` replaces. It goes on making its own rows, which are shown as `P`'s documents as far as
/// they contain enough.
pub struct PreviousVersion<O, P>(PerStream<O>, PhantomData<fn() -> P>);

impl<O, P> PreviousVersion<O, P> {
    /// The projection that is replaced.
    #[must_use]
    pub const fn new() -> Self {
        Self(PerStream::new(), PhantomData)
    }
}

impl<O, P> Default for PreviousVersion<O, P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O: Projection, P: Projection> Subscription for PreviousVersion<O, P> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn fold_version(&self) -> u32 {
        self.0.fold_version()
    }

    fn partitions(&self) -> &'static [&'static str] {
        self.0.partitions()
    }

    fn follows(&self, category: &str) -> bool {
        self.0.follows(category)
    }

    fn key(&self, stream: &StreamName) -> String {
        self.0.key(stream)
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        self.0.stream(key)
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        self.0.fold(row, commits)
    }
}

impl<O: Projection, P: Projection<Document: From<O::Document>>> DocumentReader<P::Document> for PreviousVersion<O, P> {
    fn document(&self, row: &Row) -> Result<Option<P::Document>, ViewError> {
        self.0.document(row).map(|document| document.map(P::Document::from))
    }
}

/// The reader of the generation that is read.
pub struct Reader<D> {
    generation: Generation,
    fold: Box<dyn DocumentReader<D>>,
}

impl<D> Reader<D> {
    /// The reader of the view that these projections make. [`ViewError::Unusable`] if none of them made the rows:
    /// another projection never reads them.
    pub async fn of<G: Generations>(
        generations: &G,
        folds: Vec<Box<dyn DocumentReader<D>>>,
    ) -> Result<Self, ViewError> {
        let none = |what: String| ViewError::Unusable(format!("{what}, of which this release has none"));
        let Some(view) = folds.first().map(|fold| fold.name()) else { return Err(none("folds".to_owned())) };
        let current = generations.current(view).await?;
        let oldest = || folds.iter().map(|fold| fold.fold_version()).min();
        let schema = current.schema.or_else(oldest).unwrap_or_default();
        let fold = folds.into_iter().find(|fold| fold.fold_version() == schema);
        let fold = fold.ok_or_else(|| none(format!("{view}/{} is of fold {schema}", current.generation)))?;
        Ok(Self { generation: current.generation, fold })
    }

    /// The generation that is read.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// The projection that makes its rows.
    #[must_use]
    pub fn fold(&self) -> &dyn Subscription {
        self.fold.as_ref()
    }

    /// The place of a stream's row.
    #[must_use]
    pub fn place(&self, stream: &StreamName) -> RowKey {
        RowKey { view: self.fold.name(), generation: self.generation, key: self.fold.key(stream) }
    }

    /// A row's document; none if its stream has nothing to show.
    pub fn document(&self, row: &Row) -> Result<Option<D>, ViewError> {
        self.fold.document(row)
    }
}
