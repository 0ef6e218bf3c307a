//! The errors of starting a host.

use crate::database::DatabaseError;
use crate::issuer::IssuerError;
use crate::template::TemplateError;
use foldlog_lambda::SettingError;
use std::net::SocketAddr;

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The template declares something that cannot run here.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The database does not open.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Tokens cannot be signed.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// There is no place for the data.
    #[error("no directory for the data: {0}")]
    Directory(#[source] std::io::Error),
    /// The address is in use, or does not belong to this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The reason.
        source: std::io::Error,
    },
    /// The template names a function that the caller did not register.
    #[error("the template's function {0} is not among the registered ones")]
    Unregistered(String),
    /// The caller registered a function that the template does not name.
    #[error("the registered function {0} is not in the template")]
    Undeclared(String),
    /// A function rejects its settings.
    #[error("function {function}: {source}")]
    Function {
        /// The function.
        function: String,
        /// The reason.
        source: SettingError,
    },
}
