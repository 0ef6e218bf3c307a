//! Why a command failed, in one line that says what to do, and with which exit code.

use crate::bench::{BenchError, PlotError};
use crate::cost::{BillError, DocsError, ScaleError};
use crate::table_source::Unnamed;
use crate::tables::NoTable;
use foldlog_local::HostError;
use foldlog_transfer::TransferError;
use reqwest::StatusCode;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody listens there.
    #[error("nothing answers at {0}: is `shop serve` running? Another address goes into --api or SHOP_API")]
    Unreachable(String),
    /// The connection broke, or took too long.
    #[error("{request} got no answer: {reason}; is `shop serve` still running?")]
    Interrupted {
        /// Method and path.
        request: String,
        /// What went wrong.
        reason: String,
    },
    /// Not a local host: tokens come from elsewhere.
    #[error(
        "{0} signs no tokens: only the machine that `shop serve` runs on can ask it; pass --token or set SHOP_TOKEN"
    )]
    NoTokens(String),
    /// Not a local host: its tables are elsewhere.
    #[error(
        "{0} shows no tables: only those of `shop serve` are shown, and only on the machine that it runs on; those on AWS are found with --stack"
    )]
    NoTables(String),
    /// The shop is of another release.
    #[error(transparent)]
    NoTable(#[from] NoTable),
    /// The tables cannot be read.
    #[error("the tables do not answer: {0}")]
    Tables(String),
    /// A table of the stack is not to be told by its name.
    #[error(transparent)]
    Unnamed(#[from] Unnamed),
    /// The log is not exported, or the export not read.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// Something else stands where a commit is to be brought in.
    #[error(transparent)]
    Import(#[from] foldlog_dynamo::ImportError),
    /// The log that is to be imported into has something in it.
    #[error("the log is not empty, and was not begun by this import: an export is brought into a shop without a log")]
    NotEmpty,
    /// Somebody could write meanwhile.
    #[error(
        "commands are on: an import needs them off until it has verified; start the shop with `shop serve --data DIR --commands off`"
    )]
    CommandsOn,
    /// A stack is not asked.
    #[error("deploy the stack with the parameter Commands=off, and say --commands-are-off")]
    CommandsUnknown,
    /// A read model does not follow its streams up to that moment.
    #[error("{stream}: {view} cannot read the commit at version {version}: {error}")]
    Unfolded {
        /// The stream.
        stream: String,
        /// The read model.
        view: &'static str,
        /// The commit's version.
        version: u64,
        /// Why.
        error: String,
    },
    /// The log has no such stream.
    #[error("there is no stream {0}")]
    NoStream(String),
    /// What everybody was told cannot be read.
    #[error("the history cannot be read: {0}")]
    History(String),
    /// What was verified is not as it should be.
    #[error("{0}")]
    Different(String),
    /// The shop says no.
    #[error("{request}: {reason}")]
    Answered {
        /// Method and path.
        request: String,
        /// The answer's status.
        status: StatusCode,
        /// The stable name of the problem, if it is one.
        problem: String,
        /// What it says, and what to do.
        reason: String,
    },
    /// The shop says something that this command does not know.
    #[error("{request} was answered with what this command cannot read ({reason}): is {api} a shop of this release?")]
    Unreadable {
        /// Method and path.
        request: String,
        /// Where that was.
        api: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What something costs cannot be told.
    #[error(transparent)]
    Bill(#[from] BillError),
    /// Whether there is enough cannot be told.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// A page is not written.
    #[error(transparent)]
    Docs(#[from] DocsError),
    /// Something is out of order.
    #[error("{0} things are out of order")]
    Unwell(usize),
    /// Things did not get where they should.
    #[error("{what} after {seconds} s without progress; `shop events tail` shows how far it came")]
    Stalled {
        /// What is missing.
        what: String,
        /// How long nothing had moved.
        seconds: u64,
    },
    /// The shop cannot be served.
    #[error("{}", hosting(.0))]
    Host(#[from] HostError),
    /// The payment provider cannot be run.
    #[error("the payment provider cannot be run: {0}")]
    Provider(#[from] shop_payments::server::StartError),
    /// The process cannot listen for signals, or speak HTTP.
    #[error("this machine does not allow it: {0}")]
    Machine(String),
    /// The shop did not do what it said, in a simulation.
    #[error("{failed} of {seeds} seeds failed, first seed {first}: see it with `shop simulate --seed {first} --trace`")]
    Simulated {
        /// How many seeds failed,
        failed: usize,
        /// of how many,
        seeds: u64,
        /// and the first of them.
        first: u64,
    },
    /// The simulation cannot be set up.
    #[error(transparent)]
    Simulation(#[from] shop_simulation::BuildError),
    /// The template cannot be read.
    #[error(transparent)]
    Template(#[from] foldlog_local::TemplateError),
    /// Nothing was measured.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// What was measured cannot be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The reference, or what it is made of, is not where it should be.
    #[error("the reference: {0}; --repository says where the repository is")]
    Reference(std::io::Error),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Different(_) | Self::Transfer(TransferError::Broken(_) | TransferError::NotClosed { .. }) => 3,
            Self::NoStream(_) | Self::Answered { status: StatusCode::NOT_FOUND, .. } => 4,
            Self::NotEmpty
            | Self::CommandsOn
            | Self::Import(foldlog_dynamo::ImportError::Occupied(_))
            | Self::Answered { status: StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED, .. } => 5,
            Self::Answered { .. }
            | Self::Unreachable(_)
            | Self::Interrupted { .. }
            | Self::NoTokens(_)
            | Self::NoTables(_)
            | Self::NoTable(_)
            | Self::Tables(_)
            | Self::Unnamed(_)
            | Self::Import(foldlog_dynamo::ImportError::Log(_))
            | Self::CommandsUnknown
            | Self::Transfer(_)
            | Self::Unfolded { .. }
            | Self::Unreadable { .. }
            | Self::Stalled { .. }
            | Self::Unwell(_)
            | Self::Host(_)
            | Self::Provider(_)
            | Self::Machine(_)
            | Self::History(_)
            | Self::Simulated { .. }
            | Self::Simulation(_)
            | Self::Template(_)
            | Self::Bench(_)
            | Self::Bill(_)
            | Self::Scale(_)
            | Self::Docs(_)
            | Self::Plot(_)
            | Self::Reference(_)
            | Self::Output(_) => 1,
        })
    }

    /// Whether the shop answered with this problem.
    pub(crate) fn is_problem(&self, name: &str) -> bool {
        matches!(self, Self::Answered { problem, .. } if problem == name)
    }
}

fn hosting(error: &HostError) -> String {
    match error {
        HostError::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
            format!("{error}; choose another address with --listen, or port 0 for any that is free")
        }
        HostError::Listen { .. }
        | HostError::Template(_)
        | HostError::Database(_)
        | HostError::Issuer(_)
        | HostError::Directory(_)
        | HostError::Unregistered(_)
        | HostError::Undeclared(_)
        | HostError::Function { .. } => error.to_string(),
    }
}
