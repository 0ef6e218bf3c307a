//! What rows show, and by what they are found.

use super::order::{StatusName, status_partition};
use super::*;
use crate::order::{Event, Failure, Placement};
use crate::values::{Means, Money, Personal, Profile, ShipmentId, Totals};
use crate::{account as accounts, invoice as invoices, order as orders, shipment as shipments};
use foldlog::read::projection::EventOf;
use foldlog::{
    Actor, CommandId, Commit, Correlation, Decider, Digest, Events, Hash, Projection, Recorded, StreamName, Timestamp,
    Version,
};
use std::collections::BTreeMap;

/// The document after these events of a stream with this id, each in a commit of its own, a second apart.
fn document<P: Projection>(id: &str, events: impl IntoIterator<Item = EventOf<P>>) -> P::Document {
    let stream = StreamName::new(P::Decider::CATEGORY, id).unwrap();
    let actor = Actor("test".to_owned());
    let apply = |document, (number, event): (u32, _)| {
        let (version, committed_at) = (Version(number.into()), Timestamp(i64::from(number) * 1_000));
        P::apply(document, &Recorded { event, stream: &stream, version, committed_at, actor: &actor })
    };
    (1..).zip(events).fold(None, apply).unwrap()
}

fn found<P: Projection>(document: &P::Document) -> BTreeMap<&'static str, String> {
    P::index(document).into_iter().collect()
}

fn placed() -> Event {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    Event::OrderPlaced(Placement {
        account: "a".repeat(32).parse().unwrap(),
        lines: vec![],
        totals: Totals { net: euro(1), tax: euro(0), total: euro(1) },
        card: None,
        address: None,
    })
}

#[test]
fn an_order_shows_when_it_took_each_status_and_is_found_by_the_last() {
    use StatusName::{Confirmed, Delivered, Pending, Purchased, Shipped};
    let events = [
        placed(),
        Event::AccountConnected(Means::default()),
        Event::ReservationRequested {},
        Event::ReservationSucceeded {},
        Event::PaymentConnected {},
        Event::PaymentSucceeded {},
        Event::OrderConfirmed {},
        Event::OrderShipped { tracking: BTreeMap::new() },
        Event::OrderDelivered {},
    ];
    let id = "b".repeat(32);
    let whole = document::<order::View>(&id, events.clone());
    let timeline: Vec<_> = whole.timeline.iter().map(|step| (step.status, step.at.0 / 1_000)).collect();
    assert_eq!(timeline, [(Purchased, 1), (Pending, 3), (Confirmed, 7), (Shipped, 8), (Delivered, 9)]);
    for (count, status) in [(1, Purchased), (5, Pending), (9, Delivered)] {
        let found = found::<order::View>(&document::<order::View>(&id, events[..count].to_vec()));
        assert_eq!(found[order::STATUS], status_partition(status, shard(&id, order::SHARDS)));
        assert_eq!(found[order::PLACED], format!("1970-01-01T00:00:01.000Z#{id}"));
        assert_eq!(found[order::ACCOUNT], "a".repeat(32));
    }
    assert_eq!(status_partition(Shipped, 3), "SHIPPED/3");
}

#[test]
fn an_order_that_failed_says_so() {
    let failed = Event::OrderFailed { reason: Failure::AccountNotActive };
    let document = document::<order::View>(&"b".repeat(32), [placed(), failed]);
    assert_eq!(document.timeline.last().unwrap().status, StatusName::Failed);
}

#[test]
fn an_account_shows_no_token_and_names_its_cards() {
    let profile = Profile { name: "Ada".parse().unwrap(), email: "ada@example.org".parse().unwrap() };
    let card = |token: &str| crate::values::Card {
        token: Personal::Clear(token.parse().unwrap()),
        brand: Personal::Clear("Visa".parse().unwrap()),
        last4: Personal::Clear("4242".parse().unwrap()),
    };
    let (one, two) = (card("tok_secret_one"), card("tok_secret_two"));
    let events = [
        accounts::Event::AccountOpened { profile: Personal::Clear(profile) },
        accounts::Event::CardAdded(one.clone()),
        accounts::Event::CardAdded(two.clone()),
        accounts::Event::DefaultCardChosen { id: two.id() },
        accounts::Event::CardRemoved { id: one.id() },
    ];
    let whole = document::<account::View>(&"a".repeat(32), events.clone());
    assert!(!serde_json::to_string(&whole).unwrap().contains("secret"));
    let ids: Vec<_> = whole.account.cards.iter().map(|card| card.id.clone()).collect();
    assert_eq!(ids, [two.id()]);
    assert_eq!(whole.account.default_card().map(|card| &card.id), Some(&two.id()));
    let before = document::<account::View>(&"a".repeat(32), events[..3].to_vec());
    assert_eq!(before.account.default_card().map(|card| &card.id), Some(&one.id()), "the one longest there");
}

#[test]
fn a_shipment_is_found_by_its_order() {
    let (order, warehouse) = ("b".repeat(32).parse().unwrap(), "berlin".parse().unwrap());
    let id = ShipmentId::of(&order, &warehouse);
    let consignment = shipments::Consignment {
        order: order.clone(),
        warehouse: warehouse.clone(),
        account: "a".repeat(32).parse().unwrap(),
        address: None,
        contents: BTreeMap::new(),
    };
    let events = [
        shipments::Event::ShipmentCreated(consignment.clone()),
        shipments::Event::ShipmentDispatched { order, warehouse, tracking: Some("1Z".parse().unwrap()) },
    ];
    let document = document::<shipment::View>(id.as_str(), events);
    assert_eq!(document.id, id);
    let status = shipments::Status::Dispatched { tracking: Some("1Z".parse().unwrap()) };
    assert_eq!(document.state, shipments::State::Created { consignment, status });
    let found = found::<shipment::View>(&document);
    assert_eq!((found[shipment::ORDER].as_str(), found[shipment::WAREHOUSE].as_str()), (&*"b".repeat(32), "berlin"));
}

#[test]
fn an_invoice_shows_when_it_was_issued_and_what_became_of_it() {
    let Event::OrderPlaced(Placement { account, lines, totals, .. }) = placed() else { panic!("not placed") };
    let bill = invoices::Bill { account, lines, totals };
    let events = [invoices::Event::InvoiceIssued(bill.clone()), invoices::Event::InvoiceSent {}];
    let document = document::<invoice::View>(&"b".repeat(32), events);
    assert_eq!((document.order.as_str(), document.issued_at), (&*"b".repeat(32), Timestamp(1_000)));
    let (status, credit_notes) = (invoices::Status::Sent, vec![]);
    assert_eq!(document.state, invoices::State::Issued { bill, status, credit_notes });
}

#[test]
fn an_order_that_took_goods_back_stays_delivered_and_is_found_by_the_moment() {
    let back = |number| {
        let goods = [("mug".parse().unwrap(), 1.try_into().unwrap())].into();
        let (refund, reason) = (Money::new(0, "EUR".parse().unwrap()).unwrap(), "too big".parse().unwrap());
        Event::GoodsReturned(orders::Return { number, goods, refund, warehouse: None, reason })
    };
    let delivered = [
        placed(),
        Event::OrderConfirmed {},
        Event::OrderShipped { tracking: BTreeMap::new() },
        Event::OrderDelivered {},
    ];
    let id = "b".repeat(32);
    let arrived = document::<order::View>(&id, delivered.clone());
    assert!(!found::<order::View>(&arrived).contains_key(order::MOVED));
    // The loss of a payment ends the wait for what people did about it, and not that for a return.
    let lost = Event::PaymentLost { reason: orders::Loss::Refunded };
    let later = delivered.into_iter().chain([back(1), back(2), lost]);
    let document = document::<order::View>(&id, later);
    assert_eq!(document.timeline.len(), arrived.timeline.len() + 1, "the debt");
    assert_eq!(document.returned_at, [Timestamp(5_000), Timestamp(6_000)]);
    assert_eq!(found::<order::View>(&document)[order::MOVED_AT], format!("1970-01-01T00:00:06.000Z#{id}"));
}

/// Commits of a stream that belong to these: the server's id, and the client's.
fn commits(correlations: &[(&str, Option<&str>)]) -> Vec<Commit> {
    let events =
        || Events::parse(r#"[{"schema":1,"type":"Any","data":{}},{"schema":1,"type":"Any","data":{}}]"#.into());
    let commit = |(nth, (id, client)): (u64, &(&str, Option<&str>))| Commit {
        stream: "cart-1".parse().unwrap(),
        version: Version(1 + 2 * nth),
        events: events().unwrap(),
        id: CommandId::stored(nth.to_string()),
        digest: Digest([0; 32]),
        committed_at: Timestamp(1_000),
        correlation: Correlation { id: (*id).to_owned(), client: client.map(ToOwned::to_owned) },
        causation: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
        hash: Hash::ORIGIN,
    };
    (0..).zip(correlations).map(commit).collect()
}

#[test]
fn a_run_is_found_by_what_its_first_commit_belongs_to_however_commits_are_folded_together() {
    let correlations = [
        ("one", None),
        ("one", None),
        ("two", Some("mine/a@b")),
        ("one", None),
        ("three", Some("three")),
        ("three", None),
    ];
    let commits = commits(&correlations);
    let expected = ["one/cart-1@1", "two/cart-1@5", "mine/a@b/cart-1@5", "one/cart-1@7", "three/cart-1@9"];
    for size in 1..=commits.len() {
        let (mut row, mut keys) = (None, vec![]);
        for together in commits.chunks(size) {
            for (key, link) in activity::View.pointers(row.as_ref(), together) {
                let first = activity::run_of(&key).unwrap();
                assert_eq!((first.stream.as_str(), first.version), ("cart-1", link.version));
                let id = key.strip_suffix(&format!("/{first}")).unwrap();
                assert_eq!(link.index[activity::CORRELATION], id);
                assert_eq!(link.index[activity::BEGUN], format!("1970-01-01T00:00:01.000Z#{first}"));
                keys.push(key);
            }
            row = activity::View.fold(row.as_ref(), together).row;
        }
        assert_eq!(keys, expected, "{size} at a time");
    }
}
