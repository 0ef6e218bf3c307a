//! Realistic sample data, created through the shop's own API, for `serve --demo` and `seed`.
//!
//! All random choices follow from a seed, and the key of every command follows from its content. So creating the same
//! sample again changes nothing.

pub mod catalogue;
pub mod demo;
pub mod keeping;
pub mod orders;
pub mod shopping;
