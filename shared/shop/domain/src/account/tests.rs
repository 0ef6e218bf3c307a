//! The account's rules, as given / when / then.

use super::*;
use crate::order::{Failure, Placement};
use crate::values::{Address, AddressId, Means, Money, Totals};
use foldlog::write::decider::fold;
use foldlog_testing::specification::given;

fn profile(name: &str) -> Personal<Profile> {
    Personal::Clear(Profile { name: name.parse().unwrap(), email: "ada@example.org".parse().unwrap() })
}

fn address_id(digit: char) -> AddressId {
    digit.to_string().repeat(32).parse().unwrap()
}

fn entry(digit: char, kind: AddressKind) -> Entry {
    let lines = vec!["Allee 1".parse().unwrap()];
    let address = Address::new(lines, "Bonn".parse().unwrap(), "53113".parse().unwrap(), "DE".parse().unwrap());
    Entry { id: address_id(digit), kind, address: Personal::Clear(address.unwrap()) }
}

fn card(token: &str) -> Card {
    Card {
        token: Personal::Clear(token.parse().unwrap()),
        brand: Personal::Clear("Visa".parse().unwrap()),
        last4: Personal::Clear("4242".parse().unwrap()),
    }
}

fn opened() -> Vec<Event> {
    vec![Event::AccountOpened { profile: profile("Ada") }]
}

fn active(events: &[Event]) -> Vec<Event> {
    [&opened(), &[Event::AccountConfirmed {}, Event::AccountActivated {}][..], events].concat()
}

fn order(card: Option<&str>, address: Option<AddressId>, amount: i64) -> Placement {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    Placement {
        account: "a1".repeat(16).parse().unwrap(),
        lines: vec![],
        totals: Totals { net: euro(amount), tax: euro(0), total: euro(amount) },
        card: card.map(|choice| choice.parse().unwrap()),
        address,
    }
}

fn means(events: &[Event], order: &Placement) -> Result<Means, Failure> {
    fold::<Account>(State::default(), events).means(order)
}

fn with(card: Option<&str>, address: Option<AddressId>) -> Means {
    Means { card: card.map(|token| Personal::Clear(token.parse().unwrap())), address }
}

#[test]
fn an_account_is_opened_once() {
    given::<Account>([]).when(Command::Open(profile("Ada"))).then(opened());
    given::<Account>(opened()).when(Command::Open(profile("Ada"))).then_nothing();
    given::<Account>(opened()).when(Command::Open(profile("Eve"))).then_refused(Refusal::AccountAlreadyOpen);
}

#[test]
fn an_account_is_confirmed_before_it_is_activated() {
    given::<Account>(opened()).when(Command::Activate).then_refused(Refusal::AccountNotConfirmed);
    given::<Account>(opened()).when(Command::Confirm).then([Event::AccountConfirmed {}]);
    let confirmed = [opened(), vec![Event::AccountConfirmed {}]].concat();
    given::<Account>(&confirmed).when(Command::Activate).then([Event::AccountActivated {}]);
    given::<Account>(confirmed).when(Command::Suspend).then_refused(Refusal::AccountNotActive(Status::Confirmed));
}

#[test]
fn a_suspended_or_archived_account_takes_no_change_until_it_is_activated() {
    for (end, status) in
        [(Event::AccountSuspended {}, Status::Suspended), (Event::AccountArchived {}, Status::Archived)]
    {
        let over = active(&[end]);
        given::<Account>(&over).when(Command::AddCard(card("tok_ok"))).then_refused(Refusal::AccountLocked(status));
        given::<Account>(over).when(Command::Activate).then([Event::AccountActivated {}]);
    }
}

#[test]
fn addresses_and_cards_have_their_limits() {
    let addresses = (0..MOST_ADDRESSES).map(|number| {
        Event::AddressAdded(Entry { id: format!("{number:032x}").parse().unwrap(), ..entry('a', AddressKind::Billing) })
    });
    given::<Account>(active(&addresses.collect::<Vec<_>>()))
        .when(Command::AddAddress(entry('f', AddressKind::Shipping)))
        .then_refused(Refusal::TooManyAddresses);
    let cards = (0..MOST_CARDS).map(|number| Event::CardAdded(card(&format!("tok_{number}"))));
    given::<Account>(active(&cards.collect::<Vec<_>>()))
        .when(Command::AddCard(card("tok_more")))
        .then_refused(Refusal::TooManyCards);
}

#[test]
fn what_is_taken_down_is_removed_once_and_chosen_once() {
    let shipping = entry('a', AddressKind::Shipping);
    let with = active(&[Event::AddressAdded(shipping.clone()), Event::CardAdded(card("tok_ok"))]);
    given::<Account>(&with).when(Command::AddAddress(shipping)).then_nothing();
    given::<Account>(&with)
        .when(Command::AddAddress(entry('a', AddressKind::Billing)))
        .then_refused(Refusal::AddressTaken);
    let chosen = Event::DefaultAddressChosen { id: address_id('a') };
    given::<Account>(&with).when(Command::ChooseAddress { id: address_id('a') }).then([chosen]);
    given::<Account>(&with).when(Command::ChooseAddress { id: address_id('b') }).then_refused(Refusal::UnknownAddress);
    let other = Card { last4: Personal::Clear("1111".parse().unwrap()), ..card("tok_ok") };
    given::<Account>(&with).when(Command::AddCard(other)).then_refused(Refusal::CardTaken);
    let id = card("tok_ok").id();
    given::<Account>(&with).when(Command::RemoveCard { id: id.clone() }).then([Event::CardRemoved { id: id.clone() }]);
    let without = [with, vec![Event::CardRemoved { id: id.clone() }]].concat();
    given::<Account>(&without).when(Command::RemoveCard { id: id.clone() }).then_nothing();
    given::<Account>(without).when(Command::ChooseCard { id }).then_refused(Refusal::UnknownCard);
}

#[test]
fn what_was_removed_is_not_chosen_any_more_when_it_comes_back() {
    let (one, two) = (card("tok_one"), card("tok_two"));
    let cards = [
        Event::CardAdded(one),
        Event::CardAdded(two.clone()),
        Event::DefaultCardChosen { id: two.id() },
        Event::CardRemoved { id: two.id() },
        Event::CardAdded(two.clone()),
    ];
    assert_eq!(means(&active(&cards), &order(None, None, 1)), Ok(with(Some("tok_one"), None)));
    let choose = Command::ChooseCard { id: two.id() };
    given::<Account>(active(&cards)).when(choose).then([Event::DefaultCardChosen { id: two.id() }]);
    let (first, second) = (entry('a', AddressKind::Shipping), entry('b', AddressKind::Shipping));
    let addresses = [
        Event::AddressAdded(first),
        Event::AddressAdded(second.clone()),
        Event::DefaultAddressChosen { id: second.id.clone() },
        Event::AddressRemoved { id: second.id.clone() },
        Event::AddressAdded(second),
    ];
    assert_eq!(means(&active(&addresses), &order(None, None, 0)), Ok(with(None, Some(address_id('a')))));
}

#[test]
fn an_order_is_paid_with_what_was_chosen_or_else_the_default() {
    let one = active(&[Event::CardAdded(card("tok_one")), Event::CardAdded(card("tok_two"))]);
    assert_eq!(means(&one, &order(None, None, 1)), Ok(with(Some("tok_one"), None)));
    let id = card("tok_two").id();
    assert_eq!(means(&one, &order(Some(id.as_str()), None, 1)), Ok(with(Some("tok_two"), None)));
    assert_eq!(means(&one, &order(Some("tok_other"), None, 1)), Ok(with(Some("tok_other"), None)));
    let chosen = [one, vec![Event::DefaultCardChosen { id: id.clone() }]].concat();
    assert_eq!(means(&chosen, &order(None, None, 1)), Ok(with(Some("tok_two"), None)));
    let removed = [chosen, vec![Event::CardRemoved { id: id.clone() }]].concat();
    assert_eq!(means(&removed, &order(None, None, 1)), Ok(with(Some("tok_one"), None)));
    assert_eq!(means(&removed, &order(Some(id.as_str()), None, 1)), Err(Failure::NoCard));
    assert_eq!(means(&active(&[]), &order(None, None, 1)), Err(Failure::NoCard));
    assert_eq!(means(&active(&[]), &order(None, None, 0)), Ok(with(None, None)));
}

#[test]
fn an_order_is_sent_to_a_shipping_address_of_the_account() {
    let added = |digit, kind| Event::AddressAdded(entry(digit, kind));
    let both = active(&[added('a', AddressKind::Billing), added('b', AddressKind::Shipping)]);
    assert_eq!(means(&both, &order(None, None, 0)), Ok(with(None, Some(address_id('b')))));
    for other in ['a', 'c'] {
        assert_eq!(means(&both, &order(None, Some(address_id(other)), 0)), Err(Failure::UnknownAddress));
    }
    let chosen = [both, vec![added('c', AddressKind::Shipping)]].concat();
    assert_eq!(means(&chosen, &order(None, Some(address_id('c')), 0)), Ok(with(None, Some(address_id('c')))));
    let chosen = [chosen, vec![Event::DefaultAddressChosen { id: address_id('c') }]].concat();
    assert_eq!(means(&chosen, &order(None, None, 0)), Ok(with(None, Some(address_id('c')))));
}

#[test]
fn only_an_active_account_buys() {
    let before = [opened(), [opened(), vec![Event::AccountConfirmed {}]].concat()];
    let after = [active(&[Event::AccountSuspended {}]), active(&[Event::AccountArchived {}]), vec![]];
    for events in before.iter().chain(&after) {
        assert_eq!(means(events, &order(None, None, 0)), Err(Failure::AccountNotActive), "{events:?}");
    }
}

#[test]
fn an_account_without_open_orders_is_closed_for_ever_whatever_its_status() {
    let close = |has_open_orders| Command::Close { has_open_orders };
    given::<Account>([]).when(close(false)).then_refused(Refusal::UnknownAccount);
    let suspended = active(&[Event::AccountSuspended {}]);
    for before in [opened(), active(&[]), suspended, active(&[Event::AccountArchived {}])] {
        given::<Account>(before.clone()).when(close(true)).then_refused(Refusal::OpenOrders);
        given::<Account>(before.clone()).when(close(false)).then([Event::AccountClosed {}]);
        let closed = [before, vec![Event::AccountClosed {}]].concat();
        given::<Account>(closed.clone()).when(close(true)).then_nothing();
        for command in [Command::Confirm, Command::Activate, Command::Open(profile("Ada"))] {
            given::<Account>(closed.clone()).when(command).then_refused(Refusal::AccountClosed);
        }
        assert_eq!(means(&closed, &order(None, None, 0)), Err(Failure::AccountNotActive));
    }
}
