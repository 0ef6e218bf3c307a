//! Which events a process that is not finished may have missed, or those that it waits for.

use domain::fulfilment::{self, Process};
use domain::values::OrderId;
use domain::{cart, order};
use eventsourcing::decider::replay;
use eventsourcing::{BusEntry, Commit, Consistency, Decider, EventId, EventLog, Reading, StreamName, Version};
use lambda::Error;
use std::collections::BTreeSet;

/// The hints to repeat on account of one stream: of a checked-out cart without a process, its checkout; of a process
/// that is not finished, its intents without an outcome and whatever the streams it depends on answered.
pub(crate) async fn hints<L: EventLog>(
    log: &L,
    system: &str,
    streams: &BTreeSet<StreamName>,
    stream: &StreamName,
) -> Result<Vec<BusEntry>, Error> {
    match stream.category() {
        cart::Stream::CATEGORY => {
            let order: OrderId = stream.id().parse()?;
            if streams.contains(&fulfilment::stream(&order)?) {
                return Ok(vec![]);
            }
            match current::<cart::Stream, _>(log, stream).await? {
                cart::State::CheckedOut { .. } => entries(system, log.since(stream, Version::NONE).await?.last()),
                cart::State::Unopened | cart::State::Open { .. } => Ok(vec![]),
            }
        }
        fulfilment::Stream::CATEGORY => match current::<fulfilment::Stream, _>(log, stream).await? {
            fulfilment::State::Started(process) if !process.finished() => {
                of_process(log, system, stream, &process).await
            }
            fulfilment::State::Started(_) | fulfilment::State::NotStarted => Ok(vec![]),
        },
        _ => Ok(vec![]),
    }
}

async fn of_process<L: EventLog>(
    log: &L,
    system: &str,
    stream: &StreamName,
    process: &Process,
) -> Result<Vec<BusEntry>, Error> {
    let history = log.since(stream, Version::NONE).await?;
    let order: OrderId = stream.id().parse()?;
    let mut hints = Vec::new();
    // The order may have ended without having been asked to: a customer cancelled it.
    let of_order = log.since(&StreamName::new(order::Stream::CATEGORY, order.as_str())?, Version::NONE).await?;
    hints.extend(entries(system, &of_order)?);
    for awaited in process.awaited(&order)? {
        let intent = EventId { stream: stream.clone(), version: awaited.intent };
        let target = log.since(&awaited.stream, Version::NONE).await?;
        let answers: Vec<&Commit> = target.iter().filter(|commit| commit.causation.as_ref() == Some(&intent)).collect();
        if answers.is_empty() {
            hints.extend(entries(system, &history)?.into_iter().filter(|entry| entry.detail.id == intent));
        }
        hints.extend(entries(system, answers)?);
    }
    Ok(hints)
}

async fn current<D: Decider, L: EventLog>(log: &L, stream: &StreamName) -> Result<D::State, Error> {
    Ok(replay::<D>(&log.load(stream, Reading::of::<D>(Consistency::Strong)).await?)?)
}

fn entries<'a>(system: &str, commits: impl IntoIterator<Item = &'a Commit>) -> Result<Vec<BusEntry>, Error> {
    let mut entries = Vec::new();
    for commit in commits {
        entries.extend(BusEntry::of(system, commit)?);
    }
    Ok(entries)
}
