//! Why the command failed, in one line that says what to do.

use crate::bill::BillError;
use crate::docs::DocsError;
use crate::scale::ScaleError;
use foldlog_local::HostError;
use shop_client::ClientError;
use shop_payments::server::StartError;
use std::io;

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What something costs cannot be told.
    #[error(transparent)]
    Bill(#[from] BillError),
    /// Whether there is enough cannot be told.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// A page is not written.
    #[error(transparent)]
    Docs(#[from] DocsError),
    /// The shop that counts does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Its payment provider does not start.
    #[error("the payment provider cannot be run: {0}")]
    Provider(#[from] StartError),
    /// The shop that counts did not do what it was asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Its tables cannot be read.
    #[error("the tables do not answer: {0}")]
    Tables(String),
    /// A file cannot be read, or a notice was not taken.
    #[error("this machine does not allow it: {0}")]
    Machine(String),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl shop_terminal::Failed for Failure {
    fn output(&self) -> Option<&io::Error> {
        if let Self::Output(error) = self { Some(error) } else { None }
    }
}
