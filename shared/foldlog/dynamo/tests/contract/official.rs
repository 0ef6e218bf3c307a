//! Amazon's own `DynamoDB` for one machine, started for one test.

use crate::store::{Forms, Store};
use foldlog_dynamo::Log;
use futures::FutureExt as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Names the folder that `scripts/dynamodb-local.sh` prints.
const FOLDER: &str = "DYNAMODB_LOCAL";

/// What the adapters never ask for.
const FOR_THE_TEST: [&str; 3] = ["BatchWriteItem [log", "CreateTable", "ListTables"];

/// It takes two seconds on an idle machine. One that is busy building may need far longer.
const PATIENCE: Duration = Duration::from_mins(2);

/// A `DynamoDB Local` of this test alone, in memory. Its process ends with the test, even if a rule panics.
pub(crate) struct Engine {
    process: Child,
    address: SocketAddr,
    forms: Forms,
    broken: Vec<&'static str>,
}

impl Engine {
    /// The engine, once it answers. None, with the reason printed, if none is named.
    pub(crate) async fn start() -> Option<Self> {
        let Some(folder) = std::env::var_os(FOLDER) else {
            // Past the test harness, which shows the output of a test only if it fails.
            let mut stderr = std::io::stderr();
            let _ = writeln!(stderr, "skipped on DynamoDB Local: {FOLDER} is not set (scripts/dynamodb-local.sh)");
            return None;
        };
        let mut engine = Self::launch(Path::new(&folder));
        let answering = tokio::time::timeout(PATIENCE, engine.answer()).await;
        assert!(answering.is_ok(), "DynamoDB Local did not answer within {PATIENCE:?}");
        Some(engine)
    }

    /// Starts the process. It takes no port of its own choice, so it gets one that was free just now; it listens on
    /// all interfaces, which cannot be configured.
    fn launch(folder: &Path) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let process = Command::new("java")
            .current_dir(folder)
            .args(["-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"])
            .args(["-inMemory", "-disableTelemetry", "-port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let process = process.unwrap_or_else(|error| panic!("java in {}: {error}", folder.display()));
        Self { process, address, forms: Forms::default(), broken: Vec::new() }
    }

    /// Waits for the engine. The check does not use the client, whose tries would use up the retries that all tests of
    /// this process share.
    async fn answer(&mut self) {
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            let ended = self.process.try_wait().unwrap();
            assert_eq!(ended, None, "DynamoDB Local ended before it answered; its own words stand above");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.store().client.list_tables().send().await.unwrap();
    }

    /// A client of it.
    pub(crate) fn store(&self) -> Store {
        Store::noting(self.address, self.forms.clone())
    }

    /// A log on a table of its own.
    pub(crate) async fn log(&self) -> Log {
        self.store().log().await
    }

    /// A log with markers, on tables of its own.
    pub(crate) async fn marked_log(&self) -> Log {
        self.store().marked_log().await
    }

    /// Tries one rule. A broken rule is remembered, and the others are tried too.
    pub(crate) async fn try_rule(&mut self, name: &'static str, rule: impl Future<Output = ()>) {
        let held = AssertUnwindSafe(rule).catch_unwind().await.is_ok();
        println!("{name}: {}", if held { "holds" } else { "BROKEN" });
        if !held {
            self.broken.push(name);
        }
    }

    /// Panics if a rule was broken.
    pub(crate) fn verdict(&self) {
        assert!(self.broken.is_empty(), "broken on DynamoDB Local: {:?}", self.broken);
    }

    /// Compares the forms of the requests that were sent with the list, or writes the list.
    pub(crate) fn compare_forms(&self) {
        let sent = self.forms.lock().unwrap();
        let forms = sent.iter().filter(|form| !FOR_THE_TEST.iter().any(|operation| form.starts_with(operation)));
        let lines = forms.map(String::as_str).chain([""]).collect::<Vec<_>>().join("\n");
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms.txt");
        if std::env::var_os("UPDATE_FORMS").is_some() {
            std::fs::write(&list, &lines).unwrap();
        }
        let listed = std::fs::read_to_string(&list).unwrap_or_default();
        assert_eq!(lines, listed, "UPDATE_FORMS=1 writes the list anew: review it");
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // If it has ended already, there is nothing left to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
