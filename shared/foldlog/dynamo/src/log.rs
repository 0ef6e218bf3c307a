//! The event log on a table with the key `stream` (S) and `version` (N): one item for each commit, put once, never
//! changed.

mod append;
mod backwards;
mod import;
mod markers;
mod read;
mod scan;

pub use import::ImportError;

use aws_sdk_dynamodb::Client;
use foldlog::{
    AppendError, CommandId, Commit, Draft, EventLog, Head, History, LogError, LogSpans, ReadOptions, Span, StreamName,
    Timestamp, Version,
    write::log::{CommitPage, contiguous},
    write::span::unbroken,
};
use strum::{IntoStaticStr, VariantNames};

/// The log's metrics, by their names in a function's metrics.
#[derive(Clone, Copy, Debug, IntoStaticStr, VariantNames)]
pub enum Metric {
    /// Appends that lost a race: each command is decided again on the winner's commit.
    Conflicts,
    /// Snapshots that did not fit into their commits.
    SnapshotsLeftOut,
}

impl Metric {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// The event log on one table; clones share the client.
///
/// An append needs `dynamodb:PutItem`, reading a stream `dynamodb:Query`, reading all of them ([`foldlog::LogScan`])
/// `dynamodb:Scan`. With markers, their table needs `dynamodb:PutItem` and `dynamodb:GetItem`.
#[derive(Clone, Debug)]
pub struct Log {
    client: Client,
    table: String,
    markers: Option<String>,
}

impl Log {
    /// The log that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), markers: None }
    }

    /// The log, with a marker for each reaction in a table with the key `stream` (S) and `commit_id` (S). The append
    /// itself recognises a repetition, in one request, however many commits lie in between. Use it for categories on
    /// which many processes react, where a search would be long. All writers of a category must agree in this.
    #[must_use]
    pub fn with_markers(self, table: impl Into<String>) -> Self {
        Self { markers: Some(table.into()), ..self }
    }
}

impl EventLog for Log {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        History::backwards(stream, reading, self.read_back(stream, reading).await?)
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        match &self.markers {
            Some(markers) => self.marked(markers, stream, id).await,
            None => self.search(stream, id, since).await,
        }
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        let commits = self.read_span(stream, Span::behind(after)).await?;
        contiguous(stream, after, &commits)?;
        Ok(commits)
    }

    async fn page_since(&self, stream: &StreamName, after: Version) -> Result<CommitPage, LogError> {
        let (commits, next) = self.read_page(stream, Span::behind(after), None).await?;
        contiguous(stream, after, &commits)?;
        Ok(CommitPage { commits, more: next.is_some() })
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let commit = head.seal(draft);
        let appended = match &self.markers {
            Some(markers) if commit.causation.is_some() => self.put_marked(markers, commit).await,
            Some(_) | None => self.put(commit).await,
        };
        if let Err(AppendError::Conflict) = &appended {
            metrics::counter!(Metric::Conflicts.name()).increment(1);
        }
        appended
    }

    fn recognises_reactions(&self) -> bool {
        self.markers.is_some()
    }
}

impl LogSpans for Log {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        let commits = self.read_span(stream, span).await?;
        unbroken(stream, span, &commits)?;
        Ok(commits)
    }
}
