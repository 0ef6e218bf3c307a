//! Postal addresses.

use super::Invalid;
use super::form::Form;
use super::text::text_value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

text_value! {
    /// A line of an address: a name, a street, a floor.
    AddressLine, "an address line (1 to 100 characters, no control characters, not blank)", Form::Line(100)
}
text_value! {
    /// A town.
    City, "a city (1 to 100 characters, no control characters, not blank)", Form::Line(100)
}
text_value! {
    /// A postcode, in the form that its country uses.
    Postcode, "a postcode (1 to 16 characters, no control characters, not blank)", Form::Line(16)
}
text_value! {
    /// A country.
    Country, "a country (two capital letters of ISO 3166-1)", Form::Capitals(2)
}

/// A postal address, to ship to or from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "StoredAddress")]
#[schemars(!try_from)]
pub struct Address {
    #[schemars(length(min = 1, max = Self::MOST_LINES))]
    lines: Vec<AddressLine>,
    city: City,
    postcode: Postcode,
    country: Country,
}

#[derive(Deserialize)]
struct StoredAddress {
    lines: Vec<AddressLine>,
    city: City,
    postcode: Postcode,
    country: Country,
}

impl Address {
    /// The maximum number of lines above the town.
    pub const MOST_LINES: usize = 5;

    /// An address of one to five lines, a town, its postcode and a country.
    pub fn new(lines: Vec<AddressLine>, city: City, postcode: Postcode, country: Country) -> Result<Self, Invalid> {
        match lines.len() {
            1..=Self::MOST_LINES => Ok(Self { lines, city, postcode, country }),
            number => Err(Invalid::number(&number, "a number of address lines (1 to 5)")),
        }
    }
}

impl TryFrom<StoredAddress> for Address {
    type Error = Invalid;

    fn try_from(stored: StoredAddress) -> Result<Self, Invalid> {
        Self::new(stored.lines, stored.city, stored.postcode, stored.country)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_to_five_lines_and_a_country_of_two_letters() {
        let address = |lines: usize, country: &str| {
            let lines: Vec<AddressLine> = vec!["Allee 1".parse().unwrap(); lines];
            Address::new(lines, "Bonn".parse().unwrap(), "53113".parse().unwrap(), country.parse()?)
        };
        assert!(address(1, "DE").is_ok() && address(5, "DE").is_ok());
        for (lines, country) in [(0, "DE"), (6, "DE"), (1, "de"), (1, "DEU")] {
            assert!(address(lines, country).is_err(), "{lines} {country}");
        }
        let stored = r#"{"lines":[],"city":"Bonn","postcode":"53113","country":"DE"}"#;
        assert!(serde_json::from_str::<Address>(stored).is_err());
    }
}
