//! How products stand when a cart's command is completed: what their own streams say of them.

use super::Refusal;
use crate::values::{Category, Line, Money, Sku};
use std::collections::BTreeMap;

/// How a product stands when a command is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It costs this.
    At(Money),
    /// It exists, and is not sold.
    NotListed,
    /// It does not exist.
    Unknown,
}

impl Offer {
    /// What it costs, where it is sold.
    pub(super) fn price(self, sku: &Sku) -> Result<Money, Refusal> {
        match self {
            Self::At(price) => Ok(price),
            Self::NotListed => Err(Refusal::ProductNotListed(sku.clone())),
            Self::Unknown => Err(Refusal::UnknownProduct(sku.clone())),
        }
    }
}

/// The lines at the prices and in the categories of the moment.
pub(super) fn priced(
    lines: &[Line],
    offers: &BTreeMap<Sku, Offer>,
    categories: &BTreeMap<Sku, Category>,
) -> Result<Vec<Line>, Refusal> {
    if lines.is_empty() {
        return Err(Refusal::CartEmpty);
    }
    let priced = |line: &Line| {
        let offer = offers.get(&line.sku).copied().unwrap_or(Offer::Unknown);
        let category = categories.get(&line.sku).cloned();
        Ok(Line { unit_price: offer.price(&line.sku)?, category, ..line.clone() })
    };
    lines.iter().map(priced).collect()
}
