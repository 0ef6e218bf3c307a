//! The event-sourcing kit's kernel: pure types and algorithms, and the ports they stand on.
//!
//! Writing side: a [`Decider`] turns a command into events; [`Commands`] carries it out: one [`Commit`] appended to an
//! [`EventLog`]. Reading side: a [`Projection`] folds a stream into the row of a view, and
//! [`advance`] brings that row up to a version whatever happened to the messages in between. [`Totals`] add what many
//! streams have in common, as exactly. A [`reaction`] takes one event by itself under a command id derived from it.
//!
//! Nothing here knows a database, a runtime or the time: those are the ports [`EventLog`], [`Views`], [`Lookups`],
//! [`Ledger`], [`Generations`], [`ParkingLot`], [`Bus`], [`Clock`] and [`Randomness`].

pub mod advance;
mod bounded;
pub mod bus;
mod cache;
pub mod chain;
pub mod changes;
pub mod commands;
pub mod commit;
pub mod decider;
pub mod event;
pub mod execute;
pub mod faulty;
pub mod folds;
pub mod generations;
pub mod hash;
pub mod identity;
pub mod log;
pub mod lookup;
pub mod memory;
pub mod parked;
pub mod past;
pub mod ports;
pub mod projection;
pub mod reaction;
pub mod reader;
pub mod rebuild;
pub mod recent;
pub mod rows;
pub mod scan;
pub mod snapshot;
pub mod span;
pub mod specification;
mod standing;
pub mod stream;
pub mod tally;
pub mod time;
pub mod totals;
pub mod verify;
pub mod views;

pub use advance::{Advanced, Hint, advance};
pub use bus::{Bus, BusEntry};
pub use chain::{Chain, ChainError, verify_chain};
pub use commands::Commands;
pub use commit::{Actor, Commit, Correlation, Draft};
pub use decider::{Decider, Refusal, RefusalKind};
pub use event::{DecodeError, Event, Events, Record, Upcaster};
pub use execute::{Done, Effect, ExecuteError, Metadata};
pub use folds::{Folds, Followed};
pub use generations::{Generations, Registry};
pub use hash::{Digest, Hash};
pub use identity::{Cause, CommitId};
pub use log::{AppendError, Consistency, EventLog, Head, History, LogError, Reading};
pub use lookup::{Direction, Lookup, Lookups};
pub use parked::{Parked, ParkingLot, Subject};
pub use ports::{Clock, Randomness};
pub use projection::{Projection, Recorded, Row, Subscription};
pub use reaction::Notice;
pub use reader::Reader;
pub use scan::LogScan;
pub use snapshot::Snapshot;
pub use span::{LogSpans, Span};
pub use standing::Reach;
pub use stream::{EventId, StreamName, Version};
pub use tally::Tally;
pub use time::Timestamp;
pub use totals::{Ledger, Totals, TotalsFold, advance_totals};
pub use views::{ViewError, ViewScan, Views, Written};
