//! Whether all rows are there that lead to the commits which a row has taken in.

use super::{Anew, Difference, Verification, VerifyError, unlike};
use crate::log::Consistency;
use crate::ports::Clock;
use crate::projection::{Row, Subscription};
use crate::scan::LogScan;
use crate::stream::StreamName;
use crate::views::{Place, Views};
use futures::{StreamExt, TryStreamExt, stream};

/// How many rows are read side by side.
const CONCURRENCY: usize = 8;

impl<L: LogScan, V: Views, H: Clock> Verification<'_, L, V, H> {
    /// How many there are of a stream's folds; the first one that is not there, or not as it should be, is the error.
    pub(super) async fn links(&self, stream: &StreamName, folds: &[Anew<'_>]) -> Result<usize, VerifyError> {
        let links = folds.iter().flat_map(|fold| fold.links.iter().map(|link| (fold.subscription, link)));
        let each: Vec<_> = links.map(|(subscription, link)| self.link(stream, subscription, link)).collect();
        stream::iter(each).buffered(CONCURRENCY).try_fold(0, async |found, ()| Ok(found + 1)).await
    }

    async fn link(
        &self,
        stream: &StreamName,
        subscription: &dyn Subscription,
        (key, link): &(String, Row),
    ) -> Result<(), VerifyError> {
        let view = subscription.name();
        let place = Place { view, generation: self.registry.read(view), key: key.clone() };
        let difference = match self.views.row(&place, Consistency::Strong).await? {
            None => Some((String::new(), "absent".to_owned(), link.document.clone())),
            Some(found) => unlike(&found, link).map(|(field, found, folded)| (format!("/{field}"), found, folded)),
        };
        match difference {
            None => Ok(()),
            Some((field, found, folded)) => {
                let field = format!("links/{key}{field}");
                Err(Difference::Row { stream: stream.clone(), view, field, found, folded }.into())
            }
        }
    }
}
