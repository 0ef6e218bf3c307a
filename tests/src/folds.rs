//! Whether the read models are what the log says.

use aws_sdk_dynamodb::Client;
use domain::views::{PARTITIONS, subscriptions};
use dynamo::{Log, Views};
use eventsourcing::verify::{Verification, VerifyError};
use eventsourcing::views::Generation;
use eventsourcing::{LogScan, StreamName};
use lambda::SystemHost;

/// The first thing that is not as the log says, if there is one; `table` tells the name of a table by its logical id.
pub async fn first_difference(client: &Client, table: impl Fn(&str) -> String) -> Option<String> {
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
    match verification.run(&streams, || {}).await {
        Ok(_) => None,
        Err(VerifyError::Different(difference)) => Some(difference.to_string()),
        Err(error) => panic!("{error}"),
    }
}
