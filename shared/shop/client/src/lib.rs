//! A client of the shop's HTTP API, and sample data that it creates.
//!
//! `client` sends a request and `answer` reads the answer; `session` sends requests with the token of a `role`.
//! `sample` fills a shop with products, customers and orders, through that API alone.

mod answer;
mod client;
mod error;
mod role;
pub mod sample;
mod session;

pub use answer::Answer;
pub use client::Client;
pub use error::ClientError;
pub use role::{Identity, Role};
pub use session::{Session, Unsent};
