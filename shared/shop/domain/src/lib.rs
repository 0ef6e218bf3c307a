//! The shop: one file for each stream type (command, event, state, refusal, decide, evolve), including the process
//! manager, and the read models. Pure: no I/O, no clock, no randomness.

pub mod access;
pub mod account;
pub mod audit;
pub mod cart;
pub mod fulfilment;
pub mod invoice;
pub mod order;
pub mod payment;
pub mod product;
pub mod shipment;
pub mod stock;
pub mod streams;
pub mod values;
pub mod views;
pub mod warehouse;
