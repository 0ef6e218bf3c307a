//! Why the command failed, in one line that says what to do.

use crate::docs::DocsError;
use crate::inventory::Undeclared;
use crate::limits::LimitsError;
use crate::prices::PricesError;
use foldlog_local::HostError;
use shop_client::ClientError;
use shop_composition::StartError;
use std::io;

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A price is missing.
    #[error(transparent)]
    Prices(#[from] PricesError),
    /// A limit is missing.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// The template lacks a resource that `shop-cost` needs.
    #[error(transparent)]
    Template(#[from] Undeclared),
    /// The counted figures are of another release.
    #[error("docs/cost/order.json cannot be read: {0}; `shop-cost --count --write-docs` rewrites it")]
    Figures(serde_json::Error),
    /// A page cannot be written.
    #[error(transparent)]
    Docs(#[from] DocsError),
    /// The shop that counts does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Its payment provider does not start.
    #[error("the payment provider cannot be run: {0}")]
    Provider(#[from] StartError),
    /// The shop that counts refused a request.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Its tables cannot be read.
    #[error("the tables do not answer: {0}")]
    Tables(String),
    /// A file cannot be read, or the shop did not accept a webhook.
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
