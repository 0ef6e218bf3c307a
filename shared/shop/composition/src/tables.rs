//! The tables of the local host, or of a stack on AWS, for commands that read the whole log.

use crate::stack::words;
use foldlog::verify::{Limits, Verified, VerifyError, sample};
use foldlog::{LogError, LogScan, StreamName};
use foldlog_dynamo::{Log, TotalsStore, Views};
use foldlog_lambda::SystemHost;
use shop_domain::views::read_models;
use verification::{Found, Shop};

/// The log and the read models of a shop.
pub struct Tables {
    log: Log,
    views: Views,
    sales: TotalsStore,
}

/// The shop has no table of this logical id.
#[derive(Debug, thiserror::Error)]
#[error("there is no table {0}: is that a shop of this release?")]
pub struct NoTable(pub String);

impl Tables {
    /// The tables in a database. `table` maps the logical id of a table to its name.
    pub fn on(database: &aws_sdk_dynamodb::Client, table: impl Fn(&str) -> Option<String>) -> Result<Self, NoTable> {
        let table = |logical: &str| table(logical).ok_or_else(|| NoTable(logical.to_owned()));
        let mut views = Views::new(database.clone(), table("Generations")?);
        for (view, partitions) in read_models().partitions() {
            views = views.with(view, table(&logical(view))?, partitions);
        }
        let sales =
            TotalsStore::new(database.clone(), table("SalesView")?, table("SalesCheckpoints")?, table("Generations")?);
        Ok(Self { log: Log::new(database.clone(), table("EventLog")?), views, sales })
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The rows of the read models.
    #[must_use]
    pub const fn views(&self) -> &Views {
        &self.views
    }

    /// The totals of the sales.
    #[must_use]
    pub const fn sales(&self) -> &TotalsStore {
        &self.sales
    }

    /// All streams, in the order of their names, so that each run reports the same first difference.
    pub async fn streams(&self) -> Result<Vec<StreamName>, LogError> {
        let mut streams: Vec<_> = self.log.heads().await?.into_iter().map(|(stream, _)| stream).collect();
        streams.sort();
        Ok(streams)
    }

    /// The approximate number of commits, for a progress bar; none if it is unknown.
    pub async fn size(&self) -> usize {
        self.log.size().await.ok().and_then(|size| usize::try_from(size).ok()).unwrap_or_default()
    }

    /// A random sample of streams.
    pub async fn sample(&self, count: usize) -> Result<Vec<StreamName>, LogError> {
        sample(&self.log, &SystemHost, count).await
    }

    /// Compares these streams with their chains, and their rows with their folds.
    pub async fn verify(&self, streams: &[StreamName]) -> Result<Found, VerifyError> {
        verification::streams(&self.log, &self.views, &SystemHost, streams).await
    }

    /// Compares everything, and calls `done` with the results so far.
    pub async fn whole(&self, limits: Limits, done: impl FnMut(&Verified) + Send) -> Result<Found, VerifyError> {
        let (log, views, sales, host) = (&self.log, &self.views, &self.sales, &SystemHost);
        Shop { log, views, sales, host }.whole(limits, done).await
    }
}

/// The logical id of a view's table.
fn logical(view: &str) -> String {
    format!("{}View", words(view))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_its_table_in_the_template() {
        for (view, _) in read_models().partitions() {
            let table = format!("\n  {}:\n    Type: AWS::DynamoDB::Table\n", logical(view));
            assert!(crate::stack::TEMPLATE.contains(&table), "{view}");
        }
    }
}
