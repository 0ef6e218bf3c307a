//! The event log on a table with the key `stream` (S) and `version` (N): one item a commit, put once, never changed.

mod append;
mod read;

use aws_sdk_dynamodb::Client;
use eventsourcing::{
    AppendError, Commit, CommitId, Draft, EventLog, Head, History, LogError, Reading, StreamName, Timestamp, Version,
    log::contiguous,
};

/// The event log on one table; clones share the client.
///
/// An append needs `dynamodb:PutItem`, reading a stream `dynamodb:Query`, [`EventLog::heads`] `dynamodb:Scan`.
#[derive(Clone, Debug)]
pub struct Log {
    client: Client,
    table: String,
}

impl Log {
    /// The log that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

impl EventLog for Log {
    async fn load(&self, stream: &StreamName, reading: Reading) -> Result<History, LogError> {
        History::backwards(stream, reading, self.read_back(stream, reading).await?)
    }

    async fn find(&self, stream: &StreamName, id: &CommitId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.search(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        let commits = self.read_on(stream, after).await?;
        contiguous(stream, after, &commits)?;
        Ok(commits)
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        self.put(head.seal(draft)).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.scan().await
    }
}
