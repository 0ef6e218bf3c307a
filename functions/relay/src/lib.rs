//! The relay ([`foldlog_functions::relay`]) from the log's stream to the bus.

use foldlog_functions::{BusPorts, Relay};
use foldlog_lambda::{SettingError, Settings};

/// The function.
pub fn function<P: BusPorts>(ports: &P, settings: &Settings) -> Result<Relay<P>, SettingError> {
    Relay::new(ports, ports.bus()?, settings)
}
