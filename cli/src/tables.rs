//! The tables themselves, for what reads the whole log: those of the local host.

use crate::client::Client;
use crate::failure::Failure;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::views::PARTITIONS;
use dynamo::{Ledger, Log, Views};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a local host tells of itself.
#[derive(Deserialize)]
struct Description {
    aws: String,
    tables: BTreeMap<String, String>,
}

/// The log of a shop, and what is folded from it.
pub(crate) struct Tables {
    /// The log.
    pub(crate) log: Log,
    /// The views.
    pub(crate) views: Views,
    /// The sales.
    pub(crate) sales: Ledger,
}

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
        let table = |logical: String| tables.get(&logical).cloned().ok_or(Failure::NoTable(logical));
        let mut views = Views::new(database.clone());
        for (view, partitions) in PARTITIONS {
            views = views.with(view, table(logical(view))?, partitions);
        }
        let [log, rows, checkpoints] =
            ["EventLog", "SalesView", "SalesCheckpoints"].map(|logical| table(logical.to_owned()));
        Ok(Self { log: Log::new(database.clone(), log?), views, sales: Ledger::new(database, rows?, checkpoints?) })
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
