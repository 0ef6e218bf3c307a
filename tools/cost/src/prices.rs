//! The prices of the services: a file with each price, its source and the day on which it was looked up.

use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The prices that the repository holds.
pub(crate) const LISTED: &str = include_str!("../../../docs/cost/prices.yaml");

/// A list of prices.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    /// Their region.
    pub(crate) region: String,
    /// The day on which they were looked up.
    pub(crate) looked_up: String,
    #[serde(rename = "prices")]
    listed: BTreeMap<String, Price>,
}

/// The price of one thing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    /// The AWS service.
    pub(crate) service: String,
    /// The priced item, in the plural.
    pub(crate) what: String,
    /// The number of items that a tier's price is for.
    per: u64,
    /// The number of free items each month.
    #[serde(default)]
    free: u64,
    tiers: Vec<Tier>,
    /// The page that documents the price.
    pub(crate) source: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    /// The end of the tier; the last one has none.
    upto: Option<u64>,
    price: Decimal,
}

/// Why prices cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PricesError {
    /// The text is not a list of prices.
    #[error("the prices cannot be read: {0}")]
    Unreadable(#[from] yaml_serde::Error),
    /// A price is missing.
    #[error("the prices have no {0}; add it as in docs/cost/prices.yaml")]
    Missing(String),
    /// A price lacks its source, its unit or its last tier.
    #[error("the price of {0} lacks its source, its unit or its last tier")]
    Incomplete(String),
}

impl Prices {
    /// Reads a list.
    pub(crate) fn read(text: &str) -> Result<Self, PricesError> {
        let prices: Self = yaml_serde::from_str(text)?;
        let complete = |price: &Price| {
            let ends = price.tiers.iter().position(|tier| tier.upto.is_none());
            price.per > 0 && !price.source.is_empty() && ends.is_some_and(|last| last + 1 == price.tiers.len())
        };
        match prices.listed.iter().find(|(_, price)| !complete(price)) {
            Some((name, _)) => Err(PricesError::Incomplete(name.clone())),
            None => Ok(prices),
        }
    }

    /// The price of something.
    pub(crate) fn of(&self, name: &str) -> Result<&Price, PricesError> {
        self.listed.get(name).ok_or_else(|| PricesError::Missing(name.to_owned()))
    }
}

impl Price {
    /// The cost of an amount of it beside so much that nothing of it is free, in dollars.
    pub(crate) fn unfree(&self, quantity: Decimal) -> Decimal {
        self.cost(quantity + Decimal::from(self.free))
    }

    /// The cost of an amount of it in a month, in dollars.
    pub(crate) fn cost(&self, quantity: Decimal) -> Decimal {
        let charged = (quantity - Decimal::from(self.free)).max(Decimal::ZERO);
        let mut begun = Decimal::ZERO;
        let mut cost = Decimal::ZERO;
        for tier in &self.tiers {
            let end = tier.upto.map_or(charged, |upto| Decimal::from(upto).min(charged));
            let within = (end - begun).max(Decimal::ZERO);
            cost += within * tier.price / Decimal::from(self.per);
            begun = begun.max(end);
        }
        cost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_listed_prices_are_read() {
        let prices = Prices::read(LISTED).unwrap();
        assert_eq!(prices.of("dynamodb-writes").unwrap().cost(Decimal::from(2_000_000)), dollars("1.25"));
        assert!(prices.of("rent").unwrap_err().to_string().contains("rent"));
    }

    #[test]
    fn what_is_free_is_taken_off_and_each_tier_has_its_price() {
        let text = "{region: r, looked_up: d, prices: {x: {service: s, what: w, per: 10, free: 100,
            tiers: [{upto: 1000, price: '2'}, {price: '0.5'}], source: page}}}";
        let prices = Prices::read(text).unwrap();
        let cost = |quantity: u64| prices.of("x").unwrap().cost(Decimal::from(quantity));
        assert_eq!(
            [cost(99), cost(110), cost(1_100), cost(1_120)].map(|cost| cost.normalize().to_string()),
            ["0", "2", "200", "201"]
        );
        assert_eq!(prices.of("x").unwrap().unfree(Decimal::TEN), Decimal::TWO);
    }

    #[test]
    fn a_price_without_source_or_end_is_not_taken() {
        for tiers in ["[]", "[{upto: 5, price: '1'}]", "[{price: '1'}, {price: '2'}]"] {
            let text = format!(
                "{{region: r, looked_up: d, prices: {{x: {{service: s, what: w, per: 1, tiers: {tiers}, source: p}}}}}}"
            );
            assert!(matches!(Prices::read(&text), Err(PricesError::Incomplete(name)) if name == "x"), "{tiers}");
        }
    }
}
