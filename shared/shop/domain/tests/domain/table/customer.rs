//! What customers move: accounts, carts, payments and invoices.

use crate::table::samples::{account, card, entry, euro, line, profile, totals};
use crate::table::{Kinds, walk};
use shop_domain::values::Personal;
use shop_domain::{account, cart, invoice, payment};
use std::slice::from_ref;
use strum::VariantNames;

#[test]
fn an_account_in_every_state_takes_every_command() {
    use account::{Account, Command, Event, MOST_ADDRESSES, MOST_CARDS, State, Status};
    let states = Kinds::new(&[&["Unopened"], Status::VARIANTS].concat(), |state: &State| match state {
        State::Unopened => "Unopened".to_owned(),
        State::Opened(account) => <&str>::from(account.status).to_owned(),
    });
    let opened = |events: &[Event]| {
        let filled = [
            Event::AccountOpened { profile: profile("Ada") },
            Event::AddressAdded(entry(1, "Bonn")),
            Event::DefaultAddressChosen { id: entry(1, "Bonn").id },
            Event::AddressAdded(entry(2, "Bonn")),
            Event::CardAdded(card(1, "4242")),
            Event::DefaultCardChosen { id: card(1, "4242").id() },
            Event::CardAdded(card(2, "4242")),
        ];
        [&filled, events].concat()
    };
    let (confirmed, activated) = (Event::AccountConfirmed {}, Event::AccountActivated {});
    let full: Vec<_> = (3..=MOST_ADDRESSES)
        .map(|number| Event::AddressAdded(entry(number, "Bonn")))
        .chain((3..=MOST_CARDS).map(|number| Event::CardAdded(card(number, "4242"))))
        .chain([confirmed.clone(), activated.clone()])
        .collect();
    let histories = vec![
        ("", vec![]),
        ("", opened(&[])),
        ("", opened(from_ref(&confirmed))),
        ("", opened(&[confirmed.clone(), activated.clone()])),
        ("full", opened(&full)),
        ("", opened(&[confirmed.clone(), activated.clone(), Event::AccountSuspended {}])),
        ("", opened(&[confirmed.clone(), activated.clone(), Event::AccountArchived {}])),
        ("", opened(&[confirmed, activated, Event::AccountClosed {}])),
    ];
    let address = |number| entry(number, "Bonn").id;
    let card_id = |number| card(number, "4242").id();
    let examples = [
        ("", Command::Open(profile("Ada"))),
        ("for another", Command::Open(profile("Eve"))),
        ("", Command::Confirm),
        ("", Command::Activate),
        ("", Command::Suspend),
        ("", Command::Archive),
        ("", Command::Close { has_open_orders: false }),
        ("with open orders", Command::Close { has_open_orders: true }),
        ("new", Command::AddAddress(entry(99, "Bonn"))),
        ("there", Command::AddAddress(entry(1, "Bonn"))),
        ("elsewhere", Command::AddAddress(entry(1, "Berlin"))),
        ("there", Command::RemoveAddress { id: address(1) }),
        ("unknown", Command::RemoveAddress { id: address(99) }),
        ("chosen", Command::ChooseAddress { id: address(1) }),
        ("other", Command::ChooseAddress { id: address(2) }),
        ("unknown", Command::ChooseAddress { id: address(99) }),
        ("new", Command::AddCard(card(99, "4242"))),
        ("there", Command::AddCard(card(1, "4242"))),
        ("with other digits", Command::AddCard(card(1, "1111"))),
        ("there", Command::RemoveCard { id: card_id(1) }),
        ("unknown", Command::RemoveCard { id: card_id(99) }),
        ("chosen", Command::ChooseCard { id: card_id(1) }),
        ("other", Command::ChooseCard { id: card_id(2) }),
        ("unknown", Command::ChooseCard { id: card_id(99) }),
    ];
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Account>(&states, histories, &commands, &examples);
}

#[test]
fn a_cart_in_every_state_takes_every_command() {
    use cart::{Action, Cart, Command, Event, MOST_LINES, Offer, State};
    let opened = Event::CartOpened { owner: account('a') };
    let added = |sku: &str, quantity: u64| Event::ItemAdded {
        sku: sku.parse().unwrap(),
        quantity: quantity.try_into().unwrap(),
        unit_price: euro(100),
    };
    let full = (0..MOST_LINES).map(|number| added(&format!("sku-{number}"), 1));
    let histories = vec![
        ("", vec![]),
        ("empty", vec![opened.clone()]),
        ("", vec![opened.clone(), added("mug", 2)]),
        ("full", [opened.clone()].into_iter().chain(full).collect()),
        (
            "",
            vec![
                opened,
                added("mug", 2),
                Event::CartCheckedOut {
                    owner: account('a'),
                    lines: vec![line("mug", 2)],
                    totals: totals(200),
                    card: None,
                    address: None,
                },
            ],
        ),
    ];
    let sku = || "mug".parse().unwrap();
    let add = |quantity: u64, offer| Action::AddItem { sku: sku(), quantity: quantity.try_into().unwrap(), offer };
    let change = |quantity: u64| Action::ChangeQuantity { sku: sku(), quantity: quantity.try_into().unwrap() };
    let shown = |shown, offer| Action::CheckOut {
        offers: [(sku(), offer)].into(),
        categories: [].into(),
        tax_rate: "1900".parse().unwrap(),
        card: None,
        address: None,
        shown: Some(euro(shown)),
    };
    let check_out = |offer| shown(1_000_000_000, offer);
    let with_card = |offer| {
        let Action::CheckOut { offers, categories, tax_rate, address, shown, .. } = check_out(offer) else {
            panic!("another action")
        };
        let card = Some("ca".repeat(16).parse().unwrap());
        Action::CheckOut { offers, categories, tax_rate, card, address, shown }
    };
    let at = |amount| Offer::At(euro(amount));
    let by = |digit, action| Command { by: account(digit), action };
    let examples = [
        ("", by('a', Action::Open)),
        ("by another", by('b', Action::Open)),
        ("", by('a', add(1, at(100)))),
        ("too many", by('a', add(999, at(100)))),
        ("not listed", by('a', add(1, Offer::NotListed))),
        ("unknown", by('a', add(1, Offer::Unknown))),
        ("by another", by('b', add(1, at(100)))),
        ("", by('a', change(3))),
        ("to the same", by('a', change(2))),
        ("by another", by('b', change(3))),
        ("", by('a', Action::RemoveItem { sku: sku() })),
        ("by another", by('b', Action::RemoveItem { sku: sku() })),
        ("", by('a', Action::Clear)),
        ("by another", by('b', Action::Clear)),
        ("", by('a', check_out(at(100)))),
        ("with a card", by('a', with_card(at(100)))),
        ("too dear", by('a', check_out(at(1_000_000_000)))),
        ("not listed", by('a', check_out(Offer::NotListed))),
        ("unknown", by('a', check_out(Offer::Unknown))),
        ("shown less", by('a', shown(1, at(100)))),
        ("by another", by('b', check_out(at(100)))),
    ];
    let states = Kinds::new(State::VARIANTS, |state| <&str>::from(state).to_owned());
    let commands = Kinds::new(Action::VARIANTS, |command: &Command| <&str>::from(&command.action).to_owned());
    walk::<Cart>(&states, histories, &commands, &examples);
}

#[test]
fn a_payment_in_every_state_takes_every_command() {
    use payment::{Answer, Charge, Command, Event, Hold, Payment, State, Status};
    let charge = |amount| Charge { amount: euro(amount), card: Personal::Clear("tok_ok".parse().unwrap()) };
    let reason = || "expired".parse().unwrap();
    let after = |events: &[Event]| [&[Event::PaymentCreated(charge(100))], events].concat();
    let (authorised, captured) = (Event::PaymentAuthorised { expires_at: None }, Event::PaymentCaptured {});
    let hold = |amount| Hold { amount: euro(amount), expires_at: None };
    let part = |number, amount| Event::PaymentPartlyRefunded { number, amount: euro(amount) };
    let refused = Event::PaymentPartialRefundFailed { number: 1, amount: euro(30), reason: reason() };
    let by_hand = Event::PaymentRefundedByHand { amount: euro(50), settles: None };
    let histories = vec![
        ("", vec![]),
        ("", after(&[])),
        ("", after(from_ref(&authorised))),
        ("", after(&[Event::PaymentDeclined { reason: reason() }])),
        ("", after(&[authorised.clone(), captured.clone()])),
        ("", after(&[authorised.clone(), Event::PaymentCaptureFailed { reason: reason() }])),
        ("", after(&[authorised.clone(), Event::PaymentVoided {}])),
        ("", after(&[authorised.clone(), captured.clone(), Event::PaymentRefunded {}])),
        ("", after(&[authorised.clone(), Event::PaymentLapsed { reason: reason() }])),
        ("", after(&[authorised.clone(), Event::PaymentDisputed { amount: euro(99) }])),
        ("", after(&[authorised.clone(), captured.clone(), Event::PaymentRefundFailed { reason: reason() }])),
        ("partly refunded", after(&[authorised.clone(), captured.clone(), part(1, 30)])),
        ("refunded in parts", after(&[authorised.clone(), captured.clone(), part(1, 30), part(2, 70)])),
        ("a part refused", after(&[authorised.clone(), captured.clone(), refused])),
        ("partly refunded by hand", after(&[authorised, captured, by_hand])),
    ];
    let create = |amount, answer| Command::Create { charge: charge(amount), answer };
    let examples = [
        ("", create(100, Answer::Unknown)),
        ("authorised", create(100, Answer::Authorised(hold(100)))),
        ("authorised with another amount", create(100, Answer::Authorised(hold(99)))),
        ("declined", create(100, Answer::Declined(reason()))),
        ("of another amount", create(99, Answer::Unknown)),
        ("", Command::Authorise(hold(100))),
        ("of another amount", Command::Authorise(hold(99))),
        ("", Command::Decline { reason: reason() }),
        ("", Command::Capture { amount: euro(100) }),
        ("of another amount", Command::Capture { amount: euro(99) }),
        ("", Command::FailCapture { reason: reason() }),
        ("", Command::Void),
        ("", Command::Refund),
        ("", Command::Lapse { reason: reason() }),
        ("", Command::FailRefund { reason: reason() }),
        ("first", Command::RefundPart { number: 1, amount: euro(30) }),
        ("second", Command::RefundPart { number: 2, amount: euro(70) }),
        ("first", Command::FailRefundPart { number: 1, amount: euro(30), reason: reason() }),
        ("half", Command::NoteRefundByHand { amount: euro(50) }),
    ];
    let states = Kinds::new(&[&["Uncreated"], Status::VARIANTS].concat(), |state: &State| match state {
        State::Uncreated => "Uncreated".to_owned(),
        State::Created { status, .. } => <&str>::from(status).to_owned(),
    });
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Payment>(&states, histories, &commands, &examples);
}

#[test]
fn an_invoice_in_every_state_takes_every_command() {
    use invoice::{Bill, Command, CreditNote, Event, Invoice, State, Status};
    let bill = |amount| Bill { account: account('a'), lines: vec![line("mug", 1)], totals: totals(amount) };
    let after = |events: &[Event]| [&[Event::InvoiceIssued(bill(100))], events].concat();
    let (sent, paid) = (Event::InvoiceSent {}, Event::InvoicePaid {});
    let credit = |number, amount| CreditNote { number, amount: euro(amount) };
    let note = |number, amount| Event::InvoicePartlyCredited(credit(number, amount));
    let histories = vec![
        ("", vec![]),
        ("", after(&[])),
        ("", after(from_ref(&sent))),
        ("", after(&[sent, paid])),
        ("", after(&[Event::InvoiceCredited {}])),
        ("", after(&[Event::InvoiceWrittenOff {}])),
        ("partly credited", after(&[note(1, 30)])),
        ("credited in parts", after(&[note(1, 30), note(2, 70)])),
    ];
    let examples = [
        ("", Command::Issue(bill(100))),
        ("of other totals", Command::Issue(bill(99))),
        ("", Command::Send),
        ("", Command::MarkPaid),
        ("", Command::Credit),
        ("", Command::WriteOff),
        ("first", Command::CreditPart(credit(1, 30))),
        ("second", Command::CreditPart(credit(2, 70))),
        ("too much", Command::CreditPart(credit(3, 101))),
    ];
    let states = Kinds::new(&[&["Unissued"], Status::VARIANTS].concat(), |state: &State| match state {
        State::Unissued => "Unissued".to_owned(),
        State::Issued { status, .. } => <&str>::from(status).to_owned(),
    });
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Invoice>(&states, histories, &commands, &examples);
}
