//! Money, and the totals of lines.

use super::{Category, Invalid, Quantity, Sku};
use iso_currency::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount of money: 0 to 10⁹ minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "StoredMoney")]
#[schemars(!try_from)]
pub struct Money {
    /// In minor units of the currency.
    #[schemars(range(min = 0, max = Self::MOST))]
    amount: i64,
    /// Its ISO 4217 code.
    #[schemars(with = "String", regex(pattern = "^[A-Z]{3}$"))]
    currency: Currency,
}

#[derive(Deserialize)]
struct StoredMoney {
    amount: i64,
    currency: Currency,
}

impl Money {
    /// The largest amount, in minor units.
    pub const MOST: i64 = 1_000_000_000;

    /// An amount in minor units.
    pub fn new(amount: i64, currency: Currency) -> Result<Self, Invalid> {
        if (0..=Self::MOST).contains(&amount) {
            Ok(Self { amount, currency })
        } else {
            Err(Invalid::number(&amount, "an amount (0 to 1,000,000,000 minor units)"))
        }
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// Whether it is no more than another amount. Amounts in different currencies are not.
    #[must_use]
    pub fn is_at_most(&self, other: Self) -> bool {
        self.currency == other.currency && self.amount <= other.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }
}

impl fmt::Display for Money {
    /// In major units, such as `23.80 EUR`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.currency.exponent().unwrap_or(0));
        let (amount, code) = (format!("{:0>width$}", self.amount, width = digits + 1), self.currency.code());
        match amount.split_at(amount.len() - digits) {
            (whole, "") => write!(formatter, "{whole} {code}"),
            (whole, part) => write!(formatter, "{whole}.{part} {code}"),
        }
    }
}

impl TryFrom<StoredMoney> for Money {
    type Error = Invalid;

    fn try_from(stored: StoredMoney) -> Result<Self, Invalid> {
        Self::new(stored.amount, stored.currency)
    }
}

/// A tax rate in basis points (1,900 are 19 %): 0 to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxRate(u16);

impl FromStr for TaxRate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.parse() {
            Ok(points @ 0..=10_000) => Ok(Self(points)),
            _ => Err(Invalid::new(text, "a tax rate (0 to 10,000 basis points)")),
        }
    }
}

/// A line of a cart or order at a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The product.
    pub sku: Sku,
    /// The quantity.
    pub quantity: Quantity,
    /// The price of one unit, without tax.
    pub unit_price: Money,
    /// The category of the product at checkout. Absent before the checkout, for a product without a category, and in
    /// old checkouts that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
}

/// The totals of some lines: total = net + tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// The sum of the lines.
    pub net: Money,
    /// The tax on it, rounded half up.
    pub tax: Money,
    /// The amount to pay.
    pub total: Money,
}

impl Totals {
    /// The totals of lines in one currency; none if there are no lines, if currencies differ, or if the sum is no valid
    /// amount.
    #[must_use]
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Line>, rate: TaxRate) -> Option<Self> {
        let mut currency = None;
        let mut net = 0_i64;
        for line in lines {
            if *currency.get_or_insert(line.unit_price.currency) != line.unit_price.currency {
                return None;
            }
            net = net.checked_add(line.unit_price.amount.checked_mul(i64::try_from(line.quantity.get()).ok()?)?)?;
        }
        let tax = net.checked_mul(i64::from(rate.0))?.checked_add(5_000)? / 10_000;
        let money = |amount| Money::new(amount, currency?).ok();
        Some(Self { net: money(net)?, tax: money(tax)?, total: money(net + tax)? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Name;
    use super::*;

    fn line(quantity: u64, amount: i64, currency: Currency) -> Line {
        Line {
            sku: "mug".parse().unwrap(),
            quantity: quantity.try_into().unwrap(),
            unit_price: Money::new(amount, currency).unwrap(),
            category: None,
        }
    }

    #[test]
    fn tax_is_rounded_half_up_and_added() {
        let rate: TaxRate = "1900".parse().unwrap();
        let totals = Totals::of(&[line(1, 50, Currency::EUR), line(2, 25, Currency::EUR)], rate).unwrap();
        assert_eq!((totals.net.amount(), totals.tax.amount(), totals.total.amount()), (100, 19, 119));
        let totals = Totals::of(&[line(1, 50, Currency::EUR)], rate).unwrap();
        assert_eq!(totals.tax.amount(), 10, "9.5 rounds up");
    }

    #[test]
    fn totals_beyond_the_largest_amount_and_of_mixed_currencies_do_not_exist() {
        let rate: TaxRate = "0".parse().unwrap();
        assert!(Totals::of(&[line(1_000, Money::MOST, Currency::EUR)], rate).is_none());
        assert!(Totals::of(&[line(1, 1, Currency::EUR), line(1, 1, Currency::USD)], rate).is_none());
        assert!(Totals::of(&[], rate).is_none());
    }

    #[test]
    fn an_amount_is_shown_in_major_units_of_its_currency() {
        let shown = |amount, currency| Money::new(amount, currency).unwrap().to_string();
        assert_eq!((shown(2_380, Currency::EUR), shown(5, Currency::EUR)), ("23.80 EUR".into(), "0.05 EUR".into()));
        assert_eq!((shown(500, Currency::JPY), shown(12_345, Currency::KWD)), ("500 JPY".into(), "12.345 KWD".into()));
    }

    #[test]
    fn values_outside_their_bounds_do_not_exist() {
        assert!(Quantity::try_from(0).is_err() && Quantity::try_from(1_001).is_err());
        assert!(Money::new(-1, Currency::EUR).is_err() && Money::new(Money::MOST + 1, Currency::EUR).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount":-1,"currency":"EUR"}"#).is_err());
        assert!("a b".parse::<Sku>().is_err() && "".parse::<Sku>().is_err() && "x".repeat(41).parse::<Sku>().is_err());
        assert!("10001".parse::<TaxRate>().is_err());
        assert!("  ".parse::<Name>().is_err());
    }
}
