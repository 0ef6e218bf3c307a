//! Reading one row, at least as fresh as the reader asks for.

use crate::Queries;
use crate::states::snapshot_schema;
use eventsourcing::projection::PerStream;
use eventsourcing::views::{Place, ViewError};
use eventsourcing::{
    Consistency, EventLog, LogError, Projection, Reading, Row, StreamName, Subscription, Version, Views,
};
use lambda::{Problem, Request};

/// How far behind `min_version` a view may be for its row to be completed from the log, in events.
const INTERVAL: u64 = 200;

impl<L: EventLog, V: Views, R, H> Queries<L, V, R, H> {
    /// A stream's row and its version. With `?min_version=` the answer is never older: what the view lacks is folded
    /// over its row from the log.
    pub(crate) async fn fresh<P: Projection>(
        &self,
        request: &Request,
        id: &str,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        request.only_query(&["min_version"])?;
        let asked: Version = request.query("min_version")?.unwrap_or(Version::NONE);
        let subscription = PerStream::<P>::new();
        let stream = stream_of(P::CATEGORY, id)?;
        let place =
            Place { view: P::NAME, generation: self.views.current(P::NAME).await?, key: subscription.key(&stream) };
        let row = self.views.row(&place, Consistency::Eventual).await?;
        let row =
            if version(row.as_ref()) < asked { self.completed(&subscription, &stream, row, asked).await? } else { row };
        row.map(|row| Ok((row.version, document::<P::Document>(&row)?))).transpose().map(flattened)
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
            let schema = snapshot_schema(stream.category());
            let reading = Reading { schema, until: None, consistency: Consistency::Strong };
            let head = self.log.load(stream, reading).await?.head().version();
            if head < asked {
                return Err(Problem::beyond_head(asked, head));
            }
            return Err(Problem::unavailable(&format!("the view of {stream} is at {seen}, {asked} was asked for")));
        }
        let commits = self.log.since(stream, seen).await?;
        let head = commits.last().map_or(seen, eventsourcing::Commit::last_version);
        if head < asked {
            return Err(Problem::beyond_head(asked, head));
        }
        let folded = subscription.fold(row.as_ref(), &commits);
        match folded.failed {
            Some((version, reason)) => Err(LogError::Corrupt { stream: stream.clone(), version, reason }.into()),
            None => Ok(folded.row),
        }
    }
}

/// A row's document; none where its stream has nothing to show.
pub(crate) fn document<D: serde::de::DeserializeOwned>(row: &Row) -> Result<Option<D>, ViewError> {
    serde_json::from_str(&row.document).map_err(|error| ViewError::Unusable(error.to_string()))
}

/// The stream of a category, of an id that was checked when it was parsed.
pub(crate) fn stream_of(category: &str, id: &str) -> Result<StreamName, Problem> {
    StreamName::new(category, id).map_err(|error| Problem::internal(&error))
}

fn version(row: Option<&Row>) -> Version {
    row.map_or(Version::NONE, |row| row.version)
}

fn flattened<D>(found: Option<(Version, Option<D>)>) -> Option<(Version, D)> {
    found.and_then(|(version, document)| Some((version, document?)))
}
