//! Which events a process that is not finished may have missed, or those that it waits for.

use domain::fulfilment::{self, Process};
use domain::values::OrderId;
use domain::{cart, order};
use eventsourcing::decider::replay;
use eventsourcing::{BusEntry, Commit, Consistency, Decider, EventId, EventLog, History, StreamName};
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
            let history = log.load(stream, Consistency::Strong).await?;
            match replay::<cart::Stream>(&history)? {
                cart::State::CheckedOut { .. } => entries(system, history.commits().last()),
                cart::State::Unopened | cart::State::Open { .. } => Ok(vec![]),
            }
        }
        fulfilment::Stream::CATEGORY => {
            let history = log.load(stream, Consistency::Strong).await?;
            match replay::<fulfilment::Stream>(&history)? {
                fulfilment::State::Started(process) if !process.finished() => {
                    of_process(log, system, &history, &process).await
                }
                fulfilment::State::Started(_) | fulfilment::State::NotStarted => Ok(vec![]),
            }
        }
        _ => Ok(vec![]),
    }
}

async fn of_process<L: EventLog>(
    log: &L,
    system: &str,
    history: &History,
    process: &Process,
) -> Result<Vec<BusEntry>, Error> {
    let stream = history.head().stream();
    let order: OrderId = stream.id().parse()?;
    let mut hints = Vec::new();
    // The order may have ended without having been asked to: a customer cancelled it.
    let of_order = log.load(&StreamName::new(order::Stream::CATEGORY, order.as_str())?, Consistency::Strong).await?;
    hints.extend(entries(system, of_order.commits())?);
    for awaited in process.awaited(&order)? {
        let intent = EventId { stream: stream.clone(), version: awaited.intent };
        let target = log.load(&awaited.stream, Consistency::Strong).await?;
        let answers: Vec<&Commit> =
            target.commits().iter().filter(|commit| commit.causation.as_ref() == Some(&intent)).collect();
        if answers.is_empty() {
            hints.extend(entries(system, history.commits())?.into_iter().filter(|entry| entry.detail.id == intent));
        }
        hints.extend(entries(system, answers)?);
    }
    Ok(hints)
}

fn entries<'a>(system: &str, commits: impl IntoIterator<Item = &'a Commit>) -> Result<Vec<BusEntry>, Error> {
    let mut entries = Vec::new();
    for commit in commits {
        entries.extend(BusEntry::of(system, commit)?);
    }
    Ok(entries)
}
