//! How much of what is personal a reader sees.

use foldlog::OwnerKey;
use schemars::JsonSchema;
use serde::Serialize;

/// How much of what is personal a reader sees.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'a> {
    /// None of it, also of a log that is older than its keys.
    Sealed,
    /// All of it, or without a key, what was never sealed: the rest is erased.
    Opened(Option<&'a OwnerKey>),
}

impl<'a> Sight<'a> {
    /// The key of the owner.
    #[must_use]
    pub const fn key(self) -> Option<&'a OwnerKey> {
        match self {
            Self::Sealed => None,
            Self::Opened(key) => key,
        }
    }

    /// Whether nothing is shown.
    #[must_use]
    pub const fn is_sealed(self) -> bool {
        matches!(self, Self::Sealed)
    }
}

/// Whether an answer shows what is personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PersonalData {
    /// It is shown.
    Shown,
    /// It is kept, and not shown to this reader.
    Sealed,
    /// It was erased.
    Erased,
}
