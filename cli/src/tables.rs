//! The tables themselves, for what reads the whole log: those of the local host.

use crate::client::Client;
use crate::failure::Failure;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::views::{PARTITIONS, sales, subscriptions};
use dynamo::{Ledger, Log, Views};
use eventsourcing::scan::Part;
use eventsourcing::verify::{TotalsVerification, Verification, Verified, VerifyError};
use eventsourcing::{Commit, Generations as _, LogError, LogScan, StreamName, Totals};
use lambda::SystemHost;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a local host tells of itself.
#[derive(Deserialize)]
struct Description {
    aws: String,
    tables: BTreeMap<String, String>,
}

/// The log of a shop, and what is folded from it.
pub struct Tables {
    log: Log,
    views: Views,
    sales: Ledger,
}

/// The shop has no table of this logical id.
#[derive(Debug, thiserror::Error)]
#[error("there is no table {0}: is that a shop of this release?")]
pub struct NoTable(String);

impl Tables {
    /// Those of the local host that answers there.
    pub(crate) async fn of(client: &Client) -> Result<Self, Failure> {
        let Description { aws, tables } = client.local().await?;
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "shop"))
            .endpoint_url(aws);
        let database = aws_sdk_dynamodb::Client::from_conf(config.build());
        Ok(Self::on(&database, |logical| tables.get(logical).cloned())?)
    }

    /// Those of a database, of which `table` tells the names by their logical ids.
    pub fn on(database: &aws_sdk_dynamodb::Client, table: impl Fn(&str) -> Option<String>) -> Result<Self, NoTable> {
        let table = |logical: &str| table(logical).ok_or_else(|| NoTable(logical.to_owned()));
        let mut views = Views::new(database.clone(), table("Generations")?);
        for (view, partitions) in PARTITIONS {
            views = views.with(view, table(&logical(view))?, partitions);
        }
        let sales =
            Ledger::new(database.clone(), table("SalesView")?, table("SalesCheckpoints")?, table("Generations")?);
        Ok(Self { log: Log::new(database.clone(), table("EventLog")?), views, sales })
    }

    /// Every stream, in the order of their names: the same difference is the first one each time.
    pub async fn streams(&self) -> Result<Vec<StreamName>, LogError> {
        let mut streams: Vec<_> = self.log.heads().await?.into_iter().map(|(stream, _)| stream).collect();
        streams.sort();
        Ok(streams)
    }

    /// Every commit, each stream's in order.
    pub async fn commits(&self) -> Result<Vec<Commit>, LogError> {
        let (mut commits, mut after) = (Vec::new(), None);
        loop {
            let page = self.log.page(&Part::WHOLE, after.as_ref()).await?;
            commits.extend(page.commits.into_iter().collect::<Result<Vec<_>, _>>()?);
            after = page.next;
            if after.is_none() {
                return Ok(commits);
            }
        }
    }

    /// Compares these streams with their chains, and their rows with their folds; `done` is told of each that agrees.
    pub async fn verify(&self, streams: &[StreamName], done: impl Fn() + Send) -> Result<Verified, VerifyError> {
        let registered = self.views.registered().await?;
        let verification = Verification {
            log: &self.log,
            views: &self.views,
            host: &SystemHost,
            subscriptions: &subscriptions(),
            registry: &registered.registry,
        };
        verification.run(streams, done).await
    }

    /// Compares the totals of the sales with a fold of the orders among all streams; how many rows there are.
    pub async fn verify_sales(&self, streams: &[StreamName]) -> Result<usize, VerifyError> {
        let (log, ledger) = (&self.log, &self.sales);
        let registered = ledger.registered().await?;
        let totals = TotalsVerification { log, ledger, host: &SystemHost, registry: &registered.registry };
        let orders = streams.iter().filter(|stream| stream.category() == sales::View::CATEGORY);
        totals.run::<sales::View>(&orders.cloned().collect::<Vec<_>>()).await
    }
}

/// The logical id of a view's table.
fn logical(view: &str) -> String {
    let (first, rest) = view.split_at(1);
    format!("{}{rest}View", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_its_table_in_the_template() {
        for (view, _) in PARTITIONS {
            let table = format!("\n  {}:\n    Type: AWS::DynamoDB::Table\n", logical(view));
            assert!(crate::TEMPLATE.contains(&table), "{view}");
        }
    }
}
