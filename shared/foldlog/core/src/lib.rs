//! Foldlog's kernel: event sourcing as pure types and algorithms, and the ports that they use.
//!
//! Read the rooms in this order. Each imports only from those above it, and a test checks that:
//!
//! - [`mod@write`]: a [`Decider`] turns a command into events; [`Commands`] carries the command out, as one [`Commit`]
//!   appended to an [`EventLog`]. Snapshots, the hash chain and the recognition of repeated commands are here.
//! - [`react`]: an [`EventMessage`] is what a subscriber receives for one event, and derives a command id from.
//! - [`past`]: a stream as it was, at a version or at a moment.
//! - [`read`]: a [`Projection`] folds a stream into the row of a view. [`advance()`] brings that row up to a version,
//!   even if messages were lost, repeated or reordered. [`ProjectionEngine`] does so for all projections of a service.
//! - [`totals`]: sums over many streams, to which each event is added exactly once.
//! - [`seal`]: personal data, encrypted under keys that can be destroyed.
//! - [`verify`]: checks that the log is intact, and that every row and total agrees with it.
//! - [`rebuild`]: builds a view again while it is read and written.
//!
//! All rooms share the modules [`stream`], [`named`], [`time`], [`hash`], [`json`] and [`ports`]. The kernel uses no database,
//! runtime or clock directly, but these ports: [`EventLog`], [`Views`], [`Lookups`], [`TotalsStore`], [`Generations`],
//! [`ParkingLot`], [`Bus`], [`Clock`] and [`Randomness`].

mod bounded;
pub mod clock;
pub mod hash;
pub mod json;
pub mod named;
pub mod past;
pub mod ports;
pub mod react;
pub mod read;
pub mod rebuild;
pub mod seal;
pub mod stream;
pub mod time;
pub mod totals;
pub mod verify;
pub mod write;

pub use hash::{Digest, Hash};
pub use named::Named;
pub use ports::{Clock, Randomness};
pub use react::bus::{Bus, BusEntry, Publication};
pub use react::message::EventMessage;
pub use read::advance::{Advanced, Hint, advance};
pub use read::engine::{Followed, ProjectionEngine};
pub use read::generations::{Generations, Registry};
pub use read::lookups::{Index, Lookup, Lookups};
pub use read::parked::{Parked, ParkingLot, Subject};
pub use read::projection::{Projection, Recorded, Row, Subscription};
pub use read::reader::Reader;
pub use read::views::{ViewError, ViewScan, Views, Written};
pub use seal::{Keyring, Opener, OwnerKey, Personal, Sealer};
pub use stream::{EventId, StreamId, StreamName, Version};
pub use time::Timestamp;
pub use totals::engine::TotalsEngine;
pub use totals::{Totals, TotalsFold, TotalsStore, advance_totals};
pub use write::chain::{Chain, ChainError, verify_chain};
pub use write::commands::Commands;
pub use write::commit::{Actor, Commit, Correlation, Draft};
pub use write::decider::{Decider, NoRefusal, Refusal, RefusalKind};
pub use write::event::{DecodeError, Event, Events, Record, Upcaster};
pub use write::execute::{Effect, ExecuteError, Executed, Metadata};
pub use write::identity::{Cause, CommandId};
pub use write::loaded::{SnapshotPolicy, state_of};
pub use write::log::{AppendError, Consistency, EventLog, Head, History, LogError, ReadOptions};
pub use write::scan::LogScan;
pub use write::snapshot::Snapshot;
pub use write::span::{Direction, LogSpans, Span};
