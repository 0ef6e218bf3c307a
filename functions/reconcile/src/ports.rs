//! The ports of `reconcile`: nearly all that there are.

use crate::lost::{InBucket, LostBatches};
use foldlog_aws::OnAws;
use foldlog_functions::BusPorts;
use foldlog_lambda::{SettingError, Settings};

/// The ports of this function.
pub trait Ports: BusPorts {
    /// The store of the batches that Lambda gave up on.
    type Batches: LostBatches + 'static;

    /// The store of the batches that the settings name.
    fn lost_batches(&self, settings: &Settings) -> Result<Self::Batches, SettingError>;
}

impl Ports for OnAws {
    type Batches = InBucket;

    fn lost_batches(&self, settings: &Settings) -> Result<InBucket, SettingError> {
        Ok(InBucket::new(self.aws(), settings.text("FAILED_BATCHES")?))
    }
}
