//! What the examples are made of.

use shop_domain::account::{AddressKind, Entry};
use shop_domain::order::Placement;
use shop_domain::values::{AccountId, Address, Card, Line, Means, Money, Personal, Profile, Totals};

pub(crate) fn account(digit: char) -> AccountId {
    digit.to_string().repeat(32).parse().unwrap()
}

pub(crate) fn euro(amount: i64) -> Money {
    Money::new(amount, "EUR".parse().unwrap()).unwrap()
}

pub(crate) fn line(sku: &str, quantity: u64) -> Line {
    Line { sku: sku.parse().unwrap(), quantity: quantity.try_into().unwrap(), unit_price: euro(100), category: None }
}

pub(crate) fn totals(amount: i64) -> Totals {
    Totals { net: euro(amount), tax: euro(0), total: euro(amount) }
}

pub(crate) fn placement(amount: i64) -> Placement {
    let lines = vec![line("mug", 4), line("pot", 1)];
    Placement { account: account('a'), lines, totals: totals(amount), card: None, address: None }
}

pub(crate) fn means() -> Means {
    Means { card: Some(Personal::Clear("tok_ok".parse().unwrap())), address: None }
}

pub(crate) fn address(city: &str) -> Address {
    let lines = vec!["Allee 1".parse().unwrap()];
    Address::new(lines, city.parse().unwrap(), "53113".parse().unwrap(), "DE".parse().unwrap()).unwrap()
}

pub(crate) fn entry(number: usize, city: &str) -> Entry {
    let id = format!("{number:032x}").parse().unwrap();
    Entry { id, kind: AddressKind::Shipping, address: Personal::Clear(address(city)) }
}

pub(crate) fn card(number: usize, last4: &str) -> Card {
    let token = Personal::Clear(format!("tok_{number}").parse().unwrap());
    Card { token, brand: Personal::Clear("Visa".parse().unwrap()), last4: Personal::Clear(last4.parse().unwrap()) }
}

pub(crate) fn profile(name: &str) -> Personal<Profile> {
    Personal::Clear(Profile { name: name.parse().unwrap(), email: "ada@example.org".parse().unwrap() })
}
