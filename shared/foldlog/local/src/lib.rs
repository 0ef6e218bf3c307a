//! A SAM template on one machine: its tables, routes, streams, bus, queues and schedules around the functions' own
//! handlers.
//!
//! **Promise.** Everything that the template declares runs here as on AWS, or the start is refused by name. A warning
//! names each property that means nothing on one machine.
//!
//! **Invariant.** Functions run over the real AWS SDK clients. Each has an HTTP client of its own, which checks every
//! call against the function's own policy: if the template lacks a permission, the call fails here first.
//!
//! **Attacked by** `tests/host` and, with a whole template, by the suite in the folder `tests` of the repository,
//! part of which also runs under `sam local`.
//!
//! [`Host::start`] reads the template and imitates it in this process:
//!
//! - `template` and `plan` read it;
//! - `database` and `tables` keep the tables, in an embedded DynamoDB (dynoxide);
//! - `seam` stands in for AWS under the SDK clients of each function, with its `policy`;
//! - `gateway` and `issuer` are the HTTP API and the user pool before it;
//! - `streams`, `events`, `queues` and `schedules` are the triggers, with partial failures, retries, bisecting and dead
//!   letters;
//! - `buckets` is what the functions use of S3: list, read and remove objects;
//! - `machines` runs state machines as Step Functions does;
//! - `foreground` lets requests that a client waits for go first;
//! - `meter` counts what functions use, and `environments` makes each invocation the most expensive one; `observer`
//!   shows what functions ask the database;
//! - `clock`, `gate` and `controls` let tests and operators move time, and stop and resume functions.
//!
//! [`JwtAuthorizer`] lends the issuer and the scopes of the routes to other gateways on this machine. [`Kept`] is what
//! a host left in a directory. [`Topology`] is what a template connects with what, for a simulation of the same
//! functions. [`inventory`] lists what has to be there once the template is deployed.
//!
//! **Limits.** Throttling, transaction conflicts and eventual consistency do not occur. Shards never split. Checkpoints
//! and queues live in memory, so a start begins at the end of each stream: reconcile then. Failed
//! messages come back sooner than on AWS. Chaos does not disturb the mappings of queues.

mod authorizer;
mod buckets;
mod clock;
mod controls;
mod database;
mod endpoint;
mod environments;
mod error;
mod events;
mod foreground;
mod functions;
mod gate;
mod gateway;
mod host;
pub mod inventory;
mod issuer;
mod kept;
mod keys;
mod listener;
mod lock;
mod logs;
mod machines;
mod mappings;
mod meter;
mod observer;
mod options;
mod plan;
mod policy;
pub mod private;
mod queues;
mod report;
mod rs256;
mod schedules;
mod seam;
mod secrets;
mod service_rights;
mod start;
mod streams;
mod tables;
mod template;
mod topology;
mod wiring;
mod work;

pub use authorizer::JwtAuthorizer;
pub use clock::TooFarAhead;
pub use controls::UnknownFunction;
pub use database::DatabaseError;
pub use error::HostError;
pub use host::Host;
pub use issuer::IssuerError;
pub use kept::Kept;
pub use machines::{Execution, Status};
pub use meter::{Capacity, Usage};
pub use options::{Options, Storage, Streams};
pub use streams::{Chaos, Deliveries};
pub use template::TemplateError;
pub use topology::{Fed, Firing, Reader, Routed, Topology};
