//! Writers of one process that contend for one stream, and the check that the stream is correct afterwards.

use crate::error::BenchError;
use crate::figures::Side;
use crate::processor::{cpu, spent};
use crate::store::{Item, Raw, version_of};
use crate::streams::{Step, Streams, Who};
use futures::future::try_join_all;
use std::collections::BTreeSet;
use std::time::Instant;

/// The number of writers that contend, and the number of commands that they do together in a round.
pub(super) const WRITERS: u64 = 16;
pub(super) const COMMANDS: u64 = WRITERS * 25;

/// The work, in about equal shares.
pub(super) fn shares<T>(all: &[T], among: u64) -> impl Iterator<Item = &[T]> {
    all.chunks(all.len().div_ceil(usize::try_from(among).unwrap_or(usize::MAX)).max(1))
}

/// Sixteen writers on one new stream. Each raw writer knows a version, and reads the newer ones if its own is taken.
pub(super) async fn on_one_stream(
    streams: &Streams,
    witness: &Raw,
    who: Who,
    steps: &[Step],
) -> Result<Side, BenchError> {
    let Some(Step { stream, raw, .. }) = steps.first() else { return Ok(Side::default()) };
    let (cpu, started) = (cpu(), Instant::now());
    let writers = shares(steps, WRITERS).map(async |steps| {
        let (mut durations, mut known) = (Vec::new(), 0);
        for Step { stream, metadata, raw, .. } in steps {
            let begun = Instant::now();
            known = streams.contend(who, stream, raw, known, metadata).await?;
            durations.push(begun.elapsed());
        }
        Ok::<_, BenchError>(durations)
    });
    let durations = try_join_all(writers).await?.concat();
    let side = Side::of(durations, started.elapsed(), spent(cpu));
    let acknowledged = steps.iter().map(|step| step.metadata.id.as_str().to_owned()).collect();
    check(witness, if who == Who::Ours { stream.as_str() } else { raw }, &acknowledged).await?;
    Ok(side)
}

/// Checks that a stream holds each acknowledged command of one event once, nothing else, and has no gap.
pub(super) async fn check(witness: &Raw, stream: &str, acknowledged: &BTreeSet<String>) -> Result<(), BenchError> {
    judge(&witness.query(stream, 0, true).await?, acknowledged)
        .map_err(|anomaly| BenchError::Wrong(format!("{stream}: {anomaly}")))
}

fn judge(items: &[Item], acknowledged: &BTreeSet<String>) -> Result<(), String> {
    let mut found = BTreeSet::new();
    for (item, version) in items.iter().zip(1..) {
        if version_of(item) != Some(version) {
            return Err(format!("a gap before version {version}"));
        }
        let id = item.get("commit_id").and_then(|id| id.as_s().ok()).ok_or("an item of no command")?;
        if !found.insert(id.clone()) {
            return Err(format!("command {id} was carried out twice"));
        }
    }
    if found == *acknowledged {
        Ok(())
    } else {
        Err(format!("{} commands were acknowledged, {} stand there", acknowledged.len(), found.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::item;
    use aws_sdk_dynamodb::types::AttributeValue;

    fn judged(stored: &[(u64, &str)], acknowledged: &[&str]) -> Result<(), String> {
        let items: Vec<_> = stored
            .iter()
            .map(|(version, id)| {
                let template = Item::from([("commit_id".to_owned(), AttributeValue::S((*id).to_owned()))]);
                item(&template, "account-1", *version)
            })
            .collect();
        judge(&items, &acknowledged.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn a_stream_of_each_acknowledged_command_is_right() {
        assert_eq!(judged(&[(1, "a"), (2, "b")], &["b", "a"]), Ok(()));
    }

    #[test]
    fn a_gap_a_loss_a_repetition_and_a_stranger_are_found() {
        for stored in [
            &[(1, "a"), (3, "b")][..],
            &[(2, "a"), (3, "b")],
            &[(1, "a")],
            &[(1, "a"), (2, "a")],
            &[(1, "a"), (2, "b"), (3, "b")],
            &[(1, "a"), (2, "b"), (3, "c")],
        ] {
            assert!(judged(stored, &["a", "b"]).is_err(), "{stored:?}");
        }
    }

    #[test]
    fn shares_are_all_of_it_and_no_more_than_wanted() {
        let all: Vec<_> = (0..1_000).collect();
        assert_eq!(shares(&all, 16).flatten().count(), 1_000);
        assert_eq!(shares(&all, 16).count(), 16);
    }
}
