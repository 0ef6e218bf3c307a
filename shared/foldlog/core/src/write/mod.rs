//! The writing side: one command, one decision, one commit.
//!
//! **Promise.** A command is carried out at most once, on the true state of its stream. No version is skipped or
//! written twice. Nothing is refused on stale data.
//!
//! **Invariants.** Each has one place that keeps it:
//!
//! | invariant | kept by |
//! |---|---|
//! | no two commits have one version | the log puts a commit only if the version is free; no function has permission to update or delete |
//! | there is no gap | [`log::EventLog::append`] takes a [`log::Head`], and only [`log::History`] makes one, from commits that it proves contiguous |
//! | a write whose answer was lost is not taken for a conflict | the failed condition returns the stored item; if it has the same command id and digest, the write was ours |
//! | a command is carried out once | its id is looked up first: among the recent commands of the stream and, for a reaction, in the log as far back as its cause. The digest of its content is compared |
//! | nothing is refused on stale data | a refusal, a no-op or a version mismatch on a remembered or eventually consistent state is decided again, after a strong read of what the stream has beyond it |
//! | effects are later than causes | `committed_at = max(clock, previous commit, cause + 1 ms)`, so clocks may be wrong |
//! | tampering shows | each commit carries a SHA-256 over the previous commit's hash and its own fields, each preceded by name and length. [`chain::verify_chain`] names the first commit that was changed, removed or inserted. Recomputing or truncating the chain is still detected, because read-model rows keep earlier hashes |
//! | a stored event is never skipped | unknown types and newer schemas are errors with a name; older schemas are upcast step by step |
//!
//! **Attacked by** `tests/kernel/histories` (seeded histories with lost answers, stale reads and crashes; `variants.rs`
//! breaks one rule at a time), `tests/kernel`, and the contract suite that every log passes.
//!
//! # The commands of one process
//!
//! [`commands::Commands`] remembers recent streams: state, end, and the ids of the commands carried out. The memory is
//! bounded in count and bytes. It carries out one command per stream at a time; the others queue and take the state
//! that the previous one left. So a command on a remembered stream is one request, the append itself.
//!
//! A command decides on the remembered state only of the stream that it appends to, because the append's condition
//! guards that. The state of another stream (a price) is read when it is used. After a lost race, only the missing
//! commits are read. After an append with an unknown outcome, nothing is remembered.
//!
//! # Snapshots
//!
//! A snapshot rides in a commit. A commit carries the state after itself when its writer found no snapshot in the 40
//! commits (or 256 KiB of events) before. If the state is large, the snapshot comes later, so that each commit in
//! between bears at most 100 bytes of it, or an eighth of its events.
//!
//! A load is one descending query of 40 items. It stops at the newest snapshot that has the code's own `STATE_SCHEMA`;
//! it passes over others and never trusts them. More items are read only if those are not enough. So a cold command is
//! two requests: the load takes one for each megabyte committed since the newest snapshot. It takes more than one only
//! behind commits of tens of kilobytes each, or once after `STATE_SCHEMA` has changed.
//!
//! A load reads at most [`log::LONGEST_LOAD`] commits. If `STATE_SCHEMA` changes, longer streams need a snapshot in the
//! new schema before the release serves: [`prepared`]. Without one, a load says so.
//!
//! A snapshot that would make an item too large is left out, counted and warned about. A snapshot is never the
//! source of truth: the hash of its commit covers it, and the fold of all events gives the same state.
//!
//! # Recent commands
//!
//! The ids of recent commands are kept beside the state, in snapshots too. There are two windows: at least the last 32
//! commands of clients, and at least the last 32 of reactions. The command that created the stream is kept forever. So
//! the `Idempotency-Key` of a client counts as long as its command is among the last 32 of clients on that stream.
//!
//! A reaction is recognised however old it is. Everything that follows from a cause is committed later than the cause,
//! so a window that reaches back past the time of the cause is conclusive. Otherwise the log is searched backwards to
//! the first commit of that time or before. The question is asked again whenever more of the stream is read, because
//! that may push out ids.
//!
//! # Markers
//!
//! On a stream that the processes of all orders write (the stock), that search would be long. There the commit of a
//! reaction and an item `(stream, command id) → version` are put in one transaction, each if it is absent. The append
//! itself recognises a repetition, in one request, without any clock, forever. Only a command that appends nothing (a
//! refusal, a no-op) looks for the marker first.
//!
//! A marker also finds the commit of a reaction ([`log::EventLog::find`]) in two requests, at any age. So a state does not
//! have to keep what only a later command needs, if that command can name the earlier one. Commands of which only one
//! may ever be carried out share one id.
//!
//! A marked append costs four write units instead of one, and it is the only transaction of the writing side. If it
//! meets another transaction on the same item, it is a lost race like any other.
//!
//! # Event versions
//!
//! Each stored event carries the number of its payload's schema. If a payload changes, its stream file gets an
//! upcaster: a pure step from the JSON of one schema to that of the next. It runs when an old event is read, as often
//! as it takes to reach today's schema. Stored events are never rewritten. The number that is written follows from the
//! upcasters, so a change without one fails against its golden file. A new type or schema is written only by the
//! release after the one that can read it. A release that reads one too early stops with an error that names type and
//! schema, and skips nothing.

pub(crate) mod cache;
pub mod chain;
pub mod commands;
pub mod commit;
pub mod decider;
pub mod event;
pub mod execute;
pub mod identity;
pub mod loaded;
pub mod log;
pub mod prepared;
pub mod recent;
pub mod scan;
pub mod snapshot;
pub mod span;
