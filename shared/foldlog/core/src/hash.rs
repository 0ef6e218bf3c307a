//! Digests of content, and the chain that makes a stream tamper-evident.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt;

macro_rules! bytes_32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            /// 64 hex digits.
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{self}")
            }
        }
    };
}

bytes_32! {
    /// SHA-256 of a command's content: the same command id with another digest is another command.
    Digest
}

bytes_32! {
    /// A link of a stream's hash chain: SHA-256 over the previous link and a commit.
    Hash
}

impl Digest {
    /// The digest of a command's parsed input, before anything is added to it (clock, prices).
    pub fn of<T: Serialize + ?Sized>(content: &T) -> Result<Self, serde_json::Error> {
        Ok(Self(Sha256::digest(serde_json::to_vec(content)?).into()))
    }

    /// The digest of a text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl Hash {
    /// The link before the first commit.
    pub const ORIGIN: Self = Self([0; 32]);
}

/// Builds the input of a hash from named fields, each name and value preceded by its length, so that no two
/// different sequences of fields give the same bytes.
#[derive(Default)]
pub(crate) struct Fields(Sha256);

impl Fields {
    pub(crate) fn field(mut self, name: &str, value: &[u8]) -> Self {
        for part in [name.as_bytes(), value] {
            self.0.update((part.len() as u64).to_be_bytes());
            self.0.update(part);
        }
        self
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
