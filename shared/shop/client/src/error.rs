//! Why a request to the shop failed.

use reqwest::StatusCode;

/// Why a request failed, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No server listens on the address.
    #[error("nothing answers at {0}: is `shop serve` running? Another address goes into --api or SHOP_API")]
    Unreachable(String),
    /// The connection broke or timed out.
    #[error("{request} got no answer: {reason}; is `shop serve` still running?")]
    Interrupted {
        /// Method and path.
        request: String,
        /// The cause.
        reason: String,
    },
    /// The shop is no local host, so it issues no tokens.
    #[error(
        "{0} signs no tokens: only `shop serve` does, for commands on the same machine; pass --token or set SHOP_TOKEN"
    )]
    NoTokens(String),
    /// The shop is no local host, so it does not show its tables.
    #[error(
        "{0} shows no tables: only those of `shop serve` are shown, and only on the machine that it runs on; those on AWS are found with --stack"
    )]
    NoTables(String),
    /// The shop refused the request.
    #[error("{request}: {reason}")]
    Answered {
        /// Method and path.
        request: String,
        /// The answer's status.
        status: StatusCode,
        /// The stable name of the problem, if it is one.
        problem: String,
        /// The reason, and what to do.
        reason: String,
    },
    /// This client cannot read the answer.
    #[error("this command cannot read the answer to {request} ({reason}): is {api} a shop of this release?")]
    Unreadable {
        /// Method and path.
        request: String,
        /// The address of the shop.
        api: String,
        /// The error.
        reason: String,
    },
    /// An expected change did not happen in time.
    #[error("{what} after {seconds} s without progress; `shop events tail` shows how far it came")]
    Stalled {
        /// The missing change.
        what: String,
        /// The seconds without a change.
        seconds: u64,
    },
    /// This machine cannot send HTTP requests.
    #[error("this machine does not allow it: {0}")]
    Machine(String),
}

impl ClientError {
    /// Whether the shop answered with this problem.
    #[must_use]
    pub fn is_problem(&self, name: &str) -> bool {
        matches!(self, Self::Answered { problem, .. } if problem == name)
    }
}
