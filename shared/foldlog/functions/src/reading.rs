//! Reading one document: as its row has it, at least as fresh as the reader asks for; or as it was, from the log.

use foldlog::past::{When, first_events, version_at};
use foldlog::read::projection::DocumentReader;
use foldlog::read::projection::PerStream;
use foldlog::{
    Commit, Consistency, Decider, LogError, LogSpans, Projection, Reader, Row, Span, StreamName, Subscription, Version,
    ViewError, Views,
};
use foldlog_lambda::{Problem, Request};

/// How far behind `min_version` a view may be for its row to be completed from the log, in events,
const INTERVAL: u64 = 200;
/// and the commits that are read for that.
const MOST_COMMITS: usize = 201;

/// What names what a projection shows.
pub type IdOf<P> = <<P as Projection>::Decider as Decider>::Id;

/// The version of a resource that a request asks for.
pub enum Asked {
    /// The present one, no older than this.
    Now(Version),
    /// A past one.
    Then(When),
}

impl Asked {
    /// By the query of a request, where at most one of the parameters that say so may stand.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        Self::beside(request, &[])
    }

    /// The same for a route that has other parameters as well.
    pub fn beside(request: &Request, others: &[&str]) -> Result<Self, Problem> {
        const WAYS: [&str; 3] = ["min_version", "version", "at"];
        request.only_query(&[&WAYS, others].concat())?;
        let given = WAYS.iter().zip([
            request.query("min_version")?.map(Self::Now),
            request.query("version")?.map(|version| Self::Then(When::Version(version))),
            request.query("at")?.map(|at| Self::Then(When::At(at))),
        ]);
        let mut given: Vec<_> = given.filter_map(|(name, asked)| Some((*name, asked?))).collect();
        match given.pop() {
            None => Ok(Self::Now(Version::NONE)),
            Some((_, asked)) if given.is_empty() => Ok(asked),
            Some((last, _)) => {
                let names: Vec<_> = given.iter().map(|(name, _)| *name).chain([last]).collect();
                Err(Problem::contradictory(&names))
            }
        }
    }
}

/// Where documents are read: the log, and the views that follow it.
pub struct Documents<'a, L, V> {
    /// The log.
    pub log: &'a L,
    /// The views.
    pub views: &'a V,
}

impl<L: LogSpans, V: Views> Documents<'_, L, V> {
    /// A stream's document and the version that it is of, where it may be shown: as it is, or as it was.
    pub async fn found<P: Projection>(
        &self,
        asked: &Asked,
        id: &IdOf<P>,
        shown: impl Fn(&P::Document) -> bool,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        match asked {
            Asked::Now(version) => self.fresh::<P>(id, *version, shown).await,
            Asked::Then(when) => self.past::<P>(id, *when, shown).await,
        }
    }

    /// The same for a stream whose first event names its owner, and which only its owner sees. For everyone else it reads
    /// one commit or one row, whatever they ask for and however long the stream is, as for a stream that does not exist.
    pub async fn owned<P: Projection>(
        &self,
        asked: &Asked,
        id: &IdOf<P>,
        own: impl Fn(&P::Document) -> bool,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        match asked {
            Asked::Now(version) => self.fresh::<P>(id, *version, own).await,
            Asked::Then(when) => {
                let stream = StreamName::of::<P::Decider>(id);
                let first = self.log.span(&stream, Span { limit: Some(1), ..Span::behind(Version::NONE) }).await?;
                let row = folded(&PerStream::<P>::new(), &stream, None, &first)?;
                match document_of::<P>(row.as_ref())? {
                    Some((_, document)) if own(&document) => self.past::<P>(id, *when, own).await,
                    Some(_) | None => Ok(None),
                }
            }
        }
    }

    /// The document as the stream's first events make it, folded as its row is. That there are fewer than were asked
    /// for is told only to a reader who may see it.
    async fn past<P: Projection>(
        &self,
        id: &IdOf<P>,
        when: When,
        shown: impl Fn(&P::Document) -> bool,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        let stream = StreamName::of::<P::Decider>(id);
        let asked = match when {
            When::Version(version) => version,
            When::At(at) => version_at(self.log, &stream, at).await?,
        };
        let commits = first_events(self.log, &stream, asked).await?;
        let row = folded(&PerStream::<P>::new(), &stream, None, &commits)?;
        match document_of::<P>(row.as_ref())?.filter(|(_, document)| shown(document)) {
            Some((head, _)) if head < asked => Err(Problem::beyond_head(asked, head)),
            found => Ok(found),
        }
    }

    /// A stream's document and its version, never older than was asked for: what the view lacks is folded over its row
    /// from the log, if it is not much. A reader who may not see the document gets the answer for a stream that does not
    /// exist, after as many requests, whatever version they ask for.
    async fn fresh<P: Projection>(
        &self,
        id: &IdOf<P>,
        asked: Version,
        shown: impl Fn(&P::Document) -> bool,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        let stream = StreamName::of::<P::Decider>(id);
        let reader = Reader::of(self.views, P::folds()).await?;
        let place = reader.place(&stream);
        let row = self.views.row(&place, Consistency::Eventual).await?;
        let document = |row: Option<&Row>| {
            let found = row.map(|row| Ok::<_, ViewError>((row.version, reader.document(row)?))).transpose()?;
            Ok::<_, ViewError>(found.and_then(|(version, document)| Some((version, document?))))
        };
        let seen = row.as_ref().map_or(Version::NONE, |row| row.version);
        let is_shown = |found: &(Version, P::Document)| shown(&found.1);
        let found = document(row.as_ref())?.filter(is_shown);
        if asked == Version::NONE || (found.is_some() && seen >= asked) {
            return Ok(found);
        }
        // Whoever asks for a version and sees no row costs this read, whether there is such a stream or not.
        let is_far = row.is_some() && asked.0.saturating_sub(seen.0) > INTERVAL;
        let missing = Span { limit: Some(MOST_COMMITS), ..Span::behind(seen) };
        let read = self.log.span(&stream, if is_far { Span::around(Version(u64::MAX)) } else { missing }).await?;
        let end = read.last().map_or(seen, Commit::last_version);
        let commits = if is_far { &[][..] } else { &read };
        let completed = folded(reader.fold(), &stream, row.as_ref(), commits)?.or(row);
        let Some(found) = document(completed.as_ref())?.filter(is_shown) else { return Ok(None) };
        if end < asked && (is_far || commits.len() < MOST_COMMITS) {
            return Err(Problem::beyond_head(asked, end));
        }
        if is_far || end < asked {
            let behind = format!("the view of {stream} is at {seen}, {asked} was asked for");
            return Err(Problem::unavailable(&behind));
        }
        Ok(Some(found))
    }
}

fn folded(
    subscription: &dyn Subscription,
    stream: &StreamName,
    row: Option<&Row>,
    commits: &[Commit],
) -> Result<Option<Row>, LogError> {
    let folded = subscription.fold(row, commits);
    match folded.failed {
        Some((version, reason)) => Err(LogError::Corrupt { stream: stream.clone(), version, reason }),
        None => Ok(folded.row),
    }
}

/// The document of a row of this projection, and its version.
fn document_of<P: Projection>(row: Option<&Row>) -> Result<Option<(Version, P::Document)>, ViewError> {
    let Some(row) = row else { return Ok(None) };
    Ok(PerStream::<P>::new().document(row)?.map(|document| (row.version, document)))
}
