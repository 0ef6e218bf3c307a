//! What an order takes back after its delivery, and how much money that is worth.
//!
//! **Invariant.** No unit comes back twice, and all returns of an order together are worth its total at most. If all
//! goods come back, they are worth exactly that.

use super::{Event, MOST_RETURNS, Placement, Refusal, Return, Shelf, TakeBack};
use crate::stock::Intake;
use crate::values::{Line, Money, Sku};
use std::collections::BTreeMap;

/// The decision about goods of a delivered order, after these returns.
pub(super) fn take_back(placement: &Placement, returns: &[Return], wanted: &TakeBack) -> Result<Vec<Event>, Refusal> {
    let TakeBack { goods, refund, shelf, reason } = wanted;
    if goods.is_empty() {
        return Err(Refusal::NothingReturned);
    }
    if returns.len() >= MOST_RETURNS {
        return Err(Refusal::TooManyReturns);
    }
    let mut all = returned(returns);
    let before = worth(placement, &all);
    for (sku, quantity) in goods {
        let bought: u64 = of_product(&placement.lines, sku).map(|line| line.quantity.get()).sum();
        let so_far = all.entry(sku).or_default();
        if bought == 0 {
            return Err(Refusal::ProductNotBought(sku.clone()));
        }
        if quantity.get() > bought.saturating_sub(*so_far) {
            return Err(Refusal::TooManyReturned { sku: sku.clone(), left: bought.saturating_sub(*so_far) });
        }
        *so_far += quantity.get();
    }
    let currency = placement.totals.total.currency();
    // It is between nothing and the total, so it is an amount.
    let most = Money::new(worth(placement, &all) - before, currency).unwrap_or(placement.totals.total);
    let refund = refund.unwrap_or(most);
    if !refund.is_at_most(most) {
        return Err(Refusal::RefundTooLarge { most });
    }
    let warehouse = match shelf {
        Some(Shelf { intake: Intake::Closed, .. }) => return Err(Refusal::WarehouseClosed),
        Some(Shelf { warehouse, intake: Intake::Open }) => Some(warehouse.clone()),
        None => None,
    };
    // There are few returns, so the number fits.
    let number = u32::try_from(returns.len() + 1).unwrap_or(u32::MAX);
    let (goods, reason) = (goods.clone(), reason.clone());
    Ok(vec![Event::GoodsReturned(Return { number, goods, refund, warehouse, reason })])
}

/// The quantity of each product that came back.
fn returned(returns: &[Return]) -> BTreeMap<&Sku, u64> {
    let mut returned = BTreeMap::new();
    for (sku, quantity) in returns.iter().flat_map(|each| &each.goods) {
        *returned.entry(sku).or_default() += quantity.get();
    }
    returned
}

/// The share of the order's total that so many goods are worth, in minor units, rounded down. A return is worth the
/// difference that it makes. So the returns together are worth the share of all their goods, however they are divided.
fn worth(placement: &Placement, goods: &BTreeMap<&Sku, u64>) -> i64 {
    let price = |line: &Line, units: u64| i128::from(line.unit_price.amount()) * i128::from(units);
    let net: i128 = placement.lines.iter().map(|line| price(line, line.quantity.get())).sum();
    let mut left = goods.clone();
    let of_goods: i128 = { placement.lines.iter() }
        .map(|line| {
            let left = left.entry(&line.sku).or_default();
            let units = line.quantity.get().min(*left);
            *left -= units;
            price(line, units)
        })
        .sum();
    let share = (i128::from(placement.totals.total.amount()) * of_goods).checked_div(net);
    share.and_then(|share| i64::try_from(share).ok()).unwrap_or_default()
}

fn of_product<'a>(lines: &'a [Line], sku: &Sku) -> impl Iterator<Item = &'a Line> {
    lines.iter().filter(move |line| line.sku == *sku)
}

#[cfg(test)]
mod tests;
