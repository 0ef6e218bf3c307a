//! Any value of the shop, as far as its type allows.

use domain::order::{Failure, Placement};
use domain::product::Registration;
use domain::stock::Discrepancy;
use domain::values::{Category, Line, Money, Quantity, Sku, Totals, WarehouseId};
use iso_currency::Currency;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Debug;
use std::str::FromStr;

/// Texts of a pattern that are values of a type.
pub(crate) fn text<T: FromStr<Err: Debug> + Debug>(pattern: &'static str) -> impl Strategy<Value = T> {
    pattern.prop_map(|text| text.parse().unwrap())
}

/// Words that people write: any script, quotes and backslashes, line breaks, never blank.
pub(crate) fn prose<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    text("[^\\pC\\s]([^\\pC]|\n){0,30}")
}

/// Words in one line.
pub(crate) fn line_of_prose<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    text("[^\\pC\\s][^\\pC]{0,20}")
}

pub(crate) fn id<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    text("[0-9a-f]{32}")
}

pub(crate) fn sku() -> impl Strategy<Value = Sku> {
    text("[A-Za-z0-9_-]{1,40}")
}

pub(crate) fn warehouse() -> impl Strategy<Value = WarehouseId> {
    text("[A-Za-z0-9_-]{1,20}")
}

pub(crate) fn category() -> impl Strategy<Value = Category> {
    text("[A-Za-z0-9_-]{1,40}")
}

pub(crate) fn quantity() -> impl Strategy<Value = Quantity> {
    (1..=u64::from(Quantity::MOST)).prop_map(|number| number.try_into().unwrap())
}

pub(crate) fn money() -> impl Strategy<Value = Money> {
    let currencies = select(vec![Currency::EUR, Currency::USD, Currency::JPY, Currency::KWD]);
    (0..=Money::MOST, currencies).prop_map(|(amount, currency)| Money::new(amount, currency).unwrap())
}

fn line() -> impl Strategy<Value = Line> {
    (sku(), quantity(), money(), prop::option::of(category())).prop_map(|(sku, quantity, unit_price, category)| Line {
        sku,
        quantity,
        unit_price,
        category,
    })
}

pub(crate) fn placement() -> impl Strategy<Value = Placement> {
    let totals = (money(), money(), money()).prop_map(|(net, tax, total)| Totals { net, tax, total });
    (id(), prop::collection::vec(line(), 0..4), totals).prop_map(|(account, lines, totals)| Placement {
        account,
        lines,
        totals,
    })
}

pub(crate) fn failure() -> impl Strategy<Value = Failure> {
    sku().prop_map(|sku| Failure::OutOfStock { sku })
}

pub(crate) fn registration() -> impl Strategy<Value = Registration> {
    (prose(), prop::option::of(prose()), prop::option::of(category()), money())
        .prop_map(|(name, description, category, price)| Registration { name, description, category, price })
}

pub(crate) fn discrepancy() -> impl Strategy<Value = Discrepancy> {
    select(vec![Discrepancy::Miscount, Discrepancy::Damage, Discrepancy::Loss])
}
