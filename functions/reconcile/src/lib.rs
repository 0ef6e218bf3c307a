//! Reconcile: the last net. Scans the log, brings every fold that is behind up to date, and repeats the hints of every
//! process that is not finished; in between, every minute, those of the processes that have been waiting for a while.
//! Every minute it also tries again what is due of what subscribers have parked, and what Lambda gave up on.
//! It decides nothing: whoever gets a hint again recognises what it did already.

mod due;
pub mod lost;
pub mod parked;
mod processes;
mod waiting;

use crate::lost::{LostBatches, Recovered};
use crate::parked::Redrives;
use crate::processes::{Sources, process_of};
use crate::waiting::WaitingView;
use aws_config::SdkConfig;
use domain::cart;
use domain::views::sales;
use dynamo::{Ledger, Log, Parked, Views};
use eventbridge::EventBridgeBus;
use eventsourcing::{
    Bus, Clock, Decider, EventLog, Folds, Hint, LogScan, ParkingLot, Randomness, StreamName, Tally, Timestamp,
};
use futures::{StreamExt, stream};
use lambda::{Error, Function, SettingError, Settings, SystemHost};
use projector::Projector;
use relay::Relay;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

/// So many streams are followed together.
const AT_A_TIME: usize = 100;
/// So many processes are looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// So many streams of each of the view's partitions, that began to wait within a minute, are asked for in one run, the
/// oldest first. Those beyond are left to a later mark, or to the daily run.
const MOST_OF_A_MINUTE: usize = 250;

/// The handler.
pub struct Reconcile<L, V, R, P, H, B> {
    projector: Projector<L, V, P, H>,
    relay: Relay<B, P, H>,
    sales: Tally<sales::View, L, R, P, H>,
    /// The log as reactions on stock see it.
    stock: L,
    bus: B,
    waiting: WaitingView,
    lost: LostBatches,
    system: String,
}

/// What is to be done: the input of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Go through the whole log.
    Reconcile,
    /// Ask again for those who have been waiting for a while.
    Recheck {
        /// The time of the run, by the schedule.
        #[serde(deserialize_with = "moment")]
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

/// The deployed function.
pub type Deployed = Reconcile<Log, Views, Ledger, Parked, SystemHost, EventBridgeBus>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Deployed, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    Ok(Reconcile {
        projector: projector::function(settings, aws)?,
        relay: relay::function(settings, aws)?,
        sales: sales_projector::tally(settings, aws)?,
        stock: log.with_markers(settings.text("MARKERS_TABLE")?),
        bus: EventBridgeBus::new(aws_sdk_eventbridge::Client::new(aws), settings.text("EVENT_BUS")?),
        waiting: WaitingView::new(client, settings.text("WAITING_VIEW")?),
        lost: LostBatches::new(aws, settings.text("FAILED_BATCHES")?),
        system: settings.text("EVENT_SOURCE")?.to_owned(),
    })
}

impl<L, V, R, P, H, B> Function for Reconcile<L, V, R, P, H, B>
where
    L: EventLog + LogScan + 'static,
    V: eventsourcing::Views + 'static,
    R: eventsourcing::Ledger + 'static,
    P: ParkingLot + 'static,
    H: Clock + Randomness + 'static,
    B: Bus + 'static,
{
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
}

impl<L, V, R, P, H, B> Reconcile<L, V, R, P, H, B> {
    /// The folds.
    pub const fn folds(&self) -> &Folds<L, V, P, H> {
        self.projector.folds()
    }
}

impl<L, V, R, P, H, B> Reconcile<L, V, R, P, H, B>
where
    L: EventLog + LogScan + 'static,
    V: eventsourcing::Views + 'static,
    R: eventsourcing::Ledger,
    P: ParkingLot + 'static,
    H: Clock + Randomness + 'static,
    B: Bus + 'static,
{
    /// Goes through the whole log. Folds first: processes choose among what the views show.
    pub async fn reconcile(&self) -> Result<Summary, Error> {
        let heads = self.folds().log().heads().await?;
        let mut summary = Summary { streams: heads.len(), ..Summary::default() };
        for heads in heads.chunks(AT_A_TIME) {
            let hints: Vec<_> = heads.iter().map(|(stream, version)| Hint::of(stream.clone(), *version)).collect();
            for followed in [self.folds().follow(&hints).await, self.sales.follow(&hints).await] {
                lambda::metrics::followed(&followed.folds);
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
        open.retain(|stream| stream.category() != cart::Stream::CATEGORY || !begun(stream));
        summary.hinted = self.repeat(open).await?;
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
            let streams = self.waiting.since(span, MOST_OF_A_MINUTE * span.periods()).await?;
            rechecked.streams += streams.len();
            rechecked.hinted += self.repeat(streams).await?;
        }
        Ok(rechecked)
    }

    /// Publishes again what the processes of these streams may have missed, and counts the events. Where one of them
    /// fails, the others are not held up by it.
    async fn repeat(&self, streams: impl IntoIterator<Item = StreamName>) -> Result<usize, Error> {
        let mut repeated = Vec::new();
        for stream in streams {
            repeated.push(self.repeat_one(stream));
        }
        let repeated: Vec<_> = stream::iter(repeated).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let failed = repeated.iter().filter_map(|result| result.as_ref().err());
        failed.for_each(|error| tracing::error!(error, "hints were not repeated"));
        repeated.into_iter().sum()
    }

    async fn repeat_one(&self, stream: StreamName) -> Result<usize, Error> {
        let sources = Sources { log: self.folds().log(), stock: &self.stock, system: &self.system };
        let entries = sources.hints(&stream).await?;
        self.bus.publish(&entries).await?;
        Ok(entries.len())
    }
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
