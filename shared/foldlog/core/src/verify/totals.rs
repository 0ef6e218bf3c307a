//! Whether totals are the sums of what all streams add.
//!
//! The checkpoint of a stream tells what the stream has added. The rows are read before the checkpoints and after them:
//! a row that did not change in between must be the sum exactly, even while other rows change.

use super::difference::{Difference, VerifyError, unlike_text};
use super::verification::{AT_A_TIME, CONCURRENCY, LOOKS, PAUSE};
use crate::ports::Clock;
use crate::read::engine::ProjectionVersions;
use crate::read::generations::Registry;
use crate::read::views::Generation;
use crate::stream::{StreamName, Version};
use crate::totals::{Amounts, Checkpoint, Sums, TotalKey, TotalsFold, TotalsStore, first_parts};
use crate::write::chain::{Chain, ChainError, follow_chain};
use crate::write::scan::LogScan;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// The verification of totals against the log.
pub struct TotalsVerification<'a, L, R, H> {
    /// The log.
    pub log: &'a L,
    /// The totals.
    pub totals_store: &'a R,
    /// The clock for waiting for totals that are behind.
    pub host: &'a H,
    /// The totals to verify.
    pub folds: &'a [Box<dyn TotalsFold>],
    /// The register of their generations.
    pub registry: &'a Registry,
}

/// The rows that are read, and the projection that makes them.
struct Book<'a, L, R> {
    log: &'a L,
    totals_store: &'a R,
    fold: &'a dyn TotalsFold,
    generation: Generation,
}

/// The amounts that one stream has added.
struct Added {
    stream: StreamName,
    /// Up to its checkpoint,
    sums: Sums,
    reached: Version,
    /// and the version up to which there is more to add; none if that is all.
    lacks: Option<Version>,
    /// What is wrong with the stream or its checkpoint, apart from the rows.
    wrong: Option<Difference>,
}

/// The comparison of the rows with the streams.
#[derive(Default)]
struct Look {
    compared: usize,
    /// Rows that changed while the streams were read.
    moving: usize,
    /// Differences that no waiting can mend.
    lasting: Vec<Difference>,
    wrong: Vec<Difference>,
    lacking: BTreeMap<StreamName, (Version, Version)>,
}

impl<L: LogScan, R: TotalsStore, H: Clock> TotalsVerification<'_, L, R, H> {
    /// Verifies the totals of these streams, which must be all streams that the totals follow, and returns how many
    /// rows were compared. It gives some time to a stream that is not added yet, and to a row that is being written.
    pub async fn run(&self, streams: &[StreamName]) -> Result<usize, VerifyError> {
        let (compared, differences) = self.survey(streams).await?;
        differences.into_iter().next().map_or(Ok(compared), |difference| Err(difference.into()))
    }

    /// Like `run`, but with all differences: those of streams and their checkpoints, then those of rows.
    pub async fn survey(&self, streams: &[StreamName]) -> Result<(usize, Vec<Difference>), VerifyError> {
        let (mut compared, mut differences) = (0, vec![]);
        for fold in self.read() {
            let followed = streams.iter().filter(|stream| fold.follows(stream.category()));
            let followed: Vec<_> = followed.cloned().collect();
            let (rows, wrong) = self.survey_of(fold, &followed).await?;
            compared += rows;
            differences.extend(wrong);
        }
        Ok((compared, differences))
    }

    /// The totals whose rows are read. Other generations are compared when they are rebuilt.
    fn read(&self) -> impl Iterator<Item = &dyn TotalsFold> {
        let versions: ProjectionVersions = self.folds.iter().map(|fold| (fold.name(), fold.fold_version())).collect();
        let all = self.folds.iter().map(AsRef::as_ref);
        all.filter(move |fold| versions.read(self.registry, fold.name()) == Some(fold.fold_version()))
    }

    async fn survey_of(
        &self,
        fold: &dyn TotalsFold,
        streams: &[StreamName],
    ) -> Result<(usize, Vec<Difference>), VerifyError> {
        let book =
            Book { log: self.log, totals_store: self.totals_store, fold, generation: self.registry.read(fold.name()) };
        let mut looks = 0;
        let mut wanted: Option<BTreeMap<StreamName, Version>> = None;
        loop {
            let look = book.look(streams).await?;
            let wanted = wanted.get_or_insert_with(|| {
                look.lacking.iter().map(|(stream, (_, wanted))| (stream.clone(), *wanted)).collect()
            });
            let behind = look.lacking.iter().filter_map(|(stream, (reached, _))| {
                let wanted = wanted.get(stream).filter(|wanted| reached < wanted)?;
                Some(of_checkpoint(fold.name(), stream, *wanted, "version", reached, wanted))
            });
            let differences: Vec<_> = look.lasting.iter().cloned().chain(look.wrong).chain(behind).collect();
            looks += 1;
            let waits = differences.is_empty() && look.moving > 0 || !differences.is_empty() && look.lasting.is_empty();
            if looks == LOOKS || !waits {
                return Ok((look.compared, differences));
            }
            self.host.sleep(PAUSE).await;
        }
    }
}

impl<L: LogScan, R: TotalsStore> Book<'_, L, R> {
    async fn look(&self, streams: &[StreamName]) -> Result<Look, VerifyError> {
        let before = self.rows().await?;
        let mut look = Look::default();
        let mut summed = Sums::default();
        for streams in streams.chunks(AT_A_TIME) {
            let each: Vec<_> = streams.iter().map(|stream| self.added(stream)).collect();
            let added: Vec<Added> = stream::iter(each).buffered(CONCURRENCY).try_collect().await?;
            for Added { stream, sums, reached, lacks, wrong } in added {
                summed.merge(sums);
                look.lasting.extend(wrong);
                if let Some(wanted) = lacks {
                    look.lacking.insert(stream, (reached, wanted));
                }
            }
        }
        let after = self.rows().await?;
        let keys: BTreeSet<_> = after.keys().chain(summed.0.keys()).collect();
        for key in keys {
            if before.get(key) != after.get(key) {
                look.moving += 1;
                continue;
            }
            look.compared += 1;
            look.wrong.extend(unlike_sum(self.fold.name(), key, after.get(key), summed.0.get(key)));
        }
        Ok(look)
    }

    async fn rows(&self) -> Result<BTreeMap<TotalKey, Amounts>, VerifyError> {
        let mut all = BTreeMap::new();
        for partition in self.fold.all_partitions() {
            let (view, names) = (self.fold.name(), FIRST_NAME..=LAST_NAME);
            let rows = self.totals_store.rows(view, self.generation, &partition, names).await?.into_iter();
            all.extend(rows.map(|(name, amounts)| (TotalKey { partition: partition.clone(), name }, amounts)));
        }
        Ok(all)
    }

    async fn added(&self, stream: &StreamName) -> Result<Added, VerifyError> {
        let seen = self.totals_store.checkpoint(&self.fold.place(self.generation, stream)).await?;
        let reached = seen.as_ref().map_or(Version::NONE, |seen| seen.version);
        let mut added = Added { stream: stream.clone(), sums: Sums::default(), reached, lacks: None, wrong: None };
        let (mut loaded, mut beside, mut stuck): (Option<Checkpoint>, Option<Checkpoint>, _) = (None, None, None);
        let end = follow_chain(self.log, Chain::of(stream.clone(), &[]), |commit| {
            if stuck.is_some() {
                return;
            }
            match self.fold.fold(loaded.as_ref(), commit) {
                Ok((next, sums)) => {
                    let before = loaded.as_ref().map_or(Version::NONE, |loaded| loaded.version);
                    let parts = seen.as_ref().filter(|_| before == reached).map_or(0, |seen| seen.part);
                    added.take(next.version, sums, parts);
                    if next.version == reached {
                        beside = Some(next.clone());
                    }
                    loaded = Some(next);
                }
                Err(error) => stuck = Some((commit.version, error)),
            }
        });
        match end.await {
            Ok(end) => {
                let view = self.fold.name();
                let stuck =
                    stuck.map(|(version, error)| Difference::Stuck { stream: stream.clone(), view, version, error });
                let odd = || seen.and_then(|seen| odd(view, &seen, beside.as_ref(), &added, &end));
                added.wrong = stuck.or_else(odd);
            }
            Err(ChainError::Broken(broken)) => added.wrong = Some(Difference::Log(broken)),
            Err(ChainError::Log(error)) => return Err(VerifyError::Log(error)),
        }
        Ok(added)
    }
}

/// The difference of a checkpoint that remembers a link that the stream does not have.
fn odd(
    view: &'static str,
    seen: &Checkpoint,
    beside: Option<&Checkpoint>,
    added: &Added,
    end: &Chain,
) -> Option<Difference> {
    let of = |field: &str, found: &dyn Display, folded: &dyn Display| {
        Some(of_checkpoint(view, &added.stream, seen.version, field, found, folded))
    };
    if seen.version != Version::NONE && beside.is_none_or(|beside| beside.hash != seen.hash) {
        return if seen.version > end.version() || seen.hash == end.hash() {
            of("version", &seen.version, &end.version())
        } else {
            let folded =
                beside.map_or_else(|| "none: no commit ends there".to_owned(), |beside| beside.hash.to_string());
            of("hash", &seen.hash, &folded)
        };
    }
    if let Some((field, found, folded)) = beside.and_then(|beside| unlike_text(&seen.document, &beside.document)) {
        return of(&field, &found, &folded);
    }
    if seen.part > 0 && added.lacks.is_none() { of("part", &seen.part, &0) } else { None }
}

fn of_checkpoint(
    view: &'static str,
    stream: &StreamName,
    version: Version,
    field: &str,
    found: &dyn Display,
    folded: &dyn Display,
) -> Difference {
    let (field, found, folded) = (format!("checkpoint/{field}"), found.to_string(), folded.to_string());
    Difference::Row { stream: stream.clone(), version, view, field, found, folded }
}

impl Added {
    /// Takes in what the commit up to a version adds: all of it, or the parts that the checkpoint counts if it is
    /// behind the commit.
    fn take(&mut self, version: Version, sums: Sums, parts: u32) {
        if version <= self.reached {
            self.sums.merge(sums);
        } else if !sums.0.is_empty() {
            self.sums.merge(first_parts(sums, parts));
            self.lacks = Some(version);
        }
    }
}

/// The bounds before and after every name that a row can have.
const FIRST_NAME: &str = " ";
const LAST_NAME: &str = "\u{10ffff}";

/// The first amount of a row that is not the sum.
fn unlike_sum(
    view: &'static str,
    key: &TotalKey,
    found: Option<&Amounts>,
    summed: Option<&Amounts>,
) -> Option<Difference> {
    let of = |amounts: Option<&Amounts>, name: &String| amounts.and_then(|amounts| amounts.get(name)).copied();
    let names: BTreeSet<_> = found.into_iter().chain(summed).flat_map(BTreeMap::keys).collect();
    let name = names.into_iter().find(|name| of(found, name) != of(summed, name))?;
    let shown = |number: Option<i64>| number.map_or_else(|| "absent".to_owned(), |number| number.to_string());
    Some(Difference::Total {
        view,
        row: format!("{}/{}", key.partition, key.name),
        amount: name.clone(),
        found: shown(of(found, name)),
        summed: shown(of(summed, name)),
    })
}
