//! The shop as a whole, over HTTP, on the local host.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod accounts;
mod audit;
mod bad_input;
mod canaries;
mod catalogue;
mod contention;
mod correlations;
mod cost;
mod cursors;
mod erasure;
mod headers;
mod hot_stream;
mod http;
mod inputs;
mod lists;
mod log;
mod many_reservations;
mod matrix;
mod operations;
mod orders;
mod pages;
mod past;
mod payments;
mod people;
mod rebuilding;
mod refusals;
mod returns;
mod rights;
mod sales;
mod shop;
mod staff;
mod story;
mod trace;
mod trails;
mod trimmed;
mod verification;
mod waiting;
mod warehouses;
