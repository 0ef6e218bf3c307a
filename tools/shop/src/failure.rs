//! The reasons why a command fails: each is one line that says what to do, with an exit code.

use foldlog_local::{HostError, TemplateError};
use foldlog_transfer::TransferError;
use reqwest::StatusCode;
use shop_client::ClientError;
use shop_composition::NoTable;
use shop_terminal::Failed;
use std::io;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A request to the shop failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The shop is of another release.
    #[error(transparent)]
    NoTable(#[from] NoTable),
    /// The tables cannot be read.
    #[error("the tables do not answer: {0}")]
    Tables(String),
    /// A table of the stack cannot be identified by its name.
    #[error(transparent)]
    Unnamed(#[from] Unnamed),
    /// The log cannot be exported, or the export cannot be read.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// The log has another commit in the place of an imported one.
    #[error(transparent)]
    Import(#[from] foldlog_dynamo::ImportError),
    /// An erasure is not confirmed.
    #[error("--yes names another account; nothing was erased")]
    Unconfirmed,
    /// The log to import into is not empty.
    #[error("the log is not empty, and does not come from this import; import into a shop with an empty log")]
    NotEmpty,
    /// The shop accepts commands during the import.
    #[error(
        "commands are on: an import needs them off until it has verified; start the shop with `shop serve --data DIR --commands off`"
    )]
    CommandsOn,
    /// The command cannot find out whether a stack's commands are off.
    #[error("deploy the stack with the parameter Commands=off, then pass --commands-are-off")]
    CommandsUnknown,
    /// A read model cannot read a commit before that moment.
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
    /// The verification found a difference.
    #[error("{0}")]
    Different(String),
    /// A subscriber still cannot process what was retried.
    #[error("{0}")]
    Stuck(String),
    /// The shop has not reported on a request.
    #[error("there is no report on {0} that this release can read; `shop doctor` says whether the shop is healthy")]
    Unreported(String),
    /// The command `aws` cannot be started.
    #[error(
        "the command `aws` cannot be started: {0}; install it (https://docs.aws.amazon.com/cli/) or put it on the PATH"
    )]
    NoAws(io::Error),
    /// AWS refuses a call, or its answer cannot be read.
    #[error("`aws {call}`: {reason}")]
    Aws {
        /// The call.
        call: String,
        /// The reason, as the command `aws` gives it.
        reason: String,
    },
    /// The parameters of the stack are not those of this release.
    #[error("the stack does not fit the template of this release: {0}; ask the doctor of the release that is deployed")]
    OtherRelease(TemplateError),
    /// The doctor found problems.
    #[error("{0} checks failed")]
    Unwell(usize),
    /// The shop cannot be served.
    #[error("{}", hosting(.0))]
    Host(#[from] HostError),
    /// The payment provider cannot be run.
    #[error("the payment provider cannot be run: {0}")]
    Provider(#[from] shop_composition::StartError),
    /// The secrets that are shared with the provider are nowhere.
    #[error("what does the provider know the shop by? Give {0}, or --data DIR, which keeps it for both")]
    NoSecret(&'static str),
    /// The process cannot listen for signals, or speak HTTP.
    #[error("this machine does not allow it: {0}")]
    Machine(String),
    /// The reference or its sources are not in the repository.
    #[error("the reference: {0}; --repository says where the repository is")]
    Reference(io::Error),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

/// Why a table cannot be found by the stack's name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unnamed {
    /// The stack has no tables.
    #[error("there are no tables of a stack {0}; check its name, the profile and the region")]
    NoStack(String),
    /// Several tables fit the name. One may belong to a deleted stack with the same name.
    #[error("{logical} may be any of {}; choose one with --table {logical}=NAME", names.join(", "))]
    Several {
        /// The logical id.
        logical: String,
        /// The tables.
        names: Vec<String>,
    },
}

impl Failure {
    /// The tables cannot be read, for this reason.
    pub(crate) fn tables(reason: impl std::fmt::Display) -> Self {
        Self::Tables(reason.to_string())
    }

    /// AWS refuses a call, for this reason.
    pub(crate) fn aws(call: &[&str], reason: impl std::fmt::Display) -> Self {
        Self::Aws { call: call.join(" "), reason: reason.to_string() }
    }

    /// This machine does not allow something, for this reason.
    pub(crate) fn machine(reason: impl std::fmt::Display) -> Self {
        Self::Machine(reason.to_string())
    }
}

impl Failed for Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Different(_) | Self::Transfer(TransferError::Broken(_) | TransferError::NotClosed { .. }) => 3,
            Self::NoStream(_) | Self::Client(ClientError::Answered { status: StatusCode::NOT_FOUND, .. }) => 4,
            Self::NotEmpty
            | Self::Stuck(_)
            | Self::CommandsOn
            | Self::Import(foldlog_dynamo::ImportError::Occupied(_))
            | Self::Client(ClientError::Answered {
                status: StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED,
                ..
            }) => 5,
            Self::Client(_)
            | Self::NoTable(_)
            | Self::Tables(_)
            | Self::Unnamed(_)
            | Self::Import(foldlog_dynamo::ImportError::Log(_))
            | Self::CommandsUnknown
            | Self::Unconfirmed
            | Self::Transfer(_)
            | Self::Unfolded { .. }
            | Self::NoAws(_)
            | Self::Aws { .. }
            | Self::OtherRelease(_)
            | Self::Unwell(_)
            | Self::Unreported(_)
            | Self::Host(_)
            | Self::Provider(_)
            | Self::NoSecret(_)
            | Self::Machine(_)
            | Self::Reference(_)
            | Self::Output(_) => 1,
        }
    }

    fn output(&self) -> Option<&io::Error> {
        if let Self::Output(error) = self { Some(error) } else { None }
    }
}

fn hosting(error: &HostError) -> String {
    if let HostError::Listen { source, .. } = error
        && source.kind() == io::ErrorKind::AddrInUse
    {
        return format!("{error}; choose another address with --listen, or port 0 for any that is free");
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_found_and_conflicts_have_exit_codes_of_their_own() {
        for (status, code) in [
            (StatusCode::NOT_FOUND, 4),
            (StatusCode::CONFLICT, 5),
            (StatusCode::PRECONDITION_FAILED, 5),
            (StatusCode::UNPROCESSABLE_ENTITY, 1),
            (StatusCode::INTERNAL_SERVER_ERROR, 1),
        ] {
            let [request, problem, reason] = [(); 3].map(|()| String::new());
            let failure = Failure::from(ClientError::Answered { request, status, problem, reason });
            assert_eq!(failure.exit_code(), code, "{status}");
        }
    }
}
