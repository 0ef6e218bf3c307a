//! Why nothing was measured.

use foldlog_local::HostError;
use shop_client::ClientError;
use shop_composition::IdleHostError;

/// Why a run ended without figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The store does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The idle host does not start.
    #[error(transparent)]
    Idle(#[from] IdleHostError),
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(String),
    /// The measured result is wrong.
    #[error("the figures would be wrong: {0}")]
    Wrong(String),
    /// The user interrupted the run.
    #[error("interrupted before all cases were measured")]
    Interrupted,
    /// The client's own thread does not start, or ended early.
    #[error("the client's thread: {0}")]
    Thread(String),
    /// A process does not start, or ended early.
    #[error("a process: {0}")]
    Process(String),
}

impl From<ClientError> for BenchError {
    fn from(error: ClientError) -> Self {
        Self::Wrong(error.to_string())
    }
}
