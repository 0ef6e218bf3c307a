//! The payment provider as a port, and its implementations.
//!
//! A [`Provider`] carries out one [`Step`] at a time under the payment's own [`Reference`]. It returns the [`Payment`],
//! or a [`Failure`]. A failure says whether the step was certainly not done or the result is unknown. The shop calls
//! [`settle`], which first reads the payment from the provider. [`Sandbox`] answers in process, by the card's token;
//! `HttpProvider` sends HTTP requests (feature `client`); [`webhook`] reads the provider's webhooks. With the feature
//! `server`, `server` is a provider for one machine, the sandbox behind HTTP. `docs/PAYMENTS.md` describes the
//! protocol.

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
pub use payment::{Decline, PartialRefund, Payment, Standing, Step};
pub use provider::{Failure, Provider};
pub use refusal::ProviderRefusal;
pub use sandbox::{Asked, ByItself, Sandbox};
pub use settle::settle;
#[cfg(feature = "client")]
pub use transport::{Patience, Unusable};
pub use values::{Invalid, Reference, Secret};
