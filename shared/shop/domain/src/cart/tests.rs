//! The cart's rules, as given / when / then.

use super::*;
use foldlog_testing::specification::given;
use iso_currency::Currency;

fn account(name: char) -> AccountId {
    name.to_string().repeat(32).parse().unwrap()
}

fn sku(name: &str) -> Sku {
    name.parse().unwrap()
}

fn quantity(number: u64) -> Quantity {
    number.try_into().unwrap()
}

fn euro(amount: i64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn opened() -> Vec<Event> {
    vec![Event::CartOpened { owner: account('a') }]
}

fn added(name: &str, number: u64, amount: i64) -> Event {
    Event::ItemAdded { sku: sku(name), quantity: quantity(number), unit_price: euro(amount) }
}

fn with_mugs() -> Vec<Event> {
    [opened(), vec![added("mug", 2, 1_299)]].concat()
}

fn by_owner(action: Action) -> Command {
    Command { by: account('a'), action }
}

fn add(name: &str, number: u64, offer: Offer) -> Command {
    by_owner(Action::AddItem { sku: sku(name), quantity: quantity(number), offer })
}

fn kitchen() -> Category {
    "kitchen".parse().unwrap()
}

fn card() -> CardId {
    "ca".repeat(16).parse().unwrap()
}

fn address() -> AddressId {
    "ad".repeat(16).parse().unwrap()
}

fn check_out(offers: &[(&str, Offer)]) -> Command {
    check_out_at(None, offers)
}

/// A checkout by a customer who was shown this total.
fn check_out_at(shown: Option<Money>, offers: &[(&str, Offer)]) -> Command {
    let offers = offers.iter().map(|(name, offer)| (sku(name), *offer)).collect();
    let categories = [(sku("mug"), kitchen()), (sku("cup"), kitchen())].into();
    let tax_rate = "1900".parse().unwrap();
    let (card, address) = (Some(card()), Some(address()));
    by_owner(Action::CheckOut { offers, categories, tax_rate, card, address, shown })
}

fn checked_out() -> Vec<Event> {
    let line = Line { sku: sku("mug"), quantity: quantity(2), unit_price: euro(1_000), category: Some(kitchen()) };
    let totals = Totals { net: euro(2_000), tax: euro(380), total: euro(2_380) };
    let (card, address) = (Some(card().into()), Some(address()));
    let event = Event::CartCheckedOut { owner: account('a'), lines: vec![line], totals, card, address };
    [with_mugs(), vec![event]].concat()
}

#[test]
fn a_cart_is_opened_once() {
    given::<Cart>([]).when(by_owner(Action::Open)).then(opened());
    given::<Cart>(opened()).when(by_owner(Action::Open)).then_nothing();
}

#[test]
fn a_foreign_cart_does_not_exist() {
    for action in [Action::Clear, Action::Open, Action::RemoveItem { sku: sku("mug") }] {
        given::<Cart>(with_mugs()).when(Command { by: account('b'), action }).then_refused(Refusal::UnknownCart);
    }
    given::<Cart>([]).when(by_owner(Action::Clear)).then_refused(Refusal::UnknownCart);
}

#[test]
fn only_a_listed_product_goes_into_a_cart() {
    given::<Cart>(opened()).when(add("mug", 2, Offer::At(euro(1_299)))).then([added("mug", 2, 1_299)]);
    given::<Cart>(opened()).when(add("mug", 2, Offer::NotListed)).then_refused(Refusal::ProductNotListed(sku("mug")));
    given::<Cart>(opened()).when(add("mug", 2, Offer::Unknown)).then_refused(Refusal::UnknownProduct(sku("mug")));
}

#[test]
fn a_line_and_a_cart_have_their_limits() {
    given::<Cart>(with_mugs()).when(add("mug", 998, Offer::At(euro(1)))).then([added("mug", 998, 1)]);
    given::<Cart>(with_mugs()).when(add("mug", 999, Offer::At(euro(1)))).then_refused(Refusal::QuantityTooLarge);
    let full: Vec<_> = (0..20).map(|number| added(&format!("sku-{number}"), 1, 1)).collect();
    let full = [opened(), full].concat();
    given::<Cart>(&full).when(add("mug", 1, Offer::At(euro(1)))).then_refused(Refusal::TooManyLines);
    given::<Cart>(&full).when(add("sku-3", 1, Offer::At(euro(1)))).then([added("sku-3", 1, 1)]);
}

#[test]
fn a_quantity_is_changed_where_there_is_a_line() {
    let change = |name: &str, number| by_owner(Action::ChangeQuantity { sku: sku(name), quantity: quantity(number) });
    let changed = Event::QuantityChanged { sku: sku("mug"), quantity: quantity(5) };
    given::<Cart>(with_mugs()).when(change("mug", 5)).then([changed]);
    given::<Cart>(with_mugs()).when(change("mug", 2)).then_nothing();
    given::<Cart>(with_mugs()).when(change("cup", 2)).then_refused(Refusal::ItemNotInCart(sku("cup")));
}

#[test]
fn removing_and_clearing_happen_once() {
    let remove = by_owner(Action::RemoveItem { sku: sku("mug") });
    given::<Cart>(with_mugs()).when(remove.clone()).then([Event::ItemRemoved { sku: sku("mug") }]);
    given::<Cart>(opened()).when(remove).then_nothing();
    given::<Cart>(with_mugs()).when(by_owner(Action::Clear)).then([Event::CartCleared {}]);
    given::<Cart>(opened()).when(by_owner(Action::Clear)).then_nothing();
}

#[test]
fn checkout_freezes_the_price_of_the_moment_and_keeps_what_was_chosen() {
    let checkout = check_out(&[("mug", Offer::At(euro(1_000)))]);
    given::<Cart>(with_mugs()).when(checkout.clone()).then(&checked_out()[2..]);
    given::<Cart>(checked_out()).when(checkout).then_nothing();
}

#[test]
fn a_total_that_has_risen_is_refused_with_the_new_one() {
    let risen = || [("mug", Offer::At(euro(1_000)))];
    let refused = given::<Cart>(with_mugs()).when(check_out_at(Some(euro(2_379)), &risen()));
    refused.then_refused(Refusal::TotalHasRisen { total: euro(2_380) });
    let elsewhere = Money::new(2_380, Currency::USD).unwrap();
    let refused = given::<Cart>(with_mugs()).when(check_out_at(Some(elsewhere), &risen()));
    refused.then_refused(Refusal::TotalHasRisen { total: euro(2_380) });
    for shown in [2_380, 5_000] {
        let checked_out = [checked_out().pop().unwrap()];
        given::<Cart>(with_mugs()).when(check_out_at(Some(euro(shown)), &risen())).then(checked_out);
    }
    let refusal = Refusal::TotalHasRisen { total: euro(2_380) };
    assert_eq!(
        foldlog::Refusal::members(&refusal),
        [("total", serde_json::json!({ "amount": 2_380, "currency": "EUR" }))]
    );
    assert!(refusal.to_string().contains("23.80 EUR"), "{refusal}");
}

#[test]
fn what_cannot_be_sold_cannot_be_checked_out() {
    given::<Cart>(opened()).when(check_out(&[])).then_refused(Refusal::CartEmpty);
    given::<Cart>(with_mugs())
        .when(check_out(&[("mug", Offer::NotListed)]))
        .then_refused(Refusal::ProductNotListed(sku("mug")));
    given::<Cart>(with_mugs()).when(check_out(&[])).then_refused(Refusal::UnknownProduct(sku("mug")));
    given::<Cart>([opened(), vec![added("mug", 1_000, 1)]].concat())
        .when(check_out(&[("mug", Offer::At(euro(Money::MOST)))]))
        .then_refused(Refusal::TotalTooLarge);
}

#[test]
fn a_checked_out_cart_takes_no_change() {
    let commands = [
        add("mug", 1, Offer::At(euro(1))),
        by_owner(Action::Clear),
        by_owner(Action::RemoveItem { sku: sku("mug") }),
        by_owner(Action::ChangeQuantity { sku: sku("mug"), quantity: quantity(1) }),
    ];
    for command in commands {
        given::<Cart>(checked_out()).when(command).then_refused(Refusal::CartCheckedOut);
    }
}

#[test]
fn a_second_checkout_that_chooses_otherwise_is_refused() {
    let again = |card: Option<CardId>, address: Option<AddressId>| {
        let tax_rate = "1900".parse().unwrap();
        let (offers, categories) = (BTreeMap::new(), BTreeMap::new());
        by_owner(Action::CheckOut { offers, categories, tax_rate, card, address, shown: None })
    };
    given::<Cart>(checked_out()).when(again(Some(card()), Some(address()))).then_nothing();
    given::<Cart>(checked_out()).when(again(None, None)).then_nothing();
    let (other_card, other_address) = ("cb".repeat(16).parse().unwrap(), "ae".repeat(16).parse().unwrap());
    given::<Cart>(checked_out()).when(again(Some(other_card), None)).then_refused(Refusal::CheckedOutOtherwise);
    given::<Cart>(checked_out()).when(again(None, Some(other_address))).then_refused(Refusal::CheckedOutOtherwise);
}

#[test]
fn an_older_checkout_by_a_token_chose_the_card_of_that_token() {
    let token: crate::values::CardToken = "tok_ok".parse().unwrap();
    let mut events = checked_out();
    if let Some(Event::CartCheckedOut { card, .. }) = events.last_mut() {
        *card = Some("tok_ok".parse().unwrap());
    }
    let State::CheckedOut { card, .. } = foldlog::write::decider::fold::<Cart>(State::default(), &events) else {
        panic!("it is checked out");
    };
    assert_eq!(card, Some(token.id()));
}
