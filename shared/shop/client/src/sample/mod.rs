//! A believable shop, made through its own API: what `serve --demo` shows and `seed` lives from.
//!
//! Nothing here is random but by a seed, and every command carries a key that follows from what it is: whoever makes
//! the same sample again changes nothing.

pub mod catalogue;
pub mod demo;
pub mod keeping;
pub mod orders;
pub mod shopping;
