//! Quantities.

use super::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number of units: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u64", into = "u64")]
#[schemars(!try_from, !into)]
pub struct Quantity(#[schemars(range(min = 1, max = Self::MOST))] u32);

impl Quantity {
    /// The maximum.
    pub const MOST: u32 = 1_000;

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.into()
    }

    /// The sum of both, if it is still a quantity.
    pub fn plus(self, other: Self) -> Result<Self, Invalid> {
        (self.get() + other.get()).try_into()
    }
}

impl TryFrom<u64> for Quantity {
    type Error = Invalid;

    fn try_from(number: u64) -> Result<Self, Invalid> {
        match u32::try_from(number) {
            Ok(number @ 1..=Self::MOST) => Ok(Self(number)),
            _ => Err(Invalid::number(&number, "a quantity (1 to 1,000)")),
        }
    }
}

impl From<Quantity> for u64 {
    fn from(quantity: Quantity) -> Self {
        quantity.get()
    }
}
