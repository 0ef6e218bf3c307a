//! Reconcile: the last net. Scans the log, brings every fold that is behind up to date, and repeats the hints of every
//! process that is not finished. It decides nothing: whoever gets a hint again recognises what it did already.

mod processes;

use aws_config::SdkConfig;
use dynamo::{Log, Parked, Views};
use eventbridge::EventBridgeBus;
use eventsourcing::{Bus, Clock, EventLog, LogScan, ParkingLot};
use lambda::{Error, Function, SettingError, Settings, SystemHost};
use projector::Folds;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// The handler.
pub struct Reconcile<L, V, P, H, B> {
    folds: Folds<L, V, P, H>,
    log: L,
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
        folds: Folds::deployed(settings, aws)?,
        log: Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?),
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
        let heads = self.log.heads().await?;
        let mut summary = Summary { streams: heads.len(), ..Summary::default() };
        for (stream, version) in &heads {
            let outcome = self.folds.follow(stream, &[], *version).await?;
            summary.advanced += outcome.advanced;
            summary.parked += outcome.parked;
        }
        let streams: BTreeSet<_> = heads.into_iter().map(|(stream, _)| stream).collect();
        for stream in &streams {
            let entries = processes::hints(&self.log, &self.system, &streams, stream).await?;
            self.bus.publish(&entries).await?;
            summary.hinted += entries.len();
        }
        tracing::info!(?summary, "reconciled");
        Ok(summary)
    }
}
