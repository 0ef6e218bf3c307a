//! The keys of personal data, as functions get them.

use crate::ports::Ports;
use foldlog::Keyring;
use foldlog::seal::{KeyStore, KeyWrap};
use foldlog_lambda::SettingError;

/// Ports with keys of owners.
pub trait KeyPorts: Ports {
    /// Where wrapped keys are kept.
    type KeyStore: KeyStore + 'static;
    /// What wraps them.
    type KeyWrap: KeyWrap + 'static;

    /// Where wrapped keys are kept, for a function that only destroys them.
    fn key_store(&self) -> Result<Self::KeyStore, SettingError>;

    /// The keys of all owners. Nothing is read yet.
    fn keyring(&self) -> Result<KeyringOn<Self>, SettingError>;
}

/// The keys of owners on these ports.
pub type KeyringOn<P> = Keyring<<P as KeyPorts>::KeyStore, <P as KeyPorts>::KeyWrap, <P as Ports>::Host>;
