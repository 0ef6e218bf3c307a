//! Which processes have waited for too long, as a view shows it.

use foldlog::{Lookup, Lookups, StreamName, Timestamp};
use foldlog_functions::ports::Indexed;
use foldlog_lambda::Error;
use futures::future::try_join_all;
use shop_domain::views::waiting::{BY_DEADLINE, NAME, SHARD, before, process_partitions};

/// So many processes of each of the view's partitions are asked in one run, those first that are due the longest. The
/// others are asked in the next.
const MOST: usize = 250;
/// The view, and how its rows are found.
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
