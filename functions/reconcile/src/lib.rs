//! Reconcile: the last net. It decides nothing and appends nothing; a function that gets a hint again recognises what
//! it has done.
//!
//! - **Once a day** (and when a local host starts) it scans the log, advances every row that is behind, and publishes
//!   again what an unfinished process may have missed: its intents without an outcome, the outcomes that it did not
//!   note, a checkout without a process. It also publishes the request of an unfinished rebuild again.
//! - **Every minute**, as the task `recheck`, it does the same for a few streams that have been waiting for a while.
//! - Every minute it also retries the parked notes that are due, and the batches that Lambda gave up on.
//!
//! # The re-check
//!
//! A lost message stalls one order, and nothing else would notice.
//!
//! - **Which streams.** The view `waiting` has in its index each process that waits for an outcome or for a person, by
//!   when it began to wait without a break or began this stretch of its way. It also has each checked-out cart, by its
//!   checkout, because the stream of a cart cannot say whether a process began. A second index has each process by its
//!   next deadline. The view `order` has an index of the orders that were cancelled or shipped, by when: a person did
//!   so unasked, perhaps long after the process began to wait for it.
//! - **When.** After 30 s, and after twice as long each time, up to a day. A run takes the streams whose waiting
//!   crossed such a mark in the minute before it, by the time that the schedule names, not by the clock. So nothing is
//!   remembered between runs, each mark falls into exactly one run, and a run that is tried again takes the same
//!   streams.
//! - **What.** The view only says which streams to look at. The process, the order and the streams that it waits for
//!   are read strongly. An intent without an outcome is published again, or the outcome if there is one; a checkout, if
//!   there is no process. Of the order, and of the payment, invoice and shipments that it waits for, everything that
//!   the process would note is repeated, because others move them too.
//!
//! # Limits of the re-check
//!
//! - A lost hint costs 30 to 90 s if it was lost early. If the order has waited for an hour already, as in a
//!   disturbance, it costs up to an hour more.
//! - A run that does not take place, with its schedule and retries, is not made up for. Streams that crossed a mark
//!   then are looked at when they cross the next one.
//! - A waiting stream is found by its row. If the projector writes the row late, it may miss a mark; if the row is
//!   never written, it misses all. A stream that has waited on one stretch for more than a day is not looked at, for
//!   example a parcel that arrives days after it left, if the hint of that is lost. The daily run finds these.
//! - Of the rows that began to wait within one minute, a run takes at most 250 of each of the four partitions of the
//!   processes, and as many of those of the carts: the oldest first. A warning says if there were more. So above some
//!   16 checkouts a second not every cart is looked at. Processes do not compete with carts.
//! - A cart is looked at for up to 12 marks although its process began long ago, with one strong read each.

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

/// So many streams are followed together.
const AT_A_TIME: usize = 100;
/// So many processes are looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// So many streams of each of the view's partitions, that began to wait within a minute, are asked for in one run, the
/// oldest first. Those beyond are left to a later mark, or to the daily run.
const MOST_OF_A_MINUTE: usize = 250;

/// What is to be done: the input of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Go through the whole log.
    Reconcile,
    /// Ask again for those who have been waiting for a while.
    Recheck {
        /// The time of the run, by the schedule.
        #[serde(with = "foldlog::time::rfc3339")]
        time: Timestamp,
    },
}

/// What a run found.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// In the whole log.
    Reconciled(Summary),
    /// Among those who wait, and among the notes.
    Rechecked(Rechecked),
}

/// What a run through the whole log found.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// How many streams there are.
    pub streams: usize,
    /// How many rows were behind and were brought up to date.
    pub advanced: usize,
    /// How many rows cannot follow their stream.
    pub parked: usize,
    /// How many events were published again for processes that are not finished.
    pub hinted: usize,
}

/// What a run in between found.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Rechecked {
    /// How many streams had been waiting for a while.
    pub streams: usize,
    /// How many events were published again for them.
    pub hinted: usize,
    /// What became of the notes.
    #[serde(flatten)]
    pub redrives: Redrives,
    /// What became of the batches that Lambda gave up on.
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

    /// Whoever is behind or waits is found by the next run that is let.
    async fn idle(&self, task: Task) -> Result<Found, Error> {
        tracing::info!(?task, "commands are off: nothing was done");
        Ok(match task {
            Task::Reconcile => Found::Reconciled(Summary::default()),
            Task::Recheck { .. } => Found::Rechecked(Rechecked::default()),
        })
    }
}

impl<P: Ports> Reconcile<P> {
    /// Goes through the whole log. Projections first: processes choose among what the views show.
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

    /// Each part by itself: none is left out where another fails.
    async fn each_minute(&self, now: Timestamp) -> Result<Rechecked, Error> {
        let rechecked = self.recheck(now).await;
        let recovered = self.recover().await;
        let redrives = self.redrive_due(now).await?;
        Ok(Rechecked { redrives, recovered: recovered?, ..rechecked? })
    }

    /// Repeats the hints of those whose waiting time crossed a mark since the run before.
    async fn recheck(&self, now: Timestamp) -> Result<Rechecked, Error> {
        let mut rechecked = Rechecked::default();
        for span in due::due(now) {
            let streams = waiting::since(&self.waiting, span, MOST_OF_A_MINUTE * span.periods()).await?;
            rechecked.streams += streams.len();
            rechecked.hinted += self.repeat(streams).await?;
        }
        Ok(rechecked)
    }

    /// Publishes again what the processes of these streams may have missed, and counts the events. Where one of them
    /// fails, the others are not held up by it.
    async fn repeat(&self, streams: impl IntoIterator<Item = StreamName>) -> Result<usize, Error> {
        // Each is made when its turn comes: there are as many as streams in the log.
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
