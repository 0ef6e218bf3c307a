//! Reading a view's rows by the fold that made them, while a changed fold takes the place of another.

use crate::read::generations::Generations;
use crate::read::projection::{DocumentReader, Folded, PerStream, Projection, Row, Subscription};
use crate::read::views::{Generation, RowKey, ViewError};
use crate::stream::StreamName;
use crate::write::commit::Commit;
use std::marker::PhantomData;

/// The fold `O`, which gives way to `P`: it goes on making its own rows, which are shown as `P`'s documents as far as
/// they say so much.
pub struct PreviousVersion<O, P>(PerStream<O>, PhantomData<fn() -> P>);

impl<O, P> PreviousVersion<O, P> {
    /// The fold that gives way.
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

/// What reads the rows of the generation that a view's readers are sent to.
pub struct Reader<D> {
    generation: Generation,
    fold: Box<dyn DocumentReader<D>>,
}

impl<D> Reader<D> {
    /// The reader of the view that these folds make, each of the rows that are its own. [`ViewError::Unusable`] where
    /// the rows were made by none of them: they are not taken for something else.
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

    /// Which rows are read.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// The fold that makes them.
    #[must_use]
    pub fn fold(&self) -> &dyn Subscription {
        self.fold.as_ref()
    }

    /// Where the row of a stream stands.
    #[must_use]
    pub fn place(&self, stream: &StreamName) -> RowKey {
        RowKey { view: self.fold.name(), generation: self.generation, key: self.fold.key(stream) }
    }

    /// A row's document; none where its stream has nothing to show.
    pub fn document(&self, row: &Row) -> Result<Option<D>, ViewError> {
        self.fold.document(row)
    }
}
