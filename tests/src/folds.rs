//! Whether the read models are what the log says: rows what their streams say, totals what all streams say together.

use crate::Shop;
use aws_sdk_dynamodb::Client;
use domain::views::{PARTITIONS, sales, subscriptions};
use dynamo::{Ledger, Log, Views};
use eventsourcing::verify::{TotalsVerification, Verification, VerifyError};
use eventsourcing::views::Generation;
use eventsourcing::{LogScan, StreamName, Totals};
use lambda::SystemHost;

impl Shop {
    /// The first thing that is not as the log says, if there is one once everything has settled.
    pub async fn difference(&self) -> Option<String> {
        self.host.settled().await;
        let tables = self.anyone().get("/_local").await.expect(200).body["tables"].clone();
        let table = |logical: &str| tables[logical].as_str().expect("the table is there").to_owned();
        first_difference(&Client::new(&self.host.aws_config()), table).await
    }
}

/// `table` tells the name of a table by its logical id.
async fn first_difference(client: &Client, table: impl Fn(&str) -> String) -> Option<String> {
    let log = Log::new(client.clone(), table("EventLog"));
    let views = PARTITIONS.iter().fold(Views::new(client.clone()), |views, (view, partitions)| {
        let (first, rest) = view.split_at(1);
        views.with(view, table(&format!("{}{rest}View", first.to_uppercase())), partitions)
    });
    let heads = log.heads().await.expect("the log reads");
    assert!(!heads.is_empty(), "an empty log shows nothing");
    let streams: Vec<StreamName> = heads.into_iter().map(|(stream, _)| stream).collect();
    let subscriptions = subscriptions();
    let verification = Verification {
        log: &log,
        views: &views,
        host: &SystemHost,
        subscriptions: &subscriptions,
        generation: Generation::FIRST,
    };
    let ledger = Ledger::new(client.clone(), table("SalesView"), table("SalesCheckpoints"));
    let totals = TotalsVerification { log: &log, ledger: &ledger, host: &SystemHost, generation: Generation::FIRST };
    let orders: Vec<_> = streams.iter().filter(|stream| stream.category() == sales::View::CATEGORY).cloned().collect();
    let verified = async {
        verification.run(&streams, || {}).await?;
        totals.run::<sales::View>(&orders).await
    };
    match verified.await {
        Ok(_) => None,
        Err(VerifyError::Different(difference)) => Some(difference.to_string()),
        Err(error) => panic!("{error}"),
    }
}
