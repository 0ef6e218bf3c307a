//! A stream type whose commands write the texts that they are given, and a way to fill its streams without waiting for
//! each.

use crate::store::Store;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use foldlog::{
    Actor, AppendError, CommandId, Commands, Commit, Correlation, Decider, Digest, Draft, EventLog, Head, History,
    LogError, Metadata, NoRefusal, ReadOptions, StreamName, Timestamp, Version,
};
use foldlog_dynamo::Log;
use foldlog_dynamo::item::item_of;
use foldlog_testing::host::Noon;
use foldlog_testing::sample::commits::Sample;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Mutex;

/// Notes texts. Its state always has the same size.
pub(crate) struct Notebook<const STATE_SCHEMA: u32 = 1>;

/// The number, length and digest of the texts, and 900 bytes that never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) texts: u64,
    pub(crate) bytes: u64,
    /// Depends on every text, and on their order.
    pub(crate) sum: u64,
    cover: String,
}

impl Default for Notes {
    fn default() -> Self {
        Self { texts: 0, bytes: 0, sum: 0, cover: "x".repeat(900) }
    }
}

impl<const STATE_SCHEMA: u32> Decider for Notebook<STATE_SCHEMA> {
    const CATEGORY: &'static str = "note";
    const STATE_SCHEMA: u32 = STATE_SCHEMA;
    type Id = u64;
    type State = Notes;
    type Command = Vec<String>;
    type Event = Sample;
    type Refusal = NoRefusal;

    fn decide(_: &Notes, texts: &Vec<String>) -> Result<Vec<Sample>, NoRefusal> {
        Ok(texts.iter().map(|text| Sample::Noted { text: text.clone() }).collect())
    }

    fn evolve(state: Notes, Sample::Noted { text }: &Sample) -> Notes {
        Notes {
            texts: state.texts + 1,
            bytes: state.bytes + text.len() as u64,
            sum: text.bytes().fold(state.sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())),
            ..state
        }
    }
}

/// Notebooks as a new process carries commands out on them.
pub(crate) fn cold<L: EventLog>(log: L) -> Commands<Notebook, L, Noon> {
    Commands::new(log, Noon)
}

/// A client's command under a key of its own.
pub(crate) fn keyed(key: &str) -> Metadata {
    Metadata {
        id: CommandId::of_key(["alice", "POST", "/notes", key]),
        digest: Digest([7; 32]),
        correlation: Correlation { id: "0195f1c2a7b37000800000000000000a".to_owned(), client: None },
        cause: None,
        actor: Actor("4f1d3a5b7c9e0f1a2b3c4d5e6f708192".to_owned()),
        expected: None,
    }
}

/// The text of a stream's n-th event: 200 bytes.
pub(crate) fn text(nth: usize) -> String {
    format!("{nth:0>200}")
}

/// A log of one stream with a single writer: its commits are written to the table later.
#[derive(Default)]
struct Pad(Mutex<Vec<Commit>>);

impl EventLog for Pad {
    async fn load(&self, stream: &StreamName, _: ReadOptions) -> Result<History, LogError> {
        History::prove(stream, self.0.lock().unwrap().clone())
    }

    async fn find(&self, _: &StreamName, _: &CommandId, _: Timestamp) -> Result<Option<Commit>, LogError> {
        Ok(None)
    }

    async fn since(&self, _: &StreamName, _: Version) -> Result<Vec<Commit>, LogError> {
        Ok(Vec::new())
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let commit = head.seal(draft);
        self.0.lock().unwrap().push(commit.clone());
        Ok(commit)
    }
}

/// A log on a table of its own. Its stream has the commits that this many commands of one text each leave there, with
/// the snapshots of their writer. They are put as items, 25 in a request, eight requests at a time.
pub(crate) async fn filled(store: &Store, name: &StreamName, texts: impl Iterator<Item = String>) -> Log {
    let writer = cold(Pad::default());
    for (nth, text) in texts.enumerate() {
        writer.execute(name, &vec![text], &keyed(&nth.to_string())).await.unwrap();
    }
    let table = store.log_table().await;
    let puts: Vec<_> = writer.log().0.lock().unwrap().iter().map(put).collect();
    let batches =
        puts.chunks(25).map(|batch| {
            let write = store.client.batch_write_item().request_items(&table, batch.to_vec());
            async move {
                write.send().await.map(|written| assert!(written.unprocessed_items().is_none_or(HashMap::is_empty)))
            }
        });
    stream::iter(batches).buffer_unordered(8).try_collect::<()>().await.unwrap();
    Log::new(store.client.clone(), table)
}

fn put(commit: &Commit) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item_of(commit).unwrap().into())).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}
