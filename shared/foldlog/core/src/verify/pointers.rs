//! Whether all rows exist that lead to the commits which a row has folded.

use super::difference::{Difference, VerifyError, unlike};
use super::refolded::Refolded;
use super::verification::Verification;
use crate::ports::Clock;
use crate::read::projection::{Row, Subscription};
use crate::read::views::{RowKey, Views};
use crate::stream::StreamName;
use crate::write::log::Consistency;
use crate::write::scan::LogScan;
use futures::{StreamExt, TryStreamExt, stream};

/// How many rows are read side by side, and how many reads are prepared together: a stream may have thousands.
const CONCURRENCY: usize = 8;
const PREPARED: usize = 128;

impl<L: LogScan, V: Views, H: Clock> Verification<'_, L, V, H> {
    /// The number of such rows of a stream, and those that are missing or differ.
    pub(super) async fn pointers(
        &self,
        stream: &StreamName,
        folds: &[Refolded<'_>],
    ) -> Result<(usize, Vec<Difference>), VerifyError> {
        let (mut there, mut differences) = (0, Vec::new());
        for fold in folds {
            for pointers in fold.pointers.chunks(PREPARED) {
                let each: Vec<_> = pointers.iter().map(|link| self.link(stream, fold.subscription, link)).collect();
                let found: Vec<Option<Difference>> = stream::iter(each).buffered(CONCURRENCY).try_collect().await?;
                there += found.iter().filter(|difference| difference.is_none()).count();
                differences.extend(found.into_iter().flatten());
            }
        }
        Ok((there, differences))
    }

    async fn link(
        &self,
        stream: &StreamName,
        subscription: &dyn Subscription,
        (key, link): &(String, Row),
    ) -> Result<Option<Difference>, VerifyError> {
        let (stream, view, version) = (stream.clone(), subscription.name(), link.version);
        let place = RowKey { view, generation: self.registry.read(view), key: key.clone() };
        let difference = match self.views.row(&place, Consistency::Strong).await? {
            None => Some((String::new(), "absent".to_owned(), link.document.clone())),
            Some(found) => unlike(&found, link).map(|(field, found, folded)| (format!("/{field}"), found, folded)),
        };
        Ok(difference.map(|(field, found, folded)| {
            let field = format!("links/{key}{field}");
            Difference::Row { stream, version, view, field, found, folded }
        }))
    }
}
