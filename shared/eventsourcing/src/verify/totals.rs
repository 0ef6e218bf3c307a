//! Whether totals are the sums of what all streams add.
//!
//! What a stream has added follows from its checkpoint. The rows are read before the checkpoints and after them: one
//! that nobody wrote meanwhile has to be the sum exactly, however much is going on elsewhere.

use super::{CONCURRENCY, Difference, LOOKS, PAUSE, VerifyError};
use crate::chain::{Chain, Witness, follow_chain};
use crate::generations::Registry;
use crate::ports::Clock;
use crate::scan::LogScan;
use crate::stream::{StreamName, Version};
use crate::totals::{Amounts, Checkpoint, Ledger, Sums, TotalKey, Totals, first_parts, fold_commit, place};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};

/// What is compared with what.
pub struct TotalsVerification<'a, L, R, H> {
    /// The log.
    pub log: &'a L,
    /// The totals.
    pub ledger: &'a R,
    /// What waits for totals that are behind.
    pub host: &'a H,
    /// Which set of them is read.
    pub registry: &'a Registry,
}

/// What one stream has added.
struct Added {
    stream: StreamName,
    /// Up to its checkpoint,
    sums: Sums,
    reached: Version,
    /// and the version up to which there is more to add; none where that is all.
    lacks: Option<Version>,
}

/// How the rows and the streams stand to each other.
struct Look {
    compared: usize,
    /// Rows that somebody wrote while the streams were read.
    moving: usize,
    wrong: Option<Difference>,
    lacking: BTreeMap<StreamName, (Version, Version)>,
}

impl<L: LogScan, R: Ledger, H: Clock> TotalsVerification<'_, L, R, H> {
    /// Verifies the totals `T` of these streams, which have to be all of its category, and tells how many rows were
    /// compared. A stream that is not added yet is given some time, as is a row that is being written.
    pub async fn run<T: Totals>(&self, streams: &[StreamName]) -> Result<usize, VerifyError> {
        let mut looks = 0;
        let mut wanted: Option<BTreeMap<StreamName, Version>> = None;
        loop {
            let look = self.look::<T>(streams).await?;
            let wanted = wanted.get_or_insert_with(|| {
                look.lacking.iter().map(|(stream, (_, wanted))| (stream.clone(), *wanted)).collect()
            });
            let behind = look.lacking.iter().find_map(|(stream, (reached, _))| {
                let wanted = wanted.get(stream).filter(|wanted| reached < wanted)?;
                Some(Difference::Row {
                    stream: stream.clone(),
                    view: T::NAME,
                    field: "version".to_owned(),
                    found: reached.to_string(),
                    folded: wanted.to_string(),
                })
            });
            looks += 1;
            match look.wrong.or(behind) {
                None if look.moving == 0 || looks == LOOKS => return Ok(look.compared),
                Some(difference) if looks == LOOKS => return Err(difference.into()),
                None | Some(_) => self.host.sleep(PAUSE).await,
            }
        }
    }

    async fn look<T: Totals>(&self, streams: &[StreamName]) -> Result<Look, VerifyError> {
        let before = self.rows::<T>().await?;
        let each: Vec<_> = streams.iter().map(|stream| self.added::<T>(stream)).collect();
        let added: Vec<Added> = stream::iter(each).buffered(CONCURRENCY).try_collect().await?;
        let after = self.rows::<T>().await?;
        let mut look = Look { compared: 0, moving: 0, wrong: None, lacking: BTreeMap::new() };
        let mut summed = Sums::default();
        for Added { stream, sums, reached, lacks } in added {
            summed.merge(sums);
            if let Some(wanted) = lacks {
                look.lacking.insert(stream, (reached, wanted));
            }
        }
        let keys: BTreeSet<_> = after.keys().chain(summed.0.keys()).collect();
        for key in keys {
            if before.get(key) != after.get(key) {
                look.moving += 1;
                continue;
            }
            look.compared += 1;
            if look.wrong.is_none() {
                look.wrong = unlike::<T>(key, after.get(key), summed.0.get(key));
            }
        }
        Ok(look)
    }

    async fn rows<T: Totals>(&self) -> Result<BTreeMap<TotalKey, Amounts>, VerifyError> {
        let mut all = BTreeMap::new();
        for partition in T::partitions() {
            let rows =
                self.ledger.rows(T::NAME, self.registry.read(T::NAME), &partition, FIRST_NAME..=LAST_NAME).await?;
            all.extend(
                rows.into_iter().map(|(name, amounts)| (TotalKey { partition: partition.clone(), name }, amounts)),
            );
        }
        Ok(all)
    }

    async fn added<T: Totals>(&self, stream: &StreamName) -> Result<Added, VerifyError> {
        let seen = self.ledger.checkpoint(&place::<T>(self.registry.read(T::NAME), stream)).await?;
        let reached = seen.as_ref().map_or(Version::NONE, |seen| seen.version);
        let mut added = Added { stream: stream.clone(), sums: Sums::default(), reached, lacks: None };
        let witness = seen.as_ref().map(|seen| Witness { version: seen.version, hash: seen.hash });
        let chain = Chain::of(stream.clone(), witness.as_slice());
        let (mut standing, mut stuck): (Option<Checkpoint>, _) = (None, None);
        follow_chain(self.log, chain, |commit| {
            if stuck.is_some() {
                return;
            }
            match fold_commit::<T>(standing.as_ref(), commit) {
                Ok((next, sums)) => {
                    let before = standing.as_ref().map_or(Version::NONE, |standing| standing.version);
                    let parts = seen.as_ref().filter(|_| before == reached).map_or(0, |seen| seen.part);
                    added.take(next.version, sums, parts);
                    standing = Some(next);
                }
                Err(error) => stuck = Some((commit.version, error)),
            }
        })
        .await?;
        match stuck {
            None => Ok(added),
            Some((version, error)) => {
                Err(Difference::Stuck { stream: stream.clone(), view: T::NAME, version, error }.into())
            }
        }
    }
}

impl Added {
    /// Takes in what the commit up to a version adds: all of it, or so many parts where the checkpoint is behind it.
    fn take(&mut self, version: Version, sums: Sums, parts: u32) {
        if version <= self.reached {
            self.sums.merge(sums);
        } else if !sums.0.is_empty() {
            self.sums.merge(first_parts(sums, parts));
            self.lacks = Some(version);
        }
    }
}

/// Before and behind every name that a row can have.
const FIRST_NAME: &str = " ";
const LAST_NAME: &str = "\u{10ffff}";

/// The first number of a row that is not the sum.
fn unlike<T: Totals>(key: &TotalKey, found: Option<&Amounts>, summed: Option<&Amounts>) -> Option<Difference> {
    let of = |amounts: Option<&Amounts>, name: &String| amounts.and_then(|amounts| amounts.get(name)).copied();
    let names: BTreeSet<_> = found.into_iter().chain(summed).flat_map(BTreeMap::keys).collect();
    let name = names.into_iter().find(|name| of(found, name) != of(summed, name))?;
    let shown = |number: Option<i64>| number.map_or_else(|| "absent".to_owned(), |number| number.to_string());
    Some(Difference::Total {
        view: T::NAME,
        row: format!("{}/{}", key.partition, key.name),
        amount: name.clone(),
        found: shown(of(found, name)),
        summed: shown(of(summed, name)),
    })
}
