//! Reconcile: the last net. It decides nothing and appends nothing; a function that gets a hint again recognises its
//! own earlier work.
//!
//! - **Once a day** (and when a local host starts) it scans the log, advances every row that is behind, and publishes
//!   again the events that an unfinished process may have missed: intents without an outcome, outcomes that the process
//!   did not note, and a checkout without a process. It also publishes the request of an unfinished rebuild again.
//! - **Every minute**, as the task `recheck`, it does the same for a few streams that have been waiting for a while.
//! - Every minute it also retries the parked notes that are due, and the batches that Lambda gave up on.
//!
//! # The re-check
//!
//! A lost message stalls one order, and nothing else would notice.
//!
//! - **Which streams.** The view `waiting` has in its index each process that waits for an outcome or for a person, by
//!   the time since which it has waited without a break, or at which it began its current stretch. It also has each
//!   checked-out cart, by its checkout, because the stream of a cart cannot say whether a process began. A second index
//!   has each process by its next deadline. The view `order` has an index of the cancelled and shipped orders, by time:
//!   a person did so unasked, perhaps long after the process began to wait for it.
//! - **When.** After 30 s, and after twice as long each time, up to a day. A run takes the streams whose waiting
//!   crossed such a mark in the minute before the scheduled time of the run; the clock does not matter. So a run needs
//!   no memory of earlier runs, each mark falls into exactly one run, and a retried run takes the same streams.
//! - **What.** The view only says which streams to look at. The run reads the process, the order and the streams that
//!   the process waits for, strongly. It publishes an intent without an outcome again, or the outcome if there is one,
//!   and a checkout if there is no process. Of the order, and of the payment, invoice and shipments that the process
//!   waits for, it repeats every event that the process would note, because other commands move these streams, too.
//!
//! # Limits of the re-check
//!
//! - A lost hint costs 30 to 90 s if it was lost early. If the order has already waited for an hour, as in an outage, a
//!   lost hint costs up to another hour.
//! - If a run does not take place despite its schedule and retries, no later run makes up for it. Streams that crossed
//!   a mark then are checked at their next mark.
//! - A row leads to each waiting stream. If the projector writes the row late, the stream may miss a mark; if the row
//!   is never written, it misses all. A stream that has waited on one stretch for more than a day is not checked: for
//!   example, a parcel that arrives days after it left, if its hint is lost. The daily run finds these.
//! - Of the rows that began to wait within one minute, a run takes at most 250 of each of the four partitions of the
//!   processes, and as many of the carts: the oldest first. A warning says if there were more. So above some 16
//!   checkouts a second not every cart is checked. Processes do not compete with carts.
//! - A cart is checked at up to 12 marks although its process began long ago, with one strong read each.

mod due;
mod handler;
pub mod lost;
mod operator_requests;
pub mod parked;
mod ports;
mod processes;
mod recovery;
mod waiting;

pub use handler::{Reconcile, function};
pub use ports::Ports;
pub use recovery::Recovered;

use crate::parked::Redrives;
use crate::processes::{Sources, process_of};
use foldlog::{Bus, Decider, Hint, LogScan, StreamName, Timestamp};
use foldlog_lambda::{Error, Function};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use shop_domain::cart;
use std::collections::BTreeSet;

/// The number of streams that are reconciled together.
const AT_A_TIME: usize = 100;
/// The number of processes that are checked concurrently.
const SIDE_BY_SIDE: usize = 8;
/// The maximum number of streams that one run takes from each partition of the view and each minute in which they began
/// to wait: the oldest first. The others wait for a later mark, or for the daily run.
const MOST_OF_A_MINUTE: usize = 250;

/// The input of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Reconcile the whole log.
    Reconcile,
    /// Repeat hints for streams that have been waiting for a while.
    Recheck {
        /// The scheduled time of the run.
        #[serde(with = "foldlog::time::rfc3339")]
        time: Timestamp,
    },
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// Of the whole log.
    Reconciled(Summary),
    /// Of the waiting streams, the notes and the batches.
    Rechecked(Rechecked),
}

/// The result of a run through the whole log.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// The number of streams.
    pub streams: usize,
    /// The number of rows that were behind and are up to date now.
    pub advanced: usize,
    /// The number of rows that cannot follow their stream.
    pub parked: usize,
    /// The number of events that were published again for unfinished processes.
    pub hinted: usize,
}

/// The result of a run each minute.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Rechecked {
    /// The number of streams that had been waiting for a while.
    pub streams: usize,
    /// The number of events that were published again for them.
    pub hinted: usize,
    /// The result for the parked notes.
    #[serde(flatten)]
    pub redrives: Redrives,
    /// The result for the batches that Lambda gave up on.
    #[serde(flatten)]
    pub recovered: Recovered,
}

impl<P: Ports> Function for Reconcile<P> {
    type Event = Task;
    type Answer = Found;

    async fn call(&self, task: Task) -> Result<Found, Error> {
        let found = match task {
            Task::Reconcile => Found::Reconciled(self.reconcile().await?),
            Task::Recheck { time } => Found::Rechecked(self.each_minute(time).await?),
        };
        tracing::info!(?task, ?found, "done");
        Ok(found)
    }

    /// The first run after commands are on again finds the rows that are behind and the streams that wait.
    async fn idle(&self, task: Task) -> Result<Found, Error> {
        tracing::info!(?task, "commands are off: nothing was done");
        Ok(match task {
            Task::Reconcile => Found::Reconciled(Summary::default()),
            Task::Recheck { .. } => Found::Rechecked(Rechecked::default()),
        })
    }
}

impl<P: Ports> Reconcile<P> {
    /// Reconciles the whole log. Projections come first, because processes choose by the views.
    pub async fn reconcile(&self) -> Result<Summary, Error> {
        let heads = self.folds().log().heads().await?;
        let mut summary = Summary { streams: heads.len(), ..Summary::default() };
        for heads in heads.chunks(AT_A_TIME) {
            let hints: Vec<_> = heads.iter().map(|(stream, version)| Hint::of(stream.clone(), *version)).collect();
            for followed in [self.folds().follow(&hints).await, self.sales.follow(&hints).await] {
                foldlog_lambda::metrics::followed(&followed.folds);
                summary.advanced += followed.folds.values().map(|report| report.advanced).sum::<usize>();
                summary.parked += followed.folds.values().map(|report| report.parked).sum::<usize>();
                if let Some(trouble) = followed.troubles.first().filter(|_| !followed.failed.is_empty()) {
                    return Err(format!("{} was not followed: {}", trouble.subject, trouble.error).into());
                }
            }
        }
        let streams: BTreeSet<_> = heads.into_iter().map(|(stream, _)| stream).collect();
        let begun = |cart: &StreamName| process_of(cart).is_ok_and(|process| streams.contains(&process));
        let mut open = streams.clone();
        open.retain(|stream| stream.category() != cart::Cart::CATEGORY || !begun(stream));
        summary.hinted = self.repeat(open).await? + self.repeat_operator_requests().await?;
        Ok(summary)
    }

    /// Runs each part by itself: if one fails, the others still run.
    async fn each_minute(&self, now: Timestamp) -> Result<Rechecked, Error> {
        let rechecked = self.recheck(now).await;
        let recovered = self.recover().await;
        let redrives = self.redrive_due(now).await?;
        Ok(Rechecked { redrives, recovered: recovered?, ..rechecked? })
    }

    /// Repeats the hints of the streams whose waiting time crossed a mark since the run before.
    async fn recheck(&self, now: Timestamp) -> Result<Rechecked, Error> {
        let mut rechecked = Rechecked::default();
        for span in due::due(now) {
            let streams = waiting::since(&self.waiting, span, MOST_OF_A_MINUTE * span.periods()).await?;
            rechecked.streams += streams.len();
            rechecked.hinted += self.repeat(streams).await?;
        }
        Ok(rechecked)
    }

    /// Publishes again the events that the processes of these streams may have missed, and counts them. If one stream
    /// fails, the others still continue.
    async fn repeat(&self, streams: impl IntoIterator<Item = StreamName>) -> Result<usize, Error> {
        // Each future is created when its turn comes, because there may be as many as streams in the log.
        let each = streams.into_iter().map(|stream| self.repeat_one(stream));
        let repeated: Vec<_> = stream::iter(each).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let failed = repeated.iter().filter_map(|result| result.as_ref().err());
        failed.for_each(|error| tracing::error!(error, "hints were not repeated"));
        repeated.into_iter().sum()
    }

    async fn repeat_one(&self, stream: StreamName) -> Result<usize, Error> {
        let sources = Sources { log: self.folds().log(), stock: &self.stock, system: &self.relay.system };
        let entries = sources.hints(&stream).await?;
        self.relay.bus.publish(&entries).await?;
        Ok(entries.len())
    }
}
