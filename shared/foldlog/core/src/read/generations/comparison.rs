//! How two generations of a view compared.

use serde::{Deserialize, Serialize};

/// How two generations compared, row by row at the same version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Rows that were compared.
    pub rows: u64,
    /// How many of them were not alike.
    pub different: u64,
    /// The first of these that was found.
    pub first: Option<String>,
    /// All rows of the one that is read, as one number.
    pub read: RowDigest,
    /// All rows of the new one.
    pub new: RowDigest,
}

/// A number for a set of rows, whatever their order: the exclusive or of the first 64 bits of a SHA-256 of each.
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
    /// Takes in a row, or some rows.
    pub const fn add(&mut self, other: Self) {
        self.0 ^= other.0;
    }
}

impl Comparison {
    /// Takes in a row that is not like its counterpart.
    pub fn differs(&mut self, how: impl FnOnce() -> String) {
        self.different += 1;
        self.first.get_or_insert_with(how);
    }

    /// Takes in what was found elsewhere.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.different += other.different;
        self.first = self.first.take().or(other.first);
        self.read.add(other.read);
        self.new.add(other.new);
    }
}
