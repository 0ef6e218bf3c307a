//! Reading a view's rows by the projection that made them, while a changed projection replaces another.

use crate::read::generations::Generations;
use crate::read::projection::{DocumentReader, Row, Subscription};
use crate::read::views::{Generation, RowKey, ViewError};
use crate::stream::StreamName;

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
