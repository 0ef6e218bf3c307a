//! Why the shop could not be spoken to, or did not do what it was asked.

use reqwest::StatusCode;

/// Why a request did not come to what it was sent for, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
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
    /// The shop says something that this client does not know.
    #[error("{request} was answered with what this command cannot read ({reason}): is {api} a shop of this release?")]
    Unreadable {
        /// Method and path.
        request: String,
        /// Where that was.
        api: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Things did not get where they should.
    #[error("{what} after {seconds} s without progress; `shop events tail` shows how far it came")]
    Stalled {
        /// What is missing.
        what: String,
        /// How long nothing had moved.
        seconds: u64,
    },
    /// This machine does not speak HTTP.
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
