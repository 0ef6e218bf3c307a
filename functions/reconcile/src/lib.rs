//! Reconcile: the last net. Scans the log, brings every fold that is behind up to date, and repeats the hints of every
//! process that is not finished. It decides nothing: whoever gets a hint again recognises what it did already.

mod processes;

use aws_config::SdkConfig;
use dynamo::{Log, Parked, Views};
use eventbridge::EventBridgeBus;
use eventsourcing::{Bus, Clock, EventLog, Folds, Hint, LogScan, ParkingLot};
use lambda::{Error, Function, SettingError, Settings, SystemHost};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// So many streams are followed together.
const AT_A_TIME: usize = 100;

/// The handler.
pub struct Reconcile<L, V, P, H, B> {
    folds: Folds<L, V, P, H>,
    bus: B,
    system: String,
}

/// What a run found.
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
    Ok(Reconcile {
        folds: projector::folds(settings, aws)?,
        bus: EventBridgeBus::new(aws_sdk_eventbridge::Client::new(aws), settings.text("EVENT_BUS")?),
        system: settings.text("EVENT_SOURCE")?.to_owned(),
    })
}

impl<L, V, P, H, B> Function for Reconcile<L, V, P, H, B>
where
    L: EventLog + LogScan + 'static,
    V: eventsourcing::Views + 'static,
    P: ParkingLot + 'static,
    H: Clock + 'static,
    B: Bus + 'static,
{
    type Event = Value;
    type Answer = Summary;

    /// Folds first: processes choose among what the views show.
    async fn call(&self, _: Value) -> Result<Summary, Error> {
        let log = self.folds.log();
        let heads = log.heads().await?;
        let mut summary = Summary { streams: heads.len(), ..Summary::default() };
        for heads in heads.chunks(AT_A_TIME) {
            let hints: Vec<_> = heads.iter().map(|(stream, version)| Hint::of(stream.clone(), *version)).collect();
            let followed = self.folds.follow(&hints).await;
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
