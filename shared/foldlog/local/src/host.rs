//! The host: a template and its functions, running on one machine.

use crate::controls::{Controls, UnknownFunction};
use crate::database::Closing;
use crate::gateway::Tokens;
use crate::issuer::IssuerError;
use crate::machines::{Execution, Register};
use crate::meter::Usage;
use crate::policy::Policy;
use crate::queues::Queues;
use crate::seam::{Backend, HOST, Seam};
use crate::streams::Deliveries;
use crate::work::Work;
use aws_config::SdkConfig;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long the shutdown waits for running work.
const LAST_WORK: Duration = Duration::from_secs(5);

/// A running host.
pub struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) aws_address: SocketAddr,
    pub(crate) backend: Arc<Backend>,
    pub(crate) queues: Queues,
    pub(crate) controls: Arc<Controls>,
    pub(crate) register: Register,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) environments: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) policies: BTreeMap<String, Arc<Policy>>,
    pub(crate) warnings: Vec<String>,
    pub(crate) work: Work,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) tasks: JoinSet<()>,
    pub(crate) closing: Closing,
    pub(crate) directory: PathBuf,
    pub(crate) _temporary: Option<TempDir>,
}

impl Host {
    /// The address that the gateway listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The gateway's URL, for programs on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// A loopback URL that answers any SDK for `DynamoDB`, its streams, `EventBridge`'s `PutEvents` and the objects of
    /// a bucket.
    #[must_use]
    pub fn aws_url(&self) -> String {
        url(self.aws_address)
    }

    /// A token that the gateway accepts, for a subject with scopes.
    pub fn token(&self, subject: &str, scopes: &[&str]) -> Result<String, IssuerError> {
        self.token_with(subject, scopes, Map::new())
    }

    /// The same with other claims, such as an `exp` that has passed. Each replaces the claim of its name, or removes it
    /// if it is null.
    pub fn token_with(
        &self,
        subject: &str,
        scopes: &[&str],
        others: Map<String, Value>,
    ) -> Result<String, IssuerError> {
        self.tokens.sign(subject, scopes, others)
    }

    /// Signs tokens with a new key from now on. Those of the key before it are still accepted.
    pub fn rotate_keys(&self) -> Result<(), IssuerError> {
        self.tokens.issuer.rotate()
    }

    /// Lets state machines use the whole machine from now on: they do not step back any longer behind requests that
    /// wait for an answer.
    pub fn hurry_background(&self) {
        self.backend.foreground.hurry_background();
    }

    /// An in-process SDK configuration that may do anything.
    #[must_use]
    pub fn aws_config(&self) -> SdkConfig {
        Seam::unrestricted(Arc::clone(&self.backend)).config()
    }

    /// The settings of a function, by the name of its binary.
    #[must_use]
    pub fn environment(&self, function: &str) -> Option<BTreeMap<String, String>> {
        self.environments.get(function).cloned()
    }

    /// The parts of the template that have no meaning on one machine: one line for each resource type.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Shows each request that a function sends to the database or to a bus from now on, by its operation. On a host that
    /// counts, it also shows what functions print, line by line, as operation `Line`.
    pub fn observe(&self, look: impl Fn(&str, &Value) + Send + Sync + 'static) {
        self.backend.observer.add(look);
    }

    /// The requests to the services so far, by function and operation. The host's own are under `host`.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<(String, String), u64> {
        let requests = self.backend.meter.usage().requests.into_iter();
        let by_both = |(function, operations): (String, BTreeMap<String, u64>)| {
            operations.into_iter().map(move |(operation, count)| ((function.clone(), operation), count))
        };
        requests.flat_map(by_both).collect()
    }

    /// The usage of functions so far, without that of the host itself and of other processes. It is complete only if
    /// [`Options::counted`] is set.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut usage = self.backend.meter.usage();
        usage.requests.remove(HOST);
        Usage { messages: self.queues.sent(), ..usage }
    }

    /// Gives a secret a new value. Functions still find the one before it, as the previous version.
    pub fn put_secret(&self, arn: &str, value: &str) {
        self.backend.secrets.put(arn, value);
    }

    /// The requests of functions that policies refused, as AWS tells of them. The first thousand are kept.
    #[must_use]
    pub fn refusals(&self) -> BTreeSet<String> {
        self.backend.rights.refused()
    }

    /// What the policies of each function allow and the function has not asked for yet, by the name of its binary.
    #[must_use]
    pub fn unused_rights(&self) -> BTreeMap<String, Vec<String>> {
        self.policies.iter().map(|(binary, policy)| (binary.clone(), policy.unused())).collect()
    }

    /// How many messages are in each dead-letter queue, by logical id.
    #[must_use]
    pub fn dead_letters(&self) -> BTreeMap<String, usize> {
        self.queues.dead_letters()
    }

    /// The data directory. Given-up records are in its folder `failures`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The counts of the stream records so far, by the function that they were for.
    #[must_use]
    pub fn deliveries(&self) -> BTreeMap<String, Deliveries> {
        self.controls.deliveries()
    }

    /// The running executions of state machines and the last hundred that ended, the oldest first.
    #[must_use]
    pub fn executions(&self) -> Vec<Execution> {
        self.register.executions()
    }

    /// Moves the host's clock ahead: stream records age by it, schedules fire, and waits of executions end. The
    /// functions' own clocks do not change.
    ///
    /// # Panics
    ///
    /// If it would be more than a hundred years ahead.
    pub async fn advance_clock(&self, by: Duration) {
        #[expect(clippy::expect_used, reason = "tests move the clock, by days")]
        self.controls.advance_clock(by).await.expect("a time within a hundred years");
    }

    /// Keeps a function's stream records, messages and schedules from it, after its running work is finished.
    pub async fn pause(&self, function: &str) -> Result<(), UnknownFunction> {
        self.controls.gate(function)?.pause().await;
        Ok(())
    }

    /// Like [`Host::pause`], but makes the running invocations fail at once.
    pub async fn kill(&self, function: &str) -> Result<(), UnknownFunction> {
        self.controls.gate(function)?.kill().await;
        Ok(())
    }

    /// Lets a function receive what it missed, and everything new.
    #[expect(clippy::unused_async, reason = "it is called like pause and kill")]
    pub async fn resume(&self, function: &str) -> Result<(), UnknownFunction> {
        self.controls.gate(function)?.resume();
        Ok(())
    }

    /// Waits until no stream record, bus event, queue message, request, invocation or execution is outstanding. The
    /// work that is kept for a paused function is not outstanding, and neither is an execution that only waits.
    pub async fn settled(&self) {
        self.work.settled().await;
    }

    /// Shuts down: accepts nothing new, lets running work finish for a few seconds, closes the database.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = tokio::time::timeout(LAST_WORK, async { while self.tasks.join_next().await.is_some() {} });
        if ended.await.is_err() {
            self.tasks.shutdown().await;
        }
        self.closing.closed().await;
    }
}

/// The URL of an address. Of all addresses of this machine it is the one for programs on it.
pub(crate) fn url(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip() {
        ip if !ip.is_unspecified() => format!("http://{address}"),
        IpAddr::V4(_) => format!("http://127.0.0.1:{port}"),
        IpAddr::V6(_) => format!("http://[::1]:{port}"),
    }
}
