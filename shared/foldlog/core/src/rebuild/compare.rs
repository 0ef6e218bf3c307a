//! Comparing a new generation with the one that is read, row by row.
//!
//! Both are written meanwhile, each by itself. So two rows are compared when they are at the same version, and read
//! again until they are.

use super::work::{CONCURRENCY, PREPARED, PartRun, RebuildError, RebuildProgress, ResumePoint, Work};
use crate::hash::Fields;
use crate::ports::Clock;
use crate::read::generations::{Comparison, Generations, RowDigest};
use crate::read::projection::Row;
use crate::read::views::{Found, Generation, RowKey, ViewError, ViewScan, Views};
use crate::verify::unlike;
use crate::write::log::Consistency;
use futures::{StreamExt, TryStreamExt, stream};
use std::time::Duration;

/// How often rows that are not at the same version are read again,
const LOOKS: u32 = 40;
/// and the pause between two reads.
const PAUSE: Duration = Duration::from_millis(250);

/// Compares a part until the time budget ends, and returns whether it is done. If another projection made the rows, it
/// compares only which rows exist and up to which version they are folded.
pub async fn compare<V: Views + ViewScan, G: Generations + RebuildProgress, H: Clock>(
    views: &V,
    view: &'static str,
    generations: &G,
    host: &H,
    work: &Work,
    budget: Duration,
) -> Result<bool, RebuildError> {
    let Some(mut shift) = PartRun::begin(generations, host, work, budget).await? else { return Ok(true) };
    let registered = generations.registered().await?;
    let Some(sets) = registered.registry.sets(view) else { return Ok(true) };
    let same_fold = sets.all().get(&work.generation).is_some_and(|set| set.schema == sets.schema());
    let pairs = Pairs { views, host, view, read: sets.read(), new: work.generation, same_fold };
    loop {
        let after = match &shift.progress.after {
            Some(ResumePoint::View(key)) => Some(key.as_str()),
            Some(ResumePoint::Log(_)) | None => None,
        };
        let page = views.page(view, (work.part, work.of), after).await?;
        let read = page.rows.len();
        let mut rows = page.rows.into_iter().peekable();
        while rows.peek().is_some() {
            let looks: Vec<_> = rows.by_ref().take(PREPARED).map(|row| pairs.look(row)).collect();
            let found: Vec<Comparison> = stream::iter(looks).buffered(CONCURRENCY).try_collect().await?;
            for found in found {
                shift.progress.comparison.add(found);
            }
        }
        if !shift.reached(read, page.next.map(ResumePoint::View)).await? {
            return Ok(shift.progress.done);
        }
    }
}

/// The rows of one key in two generations.
struct Pairs<'a, V, H> {
    views: &'a V,
    host: &'a H,
    view: &'static str,
    read: Generation,
    new: Generation,
    same_fold: bool,
}

impl<V: Views, H: Clock> Pairs<'_, V, H> {
    /// Compares a row of the new generation with the one that is read. For a row that is read, it checks only that the
    /// new generation has it too: that row is compared by itself.
    async fn look(&self, (generation, key, row): Found) -> Result<Comparison, ViewError> {
        let mut found = Comparison::default();
        if generation != self.read && generation != self.new {
            return Ok(found);
        }
        let row = match row {
            Ok(row) => Some(row),
            Err(error) => {
                found.differs(|| format!("{key} in {generation}: {error}"));
                return Ok(found);
            }
        };
        let (mut read, mut new);
        if generation == self.new {
            found.rows = 1;
            (read, new) = (self.row(self.read, &key).await?, row);
        } else {
            (read, new) = (row, self.row(self.new, &key).await?);
        }
        for look in 1..=LOOKS {
            match (&read, &new) {
                (Some(_), Some(_)) if generation == self.read => return Ok(found),
                (Some(read), Some(new)) if read.version == new.version => {
                    self.compare(&key, read, new, &mut found);
                    return Ok(found);
                }
                (Some(_) | None, Some(_) | None) if look < LOOKS => {
                    self.host.sleep(PAUSE).await;
                    (read, new) = futures::try_join!(self.row(self.read, &key), self.row(self.new, &key))?;
                }
                (Some(read), Some(new)) => {
                    found.differs(|| format!("{key}: version {} is read, {} is new", read.version, new.version));
                }
                (None, _) => found.differs(|| format!("{key}: only the new generation has it")),
                (Some(_), None) => found.differs(|| format!("{key}: only the generation that is read has it")),
            }
        }
        Ok(found)
    }

    async fn row(&self, generation: Generation, key: &str) -> Result<Option<Row>, ViewError> {
        let place = RowKey { view: self.view, generation, key: key.to_owned() };
        self.views.row(&place, Consistency::Strong).await
    }

    fn compare(&self, key: &str, read: &Row, new: &Row, found: &mut Comparison) {
        found.read.add(self.digest(key, read));
        found.new.add(self.digest(key, new));
        if read.hash != new.hash {
            found.differs(|| format!("{key}: the link of version {} is another", new.version));
        } else if self.same_fold
            && let Some((field, read, new)) = unlike(read, new)
        {
            found.differs(|| format!("{key}: {field} is {read} where it is read, {new} where it is new"));
        }
    }

    fn digest(&self, key: &str, row: &Row) -> RowDigest {
        let fields = Fields::default().field("key", key.as_bytes()).field("version", &row.version.0.to_be_bytes());
        let fields = fields.field("hash", &row.hash.0);
        let fields = if self.same_fold { fields.field("document", row.document.as_bytes()) } else { fields };
        RowDigest(fields.finish().iter().take(8).fold(0, |digest, byte| digest << 8 | u64::from(*byte)))
    }
}
