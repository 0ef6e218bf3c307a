//! The pairs of rows that are compared, and what is to be done about a pair of different versions.

use super::work::{PREPARED, RebuildError, Unsettled};
use crate::hash::Fields;
use crate::ports::Clock;
use crate::read::generations::{Comparison, RowDigest};
use crate::read::projection::Row;
use crate::read::views::{Found, Generation, RowKey, Views};
use crate::stream::Version;
use crate::time::Timestamp;
use crate::verify::unlike;
use futures::{StreamExt, TryStreamExt, stream};
use std::time::Duration;

/// How often a pair is looked at.
const LOOKS: u32 = 40;
/// A live commit has reached its row by then, or something holds it up or has lost it: the time-out of a batch.
const DELIVERY: Duration = Duration::from_mins(1);
/// How many pairs are judged side by side: some of them read the log.
const CONCURRENCY: usize = 16;

/// The log behind the rows that are compared.
pub trait RowSource: Send + Sync {
    /// Brings the row of a key up to a version, a few steps at a time.
    fn catch_up(
        &self,
        generation: Generation,
        key: &str,
        upto: Version,
    ) -> impl Future<Output = Result<CaughtUp, RebuildError>> + Send;

    /// When the first commit was made that a row at one version lacks and its counterpart at another has. None if the
    /// log does not hold it.
    fn lacks_since(
        &self,
        key: &str,
        behind: Version,
        ahead: Version,
    ) -> impl Future<Output = Result<Option<Timestamp>, RebuildError>> + Send;
}

/// How far a row was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaughtUp {
    /// To the version.
    Reached,
    /// Nearer, and there is more to do.
    OnItsWay,
    /// Nowhere: these rows are brought up by others alone.
    Left,
    /// Nowhere, and trying again will not help, for this reason.
    Never(String),
}

/// A pair of rows as it was seen.
pub(super) struct Seen {
    pair: Unsettled,
    /// The two rows, as far as they were read.
    read: Option<Row>,
    new: Option<Row>,
}

/// The result of a look at a pair.
pub(super) enum Verdict {
    /// It is compared.
    Settled(Comparison),
    /// It is looked at again.
    Aside(Unsettled),
}

impl Seen {
    /// A pair that was put aside, to be read again.
    pub(super) const fn again(pair: Unsettled) -> Self {
        Self { pair, read: None, new: None }
    }
}

/// The rows of each key in two generations.
pub(super) struct Pairs<'a, V, S, H> {
    pub(super) views: &'a V,
    pub(super) source: &'a S,
    pub(super) host: &'a H,
    pub(super) view: &'static str,
    pub(super) read: Generation,
    pub(super) new: Generation,
    pub(super) same_fold: bool,
}

impl<V: Views, S: RowSource, H: Clock> Pairs<'_, V, S, H> {
    /// The rows of a page that are to be compared. What is no row differs.
    pub(super) fn found(&self, rows: Vec<Found>, comparison: &mut Comparison) -> Vec<Seen> {
        let mut seen = Vec::with_capacity(rows.len());
        for (generation, key, row) in rows {
            let is_new = generation == self.new;
            match row {
                _ if !is_new && generation != self.read => {}
                Err(error) => comparison.differs(|| format!("{key} in {generation}: {error}")),
                Ok(row) => {
                    let pair = Unsettled { key, is_new, looks: 0, behind: None, since: None };
                    let (read, new) = if is_new { (None, Some(row)) } else { (Some(row), None) };
                    seen.push(Seen { pair, read, new });
                }
            }
        }
        seen
    }

    /// Reads what is missing of these pairs, and judges each.
    pub(super) async fn look(&self, mut seen: Vec<Seen>) -> Result<Vec<Verdict>, RebuildError> {
        for seen in seen.chunks_mut(PREPARED) {
            let place = |generation, pair: &Unsettled| RowKey { view: self.view, generation, key: pair.key.clone() };
            let missing = |one: &Seen| {
                let read = one.read.is_none().then(|| place(self.read, &one.pair));
                [read, one.new.is_none().then(|| place(self.new, &one.pair))]
            };
            let places: Vec<RowKey> = seen.iter().flat_map(missing).flatten().collect();
            let mut rows = self.views.rows(&places).await?.into_iter();
            for one in seen {
                if one.read.is_none() {
                    one.read = rows.next().flatten();
                }
                if one.new.is_none() {
                    one.new = rows.next().flatten();
                }
            }
        }
        let judged: Vec<_> = seen.into_iter().map(|seen| self.judge(seen)).collect();
        stream::iter(judged).buffered(CONCURRENCY).try_collect().await
    }

    async fn judge(&self, Seen { pair, read, new }: Seen) -> Result<Verdict, RebuildError> {
        match (&read, &new) {
            // It is compared where the row that is read is found.
            (Some(_), Some(_)) | (None, None) if pair.is_new => Ok(Verdict::Settled(Comparison::default())),
            (Some(read), Some(new)) if read.version == new.version => {
                Ok(Verdict::Settled(self.compared(&pair.key, read, new)))
            }
            (Some(read), _) if new.as_ref().is_none_or(|new| new.version < read.version) => {
                self.bring_up(pair, read, new.as_ref()).await
            }
            _ => self.wait(pair, read.as_ref(), new.as_ref()).await,
        }
    }

    /// The new row is behind.
    async fn bring_up(&self, pair: Unsettled, read: &Row, new: Option<&Row>) -> Result<Verdict, RebuildError> {
        match self.source.catch_up(self.new, &pair.key, read.version).await? {
            CaughtUp::OnItsWay => Ok(Verdict::Aside(pair)),
            CaughtUp::Left => self.wait(pair, Some(read), new).await,
            CaughtUp::Never(error) => {
                let mut found = Comparison { rows: new.is_some().into(), ..Comparison::default() };
                found.differs(|| format!("{}: version {} cannot be reached: {error}", pair.key, read.version));
                Ok(Verdict::Settled(found))
            }
            CaughtUp::Reached => {
                let place = RowKey { view: self.view, generation: self.new, key: pair.key.clone() };
                let new = self.views.rows(&[place]).await?.pop().flatten();
                match &new {
                    Some(new) if new.version == read.version => {
                        Ok(Verdict::Settled(self.compared(&pair.key, read, new)))
                    }
                    _ => self.wait(pair, Some(read), new.as_ref()).await,
                }
            }
        }
    }

    /// Puts a pair aside, unless it has become clear that waiting does not help.
    async fn wait(&self, pair: Unsettled, read: Option<&Row>, new: Option<&Row>) -> Result<Verdict, RebuildError> {
        let [read_at, new_at] = [read, new].map(|row| row.map_or(Version::NONE, |row| row.version));
        let (behind, ahead) = (read_at.min(new_at), read_at.max(new_at));
        let mut pair = Unsettled { looks: pair.looks + 1, ..pair };
        if pair.behind.replace(behind) != Some(behind) {
            pair.since = None;
        } else if pair.since.is_none() {
            // What the log does not hold cannot be delivered.
            let since = self.source.lacks_since(&pair.key, behind, ahead).await?;
            pair.since = Some(since.unwrap_or_default());
        }
        let is_lost = pair.since.is_some_and(|since| since.after(DELIVERY) <= self.host.now());
        if !is_lost && pair.looks < LOOKS {
            return Ok(Verdict::Aside(pair));
        }
        let mut found = Comparison { rows: new.is_some().into(), ..Comparison::default() };
        let key = &pair.key;
        found.differs(|| match (read, new) {
            (Some(read), Some(new)) => format!("{key}: version {} is read, {} is new", read.version, new.version),
            (None, None) => format!("{key}: no generation has it any longer"),
            (None, Some(_)) => format!("{key}: only the new generation has it"),
            (Some(_), None) => format!("{key}: only the generation that is read has it"),
        });
        Ok(Verdict::Settled(found))
    }

    fn compared(&self, key: &str, read: &Row, new: &Row) -> Comparison {
        let (digest, of_new) = (self.digest(key, read), self.digest(key, new));
        let mut found = Comparison { rows: 1, read: digest, new: of_new, ..Comparison::default() };
        if read.hash != new.hash {
            found.differs(|| format!("{key}: the link of version {} is another", new.version));
        } else if self.same_fold
            && let Some((field, read, new)) = unlike(read, new)
        {
            found.differs(|| format!("{key}: {field} is {read} where it is read, {new} where it is new"));
        }
        found
    }

    fn digest(&self, key: &str, row: &Row) -> RowDigest {
        let fields = Fields::default().field("key", key.as_bytes()).field("version", &row.version.0.to_be_bytes());
        let fields = fields.field("hash", &row.hash.0);
        let fields = if self.same_fold { fields.field("document", row.document.as_bytes()) } else { fields };
        RowDigest(fields.finish().iter().take(8).fold(0, |digest, byte| digest << 8 | u64::from(*byte)))
    }
}
