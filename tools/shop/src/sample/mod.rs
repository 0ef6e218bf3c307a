//! A believable shop, made through its own API: what `serve --demo` shows and `seed` lives from.
//!
//! Nothing here is random but by a seed, and every command carries a key that follows from what it is: whoever makes
//! the same sample again changes nothing.

pub(crate) mod catalogue;
pub(crate) mod demo;
pub(crate) mod keeping;
pub(crate) mod orders;
pub(crate) mod shopping;
