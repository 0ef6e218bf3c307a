//! The host: a template and the functions that it names, running on one machine.

use crate::controls::{Control, Controls, UnknownFunction};
use crate::database::{Closing, DatabaseError};
use crate::issuer::{Authorizer, Issuer, IssuerError};
use crate::machines::{Execution, Register};
use crate::meter::Usage;
use crate::queues::Queues;
use crate::seam::{Backend, HOST, Seam};
use crate::streams::{Chaos, Deliveries};
use crate::template::TemplateError;
use crate::work::Work;
use aws_config::SdkConfig;
use foldlog_lambda::{Registered, SettingError};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long the end waits for what is under way.
const LAST_WORK: Duration = Duration::from_secs(5);

/// What a host is started with.
pub struct Options {
    /// The text of the SAM template.
    pub template: String,
    /// Values of the template's parameters, over their defaults.
    pub parameters: BTreeMap<String, String>,
    /// Where the gateway listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Where the tables are kept.
    pub storage: Storage,
    /// The functions, each under the name of its binary.
    pub functions: Vec<Registered>,
    /// How streams are cut and disturbed.
    pub streams: Streams,
    /// Whether what functions use is counted ([`Host::usage`]), and then the same in each run: every invocation has one
    /// record or message, in an environment that remembers nothing, a queue's function has one at a time, and the clock
    /// stands still but for [`Host::advance_clock`].
    pub counted: bool,
}

/// How every table's stream is cut, and what goes wrong in its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// The shards of a stream; records of one partition key are in one of them.
    pub shards: NonZeroU32,
    /// What goes wrong on purpose; nothing does without it.
    pub chaos: Option<Chaos>,
}

impl Default for Streams {
    /// Four shards, as a new on-demand table has.
    fn default() -> Self {
        Self { shards: NonZeroU32::MIN.saturating_add(3), chaos: None }
    }
}

/// Where a host keeps its tables, its signing key and what was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In a temporary directory that is thrown away at the end.
    Temporary,
    /// In a directory that one host at a time may use.
    Directory(PathBuf),
}

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The template says something that cannot be run here.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The database does not open.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Tokens cannot be signed.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// There is nowhere to keep the data.
    #[error("no directory for the data: {0}")]
    Directory(#[source] std::io::Error),
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The template names a function that the caller did not bring.
    #[error("the template's function {0} is not among the registered ones")]
    Unregistered(String),
    /// The caller brought a function that the template does not name.
    #[error("the registered function {0} is not in the template")]
    Undeclared(String),
    /// A function does not accept its settings.
    #[error("function {function}: {source}")]
    Function {
        /// The function.
        function: String,
        /// What is wrong with its settings.
        source: SettingError,
    },
}

/// A running host.
pub struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) aws_address: SocketAddr,
    pub(crate) backend: Arc<Backend>,
    pub(crate) queues: Queues,
    pub(crate) controls: Arc<Controls>,
    pub(crate) register: Register,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) authorizer: Option<Authorizer>,
    pub(crate) environments: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) warnings: Vec<String>,
    pub(crate) work: Work,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) tasks: JoinSet<()>,
    pub(crate) closing: Closing,
    pub(crate) directory: Directory,
}

/// The data directory; a temporary one goes with it.
pub(crate) enum Directory {
    /// Thrown away when dropped.
    Temporary(TempDir),
    /// Kept.
    Kept(PathBuf),
}

impl Directory {
    /// Makes or finds the directory.
    pub(crate) fn open(storage: Storage) -> Result<Self, HostError> {
        match storage {
            Storage::Temporary => Ok(Self::Temporary(TempDir::new().map_err(HostError::Directory)?)),
            Storage::Directory(path) => {
                std::fs::create_dir_all(&path).map_err(HostError::Directory)?;
                Ok(Self::Kept(path))
            }
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &std::path::Path {
        match self {
            Self::Temporary(directory) => directory.path(),
            Self::Kept(path) => path,
        }
    }
}

impl Host {
    /// Reads the template, makes what is missing, and serves until [`Host::stop`]; ready when this returns.
    pub async fn start(options: Options) -> Result<Self, HostError> {
        crate::start::start(options).await
    }

    /// The gateway's URL.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// A loopback URL that answers `DynamoDB`, its streams, `EventBridge`'s `PutEvents` and what reads and removes the
    /// objects of a bucket to any SDK.
    #[must_use]
    pub fn aws_url(&self) -> String {
        url(self.aws_address)
    }

    /// Answers on an address of this machine what [`Host::aws_url`] does, and gives its URL: for containers, which do not
    /// reach loopback. Whoever reaches the address may do anything.
    pub async fn open_aws(&mut self, address: SocketAddr) -> Result<String, HostError> {
        Ok(url(crate::start::open_aws(self, address).await?))
    }

    /// A token that the gateway accepts, for a subject with scopes.
    pub fn token(&self, subject: &str, scopes: &[&str]) -> Result<String, IssuerError> {
        let authorizer = self.authorizer.as_ref().ok_or(IssuerError::NoAuthorizer)?;
        Ok(self.issuer.token(authorizer, subject, scopes))
    }

    /// From now on what state machines work through takes what it can get of this machine, and no longer steps back
    /// behind whoever waits for an answer.
    pub fn hurry_background(&self) {
        self.backend.foreground.hurry_background();
    }

    /// An SDK configuration that may do anything, in process.
    #[must_use]
    pub fn aws_config(&self) -> SdkConfig {
        Seam::unrestricted(Arc::clone(&self.backend)).config()
    }

    /// The settings of a function, by the name of its binary.
    #[must_use]
    pub fn environment(&self, function: &str) -> Option<BTreeMap<String, String>> {
        self.environments.get(function).cloned()
    }

    /// What the template says and has no meaning on one machine: one line a resource type.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Requests to the services so far, by function and operation; the host's own are under `host`.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<(String, String), u64> {
        let requests = self.backend.meter.usage().requests.into_iter();
        let by_both = |(function, operations): (String, BTreeMap<String, u64>)| {
            operations.into_iter().map(move |(operation, count)| ((function.clone(), operation), count))
        };
        requests.flat_map(by_both).collect()
    }

    /// What functions used so far; all of it only where [`Options::counted`] was asked for. Without what the host itself
    /// and other processes did.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut usage = self.backend.meter.usage();
        usage.requests.remove(HOST);
        Usage { messages: self.queues.sent(), ..usage }
    }

    /// How many messages are in each dead-letter queue, by logical id.
    #[must_use]
    pub fn dead_letters(&self) -> BTreeMap<String, usize> {
        self.queues.dead_letters()
    }

    /// Where the data is; given-up records are in its folder `failures`.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// What became of the stream records so far, by the function that they were for.
    #[must_use]
    pub fn deliveries(&self) -> BTreeMap<String, Deliveries> {
        self.controls.deliveries()
    }

    /// The executions of state machines that are under way and the last hundred that ended, the oldest first.
    #[must_use]
    pub fn executions(&self) -> Vec<Execution> {
        self.register.executions()
    }

    /// Moves the host's clock ahead: stream records age by it, schedules fire, and executions wait no longer. The functions' own clocks stay.
    pub async fn advance_clock(&self, by: Duration) {
        self.controls.advance_clock(by).await;
    }

    /// Keeps a function's stream records, messages and schedules from it, once what they have under way is finished.
    pub async fn pause(&self, function: &str) -> Result<(), UnknownFunction> {
        self.controls.function(function, Control::Pause).await
    }

    /// Like [`Host::pause`], but makes the invocations under way fail where they are.
    pub async fn kill(&self, function: &str) -> Result<(), UnknownFunction> {
        self.controls.function(function, Control::Kill).await
    }

    /// Lets a function have what it missed, and what comes.
    pub async fn resume(&self, function: &str) -> Result<(), UnknownFunction> {
        self.controls.function(function, Control::Resume).await
    }

    /// Waits until no stream record, bus event, queue message, request, invocation or execution is outstanding; what is
    /// kept for a paused function is not, nor an execution that only waits.
    pub async fn settled(&self) {
        self.work.settled().await;
    }

    /// Ends everything: takes nothing new, lets what is under way finish for a few seconds, closes the database.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = tokio::time::timeout(LAST_WORK, async { while self.tasks.join_next().await.is_some() {} });
        if ended.await.is_err() {
            self.tasks.shutdown().await;
        }
        self.closing.closed().await;
    }
}

fn url(address: SocketAddr) -> String {
    let port = address.port();
    if address.ip().is_unspecified() { format!("http://127.0.0.1:{port}") } else { format!("http://{address}") }
}
