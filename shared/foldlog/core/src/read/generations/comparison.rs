//! The comparison of two generations of a view.

use serde::{Deserialize, Serialize};

/// The result of comparing two generations, row by row at the same version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Rows that were compared.
    pub rows: u64,
    /// How many of them differ.
    pub different: u64,
    /// The first difference that was found.
    pub first: Option<String>,
    /// The digest of all rows of the generation that is read.
    pub read: RowDigest,
    /// The digest of all rows of the new one.
    pub new: RowDigest,
}

/// A number for a set of rows, independent of their order: the exclusive or of the first 64 bits of a SHA-256 of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RowDigest(pub u64);

impl TryFrom<String> for RowDigest {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

impl From<RowDigest> for String {
    fn from(RowDigest(digest): RowDigest) -> Self {
        format!("{digest:016x}")
    }
}

impl RowDigest {
    /// Adds a row, or several rows.
    pub const fn add(&mut self, other: Self) {
        self.0 ^= other.0;
    }
}

impl Comparison {
    /// Counts a row that differs from its counterpart.
    pub fn differs(&mut self, how: impl FnOnce() -> String) {
        self.different += 1;
        self.first.get_or_insert_with(how);
    }

    /// Adds the result of another comparison.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.different += other.different;
        self.first = self.first.take().or(other.first);
        self.read.add(other.read);
        self.new.add(other.new);
    }
}
