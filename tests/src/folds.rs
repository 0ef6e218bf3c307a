//! Whether the read models are what the log says.

use aws_sdk_dynamodb::Client;
use domain::views::{PARTITIONS, subscriptions};
use dynamo::{Log, Views};
use eventsourcing::views::{Generation, Place};
use eventsourcing::{Consistency, EventLog, LogScan, Version, Views as _};

/// The first row of a read model that is not the fold of its whole stream, if there is one; `table` tells the name of
/// a table by its logical id.
pub async fn first_difference(client: &Client, table: impl Fn(&str) -> String) -> Option<String> {
    let log = Log::new(client.clone(), table("EventLog"));
    let views = PARTITIONS.iter().fold(Views::new(client.clone()), |views, (view, partitions)| {
        let (first, rest) = view.split_at(1);
        views.with(view, table(&format!("{}{rest}View", first.to_uppercase())), partitions)
    });
    let heads = log.heads().await.expect("the log reads");
    assert!(!heads.is_empty(), "an empty log shows nothing");
    for (stream, _) in heads {
        let commits = log.since(&stream, Version::NONE).await.expect("the stream reads");
        for subscription in subscriptions().iter().filter(|subscription| subscription.follows(stream.category())) {
            let place =
                Place { view: subscription.name(), generation: Generation::FIRST, key: subscription.key(&stream) };
            let row = views.row(&place, Consistency::Strong).await.expect("the view reads");
            let row = row.map(|row| (row.version, row.hash, row.document));
            let folded = subscription.fold(None, &commits).row.map(|row| (row.version, row.hash, row.document));
            if row != folded {
                return Some(format!("{place:?} is {row:?}, its stream says {folded:?}"));
            }
        }
    }
    None
}
