//! Why a host does not start.

use crate::database::DatabaseError;
use crate::issuer::IssuerError;
use crate::template::TemplateError;
use foldlog_lambda::SettingError;
use std::net::SocketAddr;

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
