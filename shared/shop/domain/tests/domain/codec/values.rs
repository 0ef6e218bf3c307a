//! Any value of the shop, as far as its type allows.

use foldlog::seal::Key;
use foldlog::{CommandId, OwnerKey, Sealer};
use foldlog_testing::host::Noon;
use iso_currency::Currency;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use shop_domain::account::{AddressKind, Entry};
use shop_domain::order::{Failure, Placement};
use shop_domain::product::Registration;
use shop_domain::stock::Discrepancy;
use shop_domain::values::{
    Address, Card, Category, Line, Means, Money, Personal, Profile, Quantity, ShipmentId, Sku, Totals, TrackingNumber,
    WarehouseId,
};
use std::collections::BTreeMap;
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

pub(crate) fn line() -> impl Strategy<Value = Line> {
    (sku(), quantity(), money(), prop::option::of(category())).prop_map(|(sku, quantity, unit_price, category)| Line {
        sku,
        quantity,
        unit_price,
        category,
    })
}

pub(crate) fn placement() -> impl Strategy<Value = Placement> {
    let chosen = (of(token()), of(id()));
    (id(), prop::collection::vec(line(), 0..4), totals(), chosen)
        .prop_map(|(account, lines, totals, (card, address))| Placement { account, lines, totals, card, address })
}

pub(crate) fn totals() -> impl Strategy<Value = Totals> {
    (money(), money(), money()).prop_map(|(net, tax, total)| Totals { net, tax, total })
}

pub(crate) fn means() -> impl Strategy<Value = Means> {
    (of(personal(token())), of(id())).prop_map(|(card, address)| Means { card, address })
}

pub(crate) fn tracking() -> impl Strategy<Value = BTreeMap<ShipmentId, TrackingNumber>> {
    prop::collection::btree_map(id(), line_of_prose(), 0..3)
}

pub(crate) fn token<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    text("[A-Za-z0-9_-]{1,64}")
}

pub(crate) fn address() -> impl Strategy<Value = Address> {
    let lines = prop::collection::vec(line_of_prose(), 1..=5);
    (lines, line_of_prose(), text("[0-9A-Z -]{0,15}[0-9A-Z]"), text("[A-Z]{2}"))
        .prop_map(|(lines, city, postcode, country)| Address::new(lines, city, postcode, country).unwrap())
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    let kinds = select(vec![AddressKind::Shipping, AddressKind::Billing]);
    (id(), kinds, personal(address())).prop_map(|(id, kind, address)| Entry { id, kind, address })
}

pub(crate) fn card() -> impl Strategy<Value = Card> {
    (personal(token()), personal(line_of_prose()), personal(text("[0-9]{4}"))).prop_map(|(token, brand, last4)| Card {
        token,
        brand,
        last4,
    })
}

pub(crate) fn profile() -> impl Strategy<Value = Personal<Profile>> {
    let email = text("[a-z0-9.+]{1,20}@[a-z0-9-]{1,20}[.][a-z]{2,5}");
    personal((line_of_prose(), email).prop_map(|(name, email)| Profile { name, email }))
}

/// A value as it is sealed today.
pub(crate) fn personal<T: Serialize + Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Personal<T>> {
    value.prop_map(|value| sealed(&value))
}

fn sealed<T: Serialize>(value: &T) -> Personal<T> {
    let key = OwnerKey { owner: "a".repeat(32), key: Key::new([1; 32]) };
    let (stream, command) = ("account-a".parse().unwrap(), CommandId::stored("c".repeat(32)));
    Sealer { key: &key, stream: &stream, command: &command, host: &Noon }.seal("field", value).unwrap()
}

pub(crate) fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        sku().prop_map(|sku| Failure::OutOfStock { sku }),
        select(vec![
            Failure::AccountNotActive,
            Failure::UnknownAddress,
            Failure::NoCard,
            Failure::PaymentDeclined,
            Failure::DeadlinePassed,
        ]),
    ]
}

pub(crate) fn registration() -> impl Strategy<Value = Registration> {
    (prose(), prop::option::of(prose()), prop::option::of(category()), money())
        .prop_map(|(name, description, category, price)| Registration { name, description, category, price })
}

pub(crate) fn discrepancy() -> impl Strategy<Value = Discrepancy> {
    select(vec![Discrepancy::Miscount, Discrepancy::Damage, Discrepancy::Loss])
}
