//! The tables that a host left in a directory, while no host runs there.

use crate::buckets::Buckets;
use crate::database::{Closing, Engine};
use crate::error::HostError;
use crate::events::Buses;
use crate::machines::Starters;
use crate::plan::Plan;
use crate::queues::Queues;
use crate::seam::{Backend, Seam};
use crate::work::Work;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Tables without functions: a write to them triggers nothing.
pub struct Kept {
    backend: Arc<Backend>,
    names: BTreeMap<String, String>,
    closing: Closing,
}

impl Kept {
    /// Opens or creates a template's tables in a directory.
    pub async fn open(
        template: &str,
        parameters: &BTreeMap<String, String>,
        directory: &Path,
    ) -> Result<Self, HostError> {
        let plan = Plan::read(template, parameters)?;
        let work = Work::default();
        let (starters, _) = Starters::of(&plan.machines, &work);
        let queues = Queues::declared(&plan.stack, &BTreeMap::new())?;
        let buses = Buses::declared(&plan.stack, &queues, &starters)?;
        let (engine, closing) = Engine::open(directory)?;
        let buckets = Buckets::declared(&plan.stack, directory);
        let backend = Backend::new(engine, buses, buckets, plan.tables.clone(), BTreeMap::new(), work, false);
        let names = plan.tables.iter().map(|table| (table.logical.clone(), table.name.clone())).collect();
        let kept = Self { backend: Arc::new(backend), names, closing };
        let client = Client::new(&kept.aws_config());
        for table in &plan.tables {
            table.ensure(&client).await?;
        }
        Ok(kept)
    }

    /// An in-process SDK configuration that may do anything.
    #[must_use]
    pub fn aws_config(&self) -> SdkConfig {
        Seam::unrestricted(Arc::clone(&self.backend)).config()
    }

    /// The name of a table by its logical id.
    #[must_use]
    pub fn table(&self, logical: &str) -> Option<&str> {
        self.names.get(logical).map(String::as_str)
    }

    /// Releases the directory.
    pub async fn close(self) {
        self.closing.closed().await;
    }
}
