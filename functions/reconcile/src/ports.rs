//! What reconciling stands on: nearly everything.

use crate::lost::{InBucket, LostBatches};
use foldlog_aws::OnAws;
use foldlog_functions::BusPorts;
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Lazy, SettingError, Settings};

/// The ports of this function.
pub trait Ports: BusPorts {
    /// What Lambda gave up on.
    type Batches: LostBatches + 'static;

    /// What Lambda gave up on, where the settings say.
    fn lost_batches(&self, settings: &Settings) -> Result<Self::Batches, SettingError>;
}

impl Ports for OnAws {
    type Batches = Lazy<InBucket>;

    /// Made at its first use: most of what operators do needs no bucket.
    fn lost_batches(&self, settings: &Settings) -> Result<Lazy<InBucket>, SettingError> {
        let (aws, bucket) = (self.aws().clone(), settings.text("FAILED_BATCHES")?.to_owned());
        Ok(lazy(move || InBucket::new(&aws, &bucket)))
    }
}
