//! Whether the read models are what the log says: rows what their streams say, totals what all streams say together.

use aws_sdk_dynamodb::Client;
use domain::views::sales::{self, By};
use domain::views::{PARTITIONS, subscriptions};
use dynamo::{Ledger, Log, Views};
use eventsourcing::totals::{Sums, TotalKey, fold};
use eventsourcing::views::{Generation, Place};
use eventsourcing::{Consistency, EventLog, Ledger as _, LogScan, Totals, Version, Views as _};

/// The first row of a read model that is not the fold of its whole stream, or row of totals that is not the sum of what
/// all streams say, if there is one; `table` tells the name of
/// a table by its logical id.
pub async fn first_difference(client: &Client, table: impl Fn(&str) -> String) -> Option<String> {
    let log = Log::new(client.clone(), table("EventLog"));
    let views = PARTITIONS.iter().fold(Views::new(client.clone()), |views, (view, partitions)| {
        let (first, rest) = view.split_at(1);
        views.with(view, table(&format!("{}{rest}View", first.to_uppercase())), partitions)
    });
    let heads = log.heads().await.expect("the log reads");
    assert!(!heads.is_empty(), "an empty log shows nothing");
    let mut sold = Sums::default();
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
        if stream.category() == sales::View::CATEGORY {
            sold.merge(fold::<sales::View>(&commits).1);
        }
    }
    let ledger = Ledger::new(client.clone(), table("SalesView"), table("SalesCheckpoints"));
    let mut stands = Sums::default();
    for partition in [By::Sku, By::Category].into_iter().flat_map(By::partitions) {
        let rows = ledger.rows(sales::NAME, Generation::FIRST, &partition, "0"..="\u{10ffff}").await;
        for (name, amounts) in rows.expect("the totals read") {
            stands.0.insert(TotalKey { partition: partition.clone(), name }, amounts);
        }
    }
    let keys = sold.0.keys().chain(stands.0.keys());
    let differs = keys.into_iter().find(|key| sold.0.get(key) != stands.0.get(key));
    differs.map(|key| format!("{key:?} is {:?}, all streams say {:?}", stands.0.get(key), sold.0.get(key)))
}
