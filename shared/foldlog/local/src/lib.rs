//! The template on one machine: its tables, routes, streams, bus, queues and schedules around the functions' own handlers.
//!
//! [`Host::start`] reads a SAM template and imitates what it declares, in this process: `template` and `plan` read it,
//! `database` and `tables` keep the tables, `seam` stands in for AWS under each function's SDK clients (with its
//! `policy`), `gateway` and `issuer` are the HTTP API, `streams`, `events`, `queues` and `schedules` the triggers, `machines` what
//! Step Functions runs.
//! `foreground` lets requests that wait for an answer go first.
//! `meter` is what functions use, counted where `environments` make each invocation the dearest.
//! `clock`, `gate` and `controls` are what tests and operators move: time, and the functions' coming and going.
//! [`JwtAuthorizer`] lends the issuer and the routes' scopes to other gateways on this machine.
//! [`Kept`] is what a host left in a directory. [`Topology`] is what a template connects with what, for a simulation of the same functions.
//! What it cannot imitate it refuses by name; what has no meaning on one machine it names as a warning.

mod authorizer;
mod buckets;
mod clock;
mod controls;
mod database;
mod directory;
mod endpoint;
mod environments;
mod error;
mod events;
mod foreground;
mod functions;
mod gate;
mod gateway;
mod host;
mod issuer;
mod kept;
mod machines;
mod mappings;
mod meter;
mod options;
mod plan;
mod policy;
mod queues;
mod report;
mod schedules;
mod seam;
mod start;
mod streams;
mod tables;
mod template;
mod topology;
mod wiring;
mod work;

pub use authorizer::JwtAuthorizer;
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
