//! Foldlog's kernel: event sourcing as pure types and algorithms, and the ports they stand on.
//!
//! Read the rooms in this order; each imports only from those above it, and a test holds that:
//!
//! - [`write`]: a [`Decider`] turns a command into events; [`Commands`] carries it out, as one [`Commit`] appended to an
//!   [`EventLog`]. Snapshots, the hash chain and the recognition of repeated commands are here.
//! - [`react`]: what a subscriber receives of one event, an [`EventMessage`], and the command id that it derives from it.
//! - [`past`]: a stream as it was, at a version or at a moment.
//! - [`read`]: a [`Projection`] folds a stream into the row of a view; [`advance()`] brings that row up to a version,
//!   whatever happened to the messages in between; [`ProjectionEngine`] does so for all projections of a service.
//! - [`totals`]: sums to which many streams add, each event exactly once.
//! - [`verify`]: whether the log is whole, and every row and total what the log says.
//! - [`rebuild`]: a view is made anew while it is read and written.
//!
//! Beside them stand the words that all rooms share: [`stream`], [`time`], [`hash`] and [`ports`].
//! Nothing here knows a database, a runtime or the time: those are the ports [`EventLog`], [`Views`], [`Lookups`],
//! [`TotalsStore`], [`Generations`], [`ParkingLot`], [`Bus`], [`Clock`] and [`Randomness`].

mod bounded;
pub mod hash;
pub mod past;
pub mod ports;
pub mod react;
pub mod read;
pub mod rebuild;
pub mod stream;
pub mod time;
pub mod totals;
pub mod verify;
pub mod write;

pub use hash::{Digest, Hash};
pub use ports::{Clock, Randomness};
pub use react::bus::{Bus, BusEntry};
pub use react::message::EventMessage;
pub use read::advance::{Advanced, Hint, advance};
pub use read::engine::{Followed, ProjectionEngine};
pub use read::generations::{Generations, Registry};
pub use read::lookups::{Lookup, Lookups};
pub use read::parked::{Parked, ParkingLot, Subject};
pub use read::projection::{Projection, Recorded, Row, Subscription};
pub use read::reader::Reader;
pub use read::views::{ViewError, ViewScan, Views, Written};
pub use stream::{EventId, StreamName, Version};
pub use time::Timestamp;
pub use totals::engine::TotalsEngine;
pub use totals::{Totals, TotalsFold, TotalsStore, advance_totals};
pub use write::chain::{Chain, ChainError, verify_chain};
pub use write::commands::Commands;
pub use write::commit::{Actor, Commit, Correlation, Draft};
pub use write::decider::{Decider, Refusal, RefusalKind};
pub use write::event::{DecodeError, Event, Events, Record, Upcaster};
pub use write::execute::{Effect, ExecuteError, Executed, Metadata};
pub use write::identity::{Cause, CommandId};
pub use write::loaded::SnapshotPolicy;
pub use write::log::{AppendError, Consistency, EventLog, Head, History, LogError, ReadOptions};
pub use write::scan::LogScan;
pub use write::snapshot::Snapshot;
pub use write::span::{Direction, LogSpans, Span};
