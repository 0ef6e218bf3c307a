//! Which processes have waited for too long, as a view shows it.

use foldlog::{Direction, Generations, Lookup, Lookups, StreamName, Timestamp};
use foldlog_functions::Ports;
use foldlog_functions::ports::Indexed;
use foldlog_lambda::{Error, SettingError};
use futures::future::try_join_all;
use shop_domain::views::waiting::{DEADLINES, DUE, NAME, SHARD, before, process_partitions};

/// So many processes of each of the view's partitions are asked in one run, those first that are due the longest. The
/// others are asked in the next.
const MOST: usize = 250;
/// The view, and how its rows are found.
const VIEW: Indexed = (NAME, &[SHARD]);

/// Until when processes wait, as a read model shows it.
pub(crate) struct DueView<P: Ports>(P::Views);

impl<P: Ports> DueView<P> {
    pub(crate) fn on(ports: &P) -> Result<Self, SettingError> {
        ports.views([VIEW]).map(Self)
    }

    /// The processes whose deadline seems to have passed.
    pub(crate) async fn until(&self, now: Timestamp) -> Result<Vec<StreamName>, Error> {
        let generation = self.0.current(NAME).await?.generation;
        let until = before(now.next());
        let due = process_partitions().map(|partition| {
            let until = Some(until.as_str());
            async move {
                let lookup = Lookup {
                    view: NAME,
                    generation,
                    index: DEADLINES,
                    partition: (SHARD, &partition),
                    sort: DUE,
                    from: None,
                    until,
                    direction: Direction::Ascending,
                    limit: MOST,
                };
                let keys = self.0.keys(&lookup).await?;
                Ok::<_, Error>(keys.iter().map(|key| key.parse()).collect::<Result<Vec<_>, _>>()?)
            }
        });
        Ok(try_join_all(due).await?.into_iter().flatten().collect())
    }
}
