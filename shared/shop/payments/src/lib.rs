//! The payment provider as a port, and who answers to it.
//!
//! A [`Provider`] is asked for one [`Step`] at a time under the payment's own [`Reference`], and tells what is known:
//! a [`Payment`] as it stands, or a [`Failure`], which keeps apart what was surely not done from what nobody knows.
//! [`settle`] is how the shop asks: first whether anything is known. [`Sandbox`] answers in process, by the card's token;
//! `HttpProvider` asks over HTTP (feature `client`); [`webhook`] reads what the provider tells of itself. With the feature `server`,
//! `server` is a provider for one machine, the sandbox behind HTTP. `docs/PAYMENTS.md` is the protocol.

#[cfg(feature = "client")]
mod client;
mod payment;
mod provider;
mod recorded;
mod refusal;
mod sandbox;
#[cfg(feature = "server")]
pub mod server;
mod settle;
#[cfg(feature = "client")]
mod transport;
mod values;
pub mod webhook;
#[cfg(feature = "client")]
mod wire;

#[cfg(feature = "client")]
pub use client::{Connection, HttpProvider};
pub use payment::{Decline, Payment, Standing, Step};
pub use provider::{Failure, Provider};
pub use refusal::ProviderRefusal;
pub use sandbox::{Asked, Sandbox};
pub use settle::settle;
#[cfg(feature = "client")]
pub use transport::{Patience, Unusable};
pub use values::{Invalid, Reference, Secret};
