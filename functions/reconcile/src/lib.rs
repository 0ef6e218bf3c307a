//! Reconcile: the last net. It decides nothing; a function that gets a hint again recognises its own earlier work. All
//! that it appends is what came of the requests of operators ([`Requests`]).
//!
//! - **Once a day** it looks at every stream that moved since the day before, and from time to time (and when a local
//!   host starts) at every stream of the log. It advances every row that is behind, and publishes again the events that
//!   an unfinished process may have missed: intents without an outcome, outcomes that the process did not note, and a
//!   checkout without a process. It also publishes the request of an unfinished rebuild again. It works in pieces of
//!   ten minutes: as the task `resume`, every 15 minutes, it goes on with what is left ([`daily`]).
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
//!   has each process by its next deadline. The view `order` has an index of the orders that people cancelled, shipped,
//!   paid by another card or wrote off, or that took goods back, by time: a person did so unasked, perhaps long after the
//!   process began to wait for it, or after it had ended.
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
//!   example, a parcel that arrives days after it left, if its hint is lost. The daily run finds these: on the day after
//!   if a row shows that the stream moved, otherwise when it reads the whole log.
//! - Of the rows that began to wait within one minute, a run takes at most 250 of each of the four partitions of the
//!   processes, and as many of the carts: the oldest first. A warning says if there were more. So above some 16
//!   checkouts a second not every cart is checked. Processes do not compete with carts.
//! - A cart is checked at up to 12 marks although its process began long ago, with one strong read each.

mod daily;
mod due;
mod function;
mod handler;
pub mod lost;
mod operator_requests;
pub mod outcome;
pub mod parked;
mod parts;
mod ports;
mod processes;
pub mod recovery;
mod requests;
mod settle;
mod waiting;

pub use daily::Summary;
pub use function::{ReconcileFunction, function};
pub use handler::{Reconcile, scheduled};
pub use operator_requests::audited;
pub use ports::Ports;
pub use recovery::Recovered;
pub use requests::Requests;

use crate::parked::Redrives;
use crate::parts::{Begin, PIECE};
use crate::recovery::Which;
use foldlog::{Clock, EventId, Timestamp};
use foldlog_lambda::{Error, Function};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The maximum number of streams that one run takes from each partition of the view and each minute in which they began
/// to wait: the oldest first. The others wait for a later mark, or for the daily run.
const MOST_OF_A_MINUTE: usize = 250;

/// How long a run each minute takes lost batches for, and how much longer parked notes. The next run finds what is left,
/// and does not begin before.
const FOR_BATCHES: Duration = Duration::from_secs(25);
const FOR_NOTES: Duration = Duration::from_secs(20);

/// The input of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Begin the daily run.
    Reconcile,
    /// Go on with the daily run, if there is something left of it.
    Resume,
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
    /// Of a piece of the daily run.
    Reconciled(Summary),
    /// Of the waiting streams, the notes and the batches.
    Rechecked(Rechecked),
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
            Task::Reconcile => Found::Reconciled(self.daily(Begin::Due, self.in_time()).await?),
            Task::Resume => Found::Reconciled(self.daily(Begin::Nothing, self.in_time()).await?),
            Task::Recheck { time } => Found::Rechecked(self.each_minute(time).await?),
        };
        tracing::info!(?task, ?found, "done");
        Ok(found)
    }

    /// The first run after commands are on again finds the rows that are behind and the streams that wait.
    async fn idle(&self, task: Task) -> Result<Found, Error> {
        tracing::info!(?task, "commands are off: nothing was done");
        Ok(match task {
            Task::Reconcile | Task::Resume => Found::Reconciled(Summary::default()),
            Task::Recheck { .. } => Found::Rechecked(Rechecked::default()),
        })
    }
}

impl<P: Ports> Reconcile<P> {
    /// When a piece of the daily run ends.
    fn in_time(&self) -> Timestamp {
        self.folds().host().now().after(PIECE)
    }

    /// Brings everything up to date, as a request says: begins the whole log again, and works on it until a moment. The
    /// schedule goes on with what is left.
    pub async fn reconcile(&self, until: Timestamp, request: &EventId) -> Result<Summary, Error> {
        let requested = self.repeat_operator_requests(Some(request)).await?;
        let summary = self.work(Begin::Whole, until).await?;
        Ok(Summary { hinted: summary.hinted + requested, ..summary })
    }

    async fn daily(&self, begin: Begin, until: Timestamp) -> Result<Summary, Error> {
        let requested = if begin == Begin::Nothing { 0 } else { self.repeat_operator_requests(None).await? };
        let summary = self.work(begin, until).await?;
        Ok(Summary { hinted: summary.hinted + requested, ..summary })
    }

    /// Runs each part by itself: if one fails, the others still run.
    async fn each_minute(&self, now: Timestamp) -> Result<Rechecked, Error> {
        let (begun, rechecked) = (self.folds().host().now(), self.recheck(now).await);
        let noted = self.noted(now).await?;
        let recovered = self.recover(Which::New, &noted.stuck, begun.after(FOR_BATCHES)).await;
        let redrives = self.redrive_due(&noted, begun.after(FOR_BATCHES + FOR_NOTES)).await;
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
}
