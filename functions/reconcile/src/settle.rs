//! What follows from some streams is brought up to date: their rows first, because processes choose by the views, then
//! the events that a process may have missed.

use crate::handler::Reconcile;
use crate::ports::Ports;
use crate::processes::Sources;
use foldlog::react::bus::BusError;
use foldlog::read::parked::Class;
use foldlog::{Bus, BusEntry, Followed, Hint, LogError, ParkingLot, StreamName};
use foldlog_lambda::{Error, metrics};
use futures::{StreamExt, stream};

/// The number of streams that are followed together.
const AT_A_TIME: usize = 100;
/// If more of them than this cannot be followed, the store is at fault, and not their rows.
const FEW: usize = 10;
/// The number of streams that are checked concurrently.
const SIDE_BY_SIDE: usize = 8;

/// What was done for some streams.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settled {
    /// The number of rows that were behind and are up to date now.
    pub(crate) advanced: usize,
    /// The number of rows that cannot follow their stream.
    pub(crate) parked: usize,
    /// The number of events that were published again.
    pub(crate) hinted: usize,
}

impl<P: Ports> Reconcile<P> {
    /// Brings up to date what follows from these streams. What cannot be helped is noted or logged, and holds up nothing
    /// else. An error means that the store or the bus failed, and that all of it is to be repeated.
    pub(crate) async fn settle(&self, hints: &[Hint]) -> Result<Settled, Error> {
        let mut settled = Settled::default();
        for hints in hints.chunks(AT_A_TIME) {
            for followed in [self.folds().follow(hints).await, self.sales.follow(hints).await] {
                metrics::followed(&followed.folds);
                settled.advanced += followed.folds.values().map(|report| report.advanced).sum::<usize>();
                settled.parked += followed.folds.values().map(|report| report.parked).sum::<usize>();
                settled.parked += self.note_failures(&followed).await?;
            }
        }
        let streams: Vec<_> = hints.iter().map(|hint| hint.stream().clone()).collect();
        settled.hinted = self.repeat(streams).await?;
        Ok(settled)
    }

    /// Parks the rows that failed for a reason that may pass: nothing else would come back to them before the next run.
    async fn note_failures(&self, followed: &Followed) -> Result<usize, Error> {
        let Some(first) = followed.troubles.first().filter(|_| followed.failed.len() > FEW) else {
            let passing = || followed.troubles.iter().filter(|trouble| trouble.class == Class::Transient);
            for trouble in passing() {
                tracing::error!(subject = %trouble.subject, trouble.error, "a stream was not followed");
                self.folds().parked().park(trouble).await?;
            }
            return Ok(passing().count());
        };
        Err(format!("{} streams were not followed, first {}: {}", followed.failed.len(), first.subject, first.error)
            .into())
    }

    /// Publishes again the events that the processes of these streams may have missed, and counts them. If one stream
    /// fails, the others still continue. A stream that cannot be read is logged, and is no failure: no repetition makes
    /// it readable. All streams are read before the first event is published, as what follows from that changes them.
    pub(crate) async fn repeat(&self, streams: impl IntoIterator<Item = StreamName>) -> Result<usize, Error> {
        let sources = Sources { log: self.folds().log(), stock: &self.stock, publication: &self.relay.publication };
        // Each future is created when its turn comes, because there may be many.
        let read = streams.into_iter().map(async |stream| {
            let hints = sources.hints(&stream).await;
            hints.or_else(|error| {
                tracing::error!(%stream, error, "hints were not repeated");
                if may_pass(&error) { Err(error) } else { Ok(vec![]) }
            })
        });
        let read: Vec<_> = stream::iter(read).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let (mut all, mut failed) = (Vec::new(), None);
        for hints in read {
            match hints {
                Ok(hints) => all.push(hints),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let published = all.into_iter().map(|hints| self.publish(hints)).collect::<Vec<_>>();
        let published: Vec<_> = stream::iter(published).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let published = published.into_iter().sum::<Result<usize, Error>>()?;
        failed.map_or(Ok(published), Err)
    }

    async fn publish(&self, hints: Vec<BusEntry>) -> Result<usize, Error> {
        self.relay.bus.publish(&hints).await?;
        Ok(hints.len())
    }
}

/// Whether the store or the bus failed, and not the stream.
fn may_pass(error: &Error) -> bool {
    error.is::<BusError>() || matches!(error.downcast_ref(), Some(LogError::Unavailable(_) | LogError::Denied(_)))
}
