//! The tables that a host left in a directory, while no host runs there.

use crate::database::Closing;
use crate::error::HostError;
use crate::events::Buses;
use crate::machines::Starter;
use crate::plan::Plan;
use crate::queues::Queues;
use crate::seam::{Backend, Seam};
use crate::secrets::Secrets;
use crate::work::Work;
use aws_config::SdkConfig;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Tables without functions: a write to them triggers nothing.
pub struct Kept {
    backend: Arc<Backend>,
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
        let (starters, _) = Starter::all(&plan.machines, &work);
        let queues = Queues::declared(&plan.stack, &BTreeMap::new())?;
        let buses = Buses::declared(&plan.stack, &queues, &starters)?;
        let (backend, closing) =
            Backend::open(&plan, directory, buses, BTreeMap::new(), work, Secrets::of(BTreeMap::new()), false).await?;
        Ok(Self { backend, closing })
    }

    /// An in-process SDK configuration that may do anything.
    #[must_use]
    pub fn aws_config(&self) -> SdkConfig {
        Seam::unrestricted(Arc::clone(&self.backend)).config()
    }

    /// The name of a table by its logical id.
    #[must_use]
    pub fn table(&self, logical: &str) -> Option<&str> {
        let table = self.backend.tables.iter().find(|table| table.logical == logical);
        table.map(|table| table.name.as_str())
    }

    /// Releases the directory.
    pub async fn close(self) {
        self.closing.closed().await;
    }
}
