//! The processes that have waited too long, as a view shows them.

use foldlog::{Lookup, Lookups, StreamName, Timestamp};
use foldlog_functions::ports::Indexed;
use foldlog_lambda::Error;
use futures::future::try_join_all;
use shop_domain::views::waiting::{BY_DEADLINE, NAME, SHARD, before, process_partitions};

/// The maximum number of processes that one run takes from each partition of the view: the longest overdue first. The
/// next run takes the others.
const MOST: usize = 250;
/// The view, and the index attribute that finds its rows.
pub(crate) const VIEW: Indexed = (NAME, &[SHARD]);

/// The processes whose deadline seems to have passed.
pub(crate) async fn due_until(views: &impl Lookups, now: Timestamp) -> Result<Vec<StreamName>, Error> {
    let generation = views.current(NAME).await?.generation;
    let until = before(now.next());
    let due = process_partitions().map(|partition| {
        let until = Some(until.as_str());
        async move {
            let lookup = Lookup { until, ..BY_DEADLINE.first(generation, &partition, MOST) };
            let keys = views.keys(&lookup).await?;
            Ok::<_, Error>(keys.iter().map(|key| key.parse()).collect::<Result<Vec<_>, _>>()?)
        }
    });
    Ok(try_join_all(due).await?.into_iter().flatten().collect())
}
