//! The functions that every event-sourced system on Lambda needs, in any domain: generic over the ports, so that
//! none brings an AWS client along. Of `foldlog_dynamo` they use the items of the log alone. The crate that deploys one
//! brings the clients, the tables and the registration of its views.
//!
//! - [`Ports`] is what a function stands on; the crate that deploys it says what they are.
//! - [`OwnersReactor`] turns what other streams ask for into commands on streams of one's own, by a table.
//! - [`Projector`] takes the log table's stream and brings the rows of the read models up to date.
//! - [`Relay`] takes the same stream and publishes the events to the bus.
//! - [`keys`] has the keys of personal data.
//! - [`secrets`] reads a secret again when it was not accepted.
//! - [`reading`] answers a request for one document: as it is, no older than a version, or as it was.

pub mod keys;
pub mod owner;
pub mod ports;
pub mod projector;
pub mod reading;
pub mod relay;
pub mod secrets;

pub use keys::KeyPorts;
pub use owner::{Intents, OwnersReactor};
pub use ports::{BusPorts, Ports};
pub use projector::Projector;
pub use relay::Relay;
