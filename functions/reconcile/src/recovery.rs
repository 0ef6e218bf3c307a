//! Recovery of the batches that Lambda gave up on.

use crate::handler::Reconcile;
use crate::lost::LostBatches;
use crate::ports::Ports;
use foldlog_lambda::{Error, Function, metrics};
use serde::Serialize;

/// The result of a recovery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// The number of batches.
    pub batches: usize,
    /// The number of batches that were recovered and removed.
    pub recovered: usize,
}

impl<P: Ports> Reconcile<P> {
    /// Recovers the batches that Lambda gave up on. A batch that fails stays for the next run.
    pub async fn recover(&self) -> Result<Recovered, Error> {
        let keys = self.lost.keys().await?;
        metrics::lost(keys.len());
        let mut found = Recovered { batches: keys.len(), recovered: 0 };
        for key in keys {
            match self.recover_one(&key).await {
                Ok(()) => found.recovered += 1,
                Err(error) => tracing::error!(key, error, "a batch that Lambda gave up on was not made up for"),
            }
        }
        Ok(found)
    }

    /// Gives the batch to both readers of the stream. The one that processed it before recognises it.
    async fn recover_one(&self, key: &str) -> Result<(), Error> {
        let batch = self.lost.batch(key).await?;
        let followed = self.projector.call(batch.clone()).await?;
        let published = self.relay.call(batch).await?;
        let failed = followed.batch_item_failures.into_iter().chain(published.batch_item_failures).next();
        match failed.and_then(|failure| failure.item_identifier) {
            Some(record) => Err(format!("record {record} is stuck").into()),
            None => self.lost.remove(key).await,
        }
    }
}
