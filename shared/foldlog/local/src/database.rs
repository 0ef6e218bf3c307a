//! The embedded DynamoDB: its file, its own threads (`SQLite` blocks), and its operations as JSON in, JSON out.

use crate::lock::lock;
use crate::private;
use dynoxide::{Database, DynoxideError};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// `SQLite` serves one request at a time. A second thread reads and writes JSON meanwhile.
const THREADS: usize = 2;
/// Stream records are kept as long as DynamoDB keeps them.
const STREAM_RETENTION_SECONDS: i64 = 24 * 60 * 60;

enum Job {
    Run(Box<dyn FnOnce(&Database) + Send>),
    Stop,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Its folder or file cannot be created or locked.
    #[error("the data directory cannot be used: {0}")]
    Directory(#[from] std::io::Error),
    /// Another host uses the same folder.
    #[error("another process uses this data directory")]
    InUse,
    /// The file is not a database of this host.
    #[error("the database cannot be opened: {0}")]
    Open(String),
    /// A table could not be created as declared.
    #[error("table {table}: {reason}")]
    Table {
        /// The table's name.
        table: String,
        /// The reason.
        reason: String,
    },
    /// It was used after its end, or it failed.
    #[error("the database has stopped")]
    Stopped,
}

/// A response as it is sent.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: String,
}

/// A handle on the database; all clones share its threads.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    jobs: Sender<Job>,
}

/// What it keeps in its directory.
const FILES: [&str; 4] = ["lock", "dynamodb.sqlite", "dynamodb.sqlite-wal", "dynamodb.sqlite-shm"];

/// Ends the database, even if handles on it are left.
pub(crate) struct Closing {
    jobs: Sender<Job>,
    threads: Vec<JoinHandle<()>>,
    _lock: File,
}

impl Engine {
    /// Opens or creates the database in a directory that no other process uses.
    pub(crate) fn open(directory: &Path) -> Result<(Self, Closing), DatabaseError> {
        private::directory(directory)?;
        let lock = File::create(directory.join("lock"))?;
        lock.try_lock().map_err(|_| DatabaseError::InUse)?;
        let path = directory.join("dynamodb.sqlite");
        let text = path.to_string_lossy();
        let open = |error: &dyn std::fmt::Display| DatabaseError::Open(error.to_string());
        drop(Database::new(&text).map_err(|error| open(&error))?);
        prepare(&path).map_err(|error| open(&error))?;
        let database = Database::new(&text).map_err(|error| open(&error))?;
        for file in FILES {
            private::close(&directory.join(file))?;
        }
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for number in 0..THREADS {
            let (database, queue) = (database.clone(), Arc::clone(&queue));
            let name = format!("database-{number}");
            threads.push(std::thread::Builder::new().name(name).spawn(move || serve(&database, &queue))?);
        }
        let closing = Closing { jobs: jobs.clone(), threads, _lock: lock };
        Ok((Self { jobs }, closing))
    }

    /// Runs one operation of `DynamoDB` or its streams. `then` runs after one that succeeded, even if the caller has
    /// gone meanwhile: the write has happened.
    pub(crate) async fn call(&self, operation: String, body: Vec<u8>, then: impl FnOnce() + Send + 'static) -> Answer {
        let answer = self.run(move |database| {
            let answer = dispatch(database, &operation, &body);
            if answer.is_ok() {
                then();
            }
            answer
        });
        match answer.await {
            Ok(Ok(body)) => Answer { status: 200, body },
            Ok(Err(error)) => Answer { status: error.status_code(), body: error.to_json() },
            Err(_) => Answer {
                status: 500,
                body: r#"{"__type":"InternalServerError","message":"The database failed."}"#.to_owned(),
            },
        }
    }

    /// Runs something on the database's own threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (reply, result) = oneshot::channel();
        let job = Box::new(move |database: &Database| {
            // If the receiver is gone, no caller waits any longer.
            let _ = reply.send(job(database));
        });
        self.jobs.send(Job::Run(job)).map_err(|_| DatabaseError::Stopped)?;
        result.await.map_err(|_| DatabaseError::Stopped)
    }
}

impl Closing {
    /// Waits, without blocking the caller's runtime, until the file is closed.
    pub(crate) async fn closed(mut self) {
        self.stop();
        let threads = std::mem::take(&mut self.threads);
        let _ = tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join()))).await;
    }

    fn stop(&self) {
        for _ in &self.threads {
            // It fails only if the threads have ended already.
            let _ = self.jobs.send(Job::Stop);
        }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(database: &Database, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = lock(queue).recv();
        let Ok(Job::Run(job)) = job else { return };
        // The waiting side sees its reply channel dropped.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(database)));
    }
}

/// Finding the newest sequence number walks all records of a stream without this index, and nothing trims them.
fn prepare(path: &Path) -> Result<(), rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "CREATE INDEX IF NOT EXISTS local_stream_sequence
         ON _stream_records(table_name, CAST(sequence_number AS INTEGER));",
    )?;
    let oldest = jiff::Timestamp::now().as_second() - STREAM_RETENTION_SECONDS;
    connection.execute("DELETE FROM _stream_records WHERE created_at < ?1", [oldest])?;
    connection.close().map_err(|(_, error)| error)
}

fn dispatch(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    match operation {
        "PutItem" => one(body, |request| database.put_item(request)),
        "GetItem" => one(body, |request| database.get_item(request)),
        "UpdateItem" => one(body, |request| database.update_item(request)),
        "DeleteItem" => one(body, |request| database.delete_item(request)),
        "Query" => one(body, |request| database.query(request)),
        "Scan" => one(body, |request| database.scan(request)),
        "TransactWriteItems" => one(body, |request| database.transact_write_items(request)),
        "TransactGetItems" => one(body, |request| database.transact_get_items(request)),
        "BatchGetItem" => one(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => one(body, |request| database.batch_write_item(request)),
        "CreateTable" => one(body, |request| database.create_table(request)),
        "UpdateTable" => one(body, |request| database.update_table(request)),
        "DeleteTable" => one(body, |request| database.delete_table(request)),
        "DescribeTable" => one(body, |request| database.describe_table(request)),
        "ListTables" => one(body, |request| database.list_tables(request)),
        "ListStreams" => one(body, |request| database.list_streams(request)),
        "DescribeStream" => one(body, |request| database.describe_stream(request)),
        "GetShardIterator" => one(body, |request| database.get_shard_iterator(request)),
        "GetRecords" => one(body, |request| database.get_records(request)),
        _ => Err(DynoxideError::UnsupportedCapability(operation.to_owned())),
    }
}

fn one<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    run: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    let request = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    serde_json::to_string(&run(request)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The engine marks some messages with their error class: `VALIDATION:…`, `SERIALIZATION:…`.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    match text.split_once(':') {
        Some((mark, message)) if mark.starts_with("SERIALIZATION") => {
            DynoxideError::SerializationException(message.to_owned())
        }
        Some((mark, message)) if mark.starts_with("VALIDATION") => {
            DynoxideError::ValidationException(message.to_owned())
        }
        _ if text.starts_with("invalid type") && !text.starts_with("invalid type: null") => {
            DynoxideError::SerializationException(text.to_owned())
        }
        _ => DynoxideError::ValidationException(text.to_owned()),
    }
}
