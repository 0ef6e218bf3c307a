//! Personal data in a log that never changes: each value is encrypted under a key of its owner. If the key is
//! destroyed, the value is erased everywhere: in commits, snapshots, rows, exports and backups. Everything else stays
//! as it is.
//!
//! The promise: only the owner's key opens a sealed value, and a value that was moved to another place does not open.
//!
//! - [`Key`] seals with AES-256-GCM. Each value has a random nonce, and is bound to its stream, its
//!   field, and the command whose event brought it.
//! - [`Personal`] is a field of an event or a state. The edge of a function seals it before a decider sees the command,
//!   and opens it for the readers who may see it: [`Sealer`], [`Opener`]. Deciders, folds, snapshots, rebuilds and verifications handle sealed
//!   values only: they need no key, and an erasure changes nothing for them.
//! - A sealed value has a [mark](Personal::is_same), made with the owner's key from the content alone. By it a decider
//!   recognises a value that it has already.
//! - [`Keyring`] finds the keys: a [`KeyStore`] has them wrapped, a [`KeyWrap`] unwraps them. It keeps them for a few
//!   minutes, so an erasure takes effect everywhere after that time.
//!
//! The tests of this module attack the values: each bit is flipped, and each part of the place is changed.

mod key;
mod keyring;
mod personal;

pub use key::{Key, Unreadable};
pub use keyring::{KeyError, KeyStore, KeyWrap, Keyring, REMEMBERED, Standing, Wrapped};
pub use personal::{Opener, OwnerKey, Personal, Sealed, Sealer};
