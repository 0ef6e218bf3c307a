//! What reconciling stands on: nearly everything.

use crate::lost::{InBucket, LostBatches};
use foldlog_aws::OnAws;
use foldlog_functions::BusPorts;
use foldlog_lambda::{SettingError, Settings};

/// The ports of this function.
pub trait Ports: BusPorts {
    /// What Lambda gave up on.
    type Batches: LostBatches + 'static;

    /// What Lambda gave up on, where the settings say.
    fn lost_batches(&self, settings: &Settings) -> Result<Self::Batches, SettingError>;
}

impl Ports for OnAws {
    type Batches = InBucket;

    fn lost_batches(&self, settings: &Settings) -> Result<InBucket, SettingError> {
        Ok(InBucket::new(self.aws(), settings.text("FAILED_BATCHES")?))
    }
}
