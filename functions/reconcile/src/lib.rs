//! Reconcile: the last net. Scans the log, brings every fold that is behind up to date, and repeats the hints of every
//! process that is not finished. It decides nothing: whoever gets a hint again recognises what it did already.
//!
//! Between two such scans it tries again, at growing intervals, what subscribers have parked.

pub mod parked;
mod processes;

use aws_config::SdkConfig;
use dynamo::{Log, Parked, Views};
use eventbridge::EventBridgeBus;
use eventsourcing::{Bus, Clock, EventLog, Folds, Hint, LogScan, ParkingLot};
use lambda::{Error, Function, SettingError, Settings, SystemHost};
use parked::Redrives;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// So many streams are followed together.
const AT_A_TIME: usize = 100;

/// The handler.
pub struct Reconcile<L, V, P, H, B> {
    folds: Folds<L, V, P, H>,
    bus: B,
    system: String,
}

/// What a schedule asks for.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Scheduled {
    /// The whole scan where nothing is said.
    #[serde(default)]
    task: Task,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Task {
    #[default]
    Reconcile,
    Recheck,
}

/// What was done.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// By a scan.
    Reconciled(Summary),
    /// In between.
    Rechecked(Redrives),
}

/// What a scan found.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// How many streams the log has.
    pub streams: usize,
    /// How many rows were behind and were brought up to date.
    pub advanced: usize,
    /// How many rows cannot follow their stream.
    pub parked: usize,
    /// How many events were published again for processes that are not finished.
    pub hinted: usize,
}

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reconcile<Log, Views, Parked, SystemHost, EventBridgeBus>, SettingError> {
    let bus = EventBridgeBus::new(aws_sdk_eventbridge::Client::new(aws), settings.text("EVENT_BUS")?);
    Ok(Reconcile::new(projector::folds(settings, aws)?, bus, settings.text("EVENT_SOURCE")?))
}

impl<L, V, P, H, B> Function for Reconcile<L, V, P, H, B>
where
    L: EventLog + LogScan + 'static,
    V: eventsourcing::Views + 'static,
    P: ParkingLot + 'static,
    H: Clock + 'static,
    B: Bus + 'static,
{
    type Event = Scheduled;
    type Answer = Report;

    async fn call(&self, Scheduled { task }: Scheduled) -> Result<Report, Error> {
        match task {
            Task::Reconcile => self.reconcile().await.map(Report::Reconciled),
            Task::Recheck => self.redrive_due(self.folds.host().now()).await.map(Report::Rechecked),
        }
    }
}

impl<L, V, P, H, B> Reconcile<L, V, P, H, B> {
    /// The last net under these folds, and under whoever reacts to the events that `system` puts on the bus.
    pub fn new(folds: Folds<L, V, P, H>, bus: B, system: &str) -> Self {
        Self { folds, bus, system: system.to_owned() }
    }

    /// The folds.
    pub const fn folds(&self) -> &Folds<L, V, P, H> {
        &self.folds
    }
}

impl<L: EventLog + LogScan, V: eventsourcing::Views, P: ParkingLot, H: Clock, B: Bus> Reconcile<L, V, P, H, B> {
    /// Scans the log. Folds first: processes choose among what the views show.
    pub async fn reconcile(&self) -> Result<Summary, Error> {
        let log = self.folds.log();
        let heads = log.heads().await?;
        let mut summary = Summary { streams: heads.len(), ..Summary::default() };
        for heads in heads.chunks(AT_A_TIME) {
            let hints: Vec<_> = heads.iter().map(|(stream, version)| Hint::of(stream.clone(), *version)).collect();
            let followed = self.folds.follow(&hints).await;
            lambda::metrics::followed(&followed.folds);
            summary.advanced += followed.folds.values().map(|report| report.advanced).sum::<usize>();
            summary.parked += followed.folds.values().map(|report| report.parked).sum::<usize>();
            if let Some(trouble) = followed.troubles.first().filter(|_| !followed.failed.is_empty()) {
                return Err(format!("{} was not followed: {}", trouble.subject, trouble.error).into());
            }
        }
        let streams: BTreeSet<_> = heads.into_iter().map(|(stream, _)| stream).collect();
        for stream in &streams {
            let entries = processes::hints(log, &self.system, &streams, stream).await?;
            self.bus.publish(&entries).await?;
            summary.hinted += entries.len();
        }
        tracing::info!(?summary, "reconciled");
        Ok(summary)
    }
}
