//! Reading one document: as its row has it, at least as fresh as the reader asks for; or as it was, from the log.

use foldlog::past::{When, first_events, version_at};
use foldlog::read::projection::DocumentReader;
use foldlog::read::projection::PerStream;
use foldlog::{
    Commit, Consistency, Decider, EventLog, LogError, LogSpans, Projection, Reader, Row, Span, StreamName,
    Subscription, Version, ViewError, Views,
};
use foldlog_lambda::{Problem, Request};

/// How far behind `min_version` a view may be for its row to be completed from the log, in events.
const INTERVAL: u64 = 200;

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
        const WAYS: [&str; 3] = ["min_version", "version", "at"];
        request.only_query(&WAYS)?;
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

impl<L: EventLog + LogSpans, V: Views> Documents<'_, L, V> {
    /// A stream's document and the version that it is of, where it may be shown: as it is, or as it was.
    pub async fn found<P: Projection>(
        &self,
        asked: &Asked,
        id: &IdOf<P>,
        shown: impl Fn(&P::Document) -> bool,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        let found = match asked {
            Asked::Now(version) => self.fresh::<P>(id, *version).await?,
            Asked::Then(when) => return self.past::<P>(id, *when, shown).await,
        };
        Ok(found.filter(|(_, document)| shown(document)))
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
        let fold = PerStream::<P>::new();
        let row = folded(&fold, &stream, None, &commits)?;
        let found = row.map(|row| Ok::<_, ViewError>((row.version, fold.document(&row)?))).transpose()?;
        match flattened(found).filter(|(_, document)| shown(document)) {
            Some((head, _)) if head < asked => Err(Problem::beyond_head(asked, head)),
            found => Ok(found),
        }
    }

    /// A stream's row and its version, never older than was asked for: what the view lacks is folded over its row from
    /// the log.
    async fn fresh<P: Projection>(
        &self,
        id: &IdOf<P>,
        asked: Version,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        let stream = StreamName::of::<P::Decider>(id);
        let reader = Reader::of(self.views, P::folds()).await?;
        let row = self.views.row(&reader.place(&stream), Consistency::Eventual).await?;
        let row =
            if version(row.as_ref()) < asked { self.completed(reader.fold(), &stream, row, asked).await? } else { row };
        row.map(|row| Ok((row.version, reader.document(&row)?))).transpose().map(flattened)
    }

    async fn completed(
        &self,
        subscription: &dyn Subscription,
        stream: &StreamName,
        row: Option<Row>,
        asked: Version,
    ) -> Result<Option<Row>, Problem> {
        let seen = version(row.as_ref());
        if row.is_some() && asked.0 - seen.0 > INTERVAL {
            let newest = self.log.span(stream, Span::around(Version(u64::MAX))).await?;
            let head = newest.first().map_or(Version::NONE, Commit::last_version);
            if head < asked {
                return Err(Problem::beyond_head(asked, head));
            }
            return Err(Problem::unavailable(&format!("the view of {stream} is at {seen}, {asked} was asked for")));
        }
        let commits = self.log.since(stream, seen).await?;
        let head = commits.last().map_or(seen, Commit::last_version);
        if head < asked {
            return Err(Problem::beyond_head(asked, head));
        }
        Ok(folded(subscription, stream, row.as_ref(), &commits)?)
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

fn version(row: Option<&Row>) -> Version {
    row.map_or(Version::NONE, |row| row.version)
}

fn flattened<D>(found: Option<(Version, Option<D>)>) -> Option<(Version, D)> {
    found.and_then(|(version, document)| Some((version, document?)))
}
