//! What any event of the shop keeps when it is stored, with any content; and what any payload of an earlier schema
//! becomes.

pub(crate) mod events;
pub(crate) mod processes;
mod readers;
mod values;

use foldlog::write::event::schema_of;
use foldlog::{Decider, DecodeError, Events, Named};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};
use shop_domain::{
    access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse,
};
use std::collections::BTreeSet;
use std::fmt::Debug;
use strum::VariantNames;

/// Stored events read back as the same events, through the check of every stored commit. Readers of their schema, and
/// of the schema before, find the fields that they need.
fn reads_back<D: Decider<Event: Debug + PartialEq>>(events: &[D::Event]) -> TestCaseResult {
    let stored = Events::encode(events).unwrap();
    let read = Events::parse(stored.text().to_owned()).unwrap();
    prop_assert_eq!(read.count(), events.len() as u64);
    let decoded = read.decode::<D::Event>();
    prop_assert_eq!(decoded.as_deref(), Ok(events));
    let records = read.records().unwrap();
    let schemas = records.iter().map(|record| record.schema);
    prop_assert!(schemas.eq(events.iter().map(|event| schema_of::<D::Event>(event.name()))));
    let complaints: Vec<_> = records.iter().flat_map(|record| readers::complaints(D::CATEGORY, record)).collect();
    prop_assert!(complaints.is_empty(), "{:?}", complaints);
    Ok(())
}

/// Any events of a stream read back, and none of its types is left out. The number of tries leaves one out about once in
/// 10¹⁰.
fn all_read_back<D: Decider<Event: Debug + PartialEq>>(any: impl Strategy<Value = D::Event>) {
    let mut runner = TestRunner::deterministic();
    let names: BTreeSet<_> = (0..1_100).map(|_| any.new_tree(&mut runner).unwrap().current().name()).collect();
    assert_eq!(names, D::Event::VARIANTS.iter().copied().collect());
    TestRunner::default().run(&vec(any, 1..5), |events| reads_back::<D>(&events)).unwrap();
}

#[test]
fn any_events_read_back() {
    all_read_back::<access::Access>(events::of_access());
    all_read_back::<account::Account>(events::of_account());
    all_read_back::<audit::Audit>(events::of_audit());
    all_read_back::<cart::Cart>(events::of_cart());
    all_read_back::<fulfilment::Fulfilment>(processes::of_fulfilment());
    all_read_back::<invoice::Invoice>(events::of_invoice());
    all_read_back::<order::Order>(events::of_order());
    all_read_back::<payment::Payment>(events::of_payment());
    all_read_back::<product::Product>(events::of_product());
    all_read_back::<shipment::Shipment>(events::of_shipment());
    all_read_back::<stock::Stock>(events::of_stock());
    all_read_back::<warehouse::Warehouse>(events::of_warehouse());
}

fn decode(name: &str, schema: u32, data: &Value) -> Result<Vec<stock::Event>, DecodeError> {
    Events::parse(json!([{ "type": name, "schema": schema, "data": data }]).to_string())?.decode()
}

proptest! {
    #[test]
    fn what_came_in_before_delivery_notes_were_taken_down_came_without(
        quantity in values::quantity(), note in prop::option::of(values::line_of_prose()),
    ) {
        let today = decode("StockReceived", 2, &json!({ "quantity": quantity, "delivery_note": null }));
        prop_assert_eq!(&today, &Ok(vec![stock::Event::StockReceived { quantity, delivery_note: None }]));
        prop_assert_eq!(decode("StockReceived", 1, &json!({ "quantity": quantity })), today);
        let noted = decode("StockReceived", 2, &json!({ "quantity": quantity, "delivery_note": note }));
        prop_assert_eq!(noted, Ok(vec![stock::Event::StockReceived { quantity, delivery_note: note }]));
    }

    #[test]
    fn a_reservation_from_before_it_had_an_identity_holds_all_that_was_asked(order in values::id(), quantity in values::quantity()) {
        let today = json!({ "order": order, "reservation": null, "quantity": quantity, "asked": quantity });
        let today = decode("StockReserved", 2, &today);
        prop_assert_eq!(decode("StockReserved", 1, &json!({ "order": order, "quantity": quantity })), today.clone());
        prop_assert_eq!(today, Ok(vec![stock::Event::StockReserved { order, reservation: None, quantity, asked: quantity }]));
    }

    #[test]
    fn a_count_from_before_causes_were_told_apart_was_a_miscount(on_hand: u64, reason in values::prose()) {
        let cause = stock::Discrepancy::Miscount;
        let today = decode("StockAdjusted", 2, &json!({ "on_hand": on_hand, "cause": "miscount", "reason": reason }));
        prop_assert_eq!(decode("StockAdjusted", 1, &json!({ "on_hand": on_hand, "reason": reason })), today.clone());
        prop_assert_eq!(today, Ok(vec![stock::Event::StockAdjusted { on_hand, cause, reason }]));
    }
}

#[test]
fn a_broken_payload_of_an_earlier_schema_is_an_error_with_its_name() {
    for data in [json!(null), json!([]), json!("98"), json!({}), json!({ "quantity": 0, "on_hand": -1 })] {
        for broken in ["StockReceived", "StockReserved", "StockAdjusted"] {
            let read = decode(broken, 1, &data);
            assert!(matches!(&read, Err(DecodeError::Malformed { name, .. }) if name == broken), "{data}: {read:?}");
        }
    }
}

#[test]
fn a_schema_from_a_later_release_is_an_error_with_its_name() {
    let newer = decode("StockReceived", 3, &json!({ "quantity": 1, "delivery_note": null }));
    assert_eq!(newer, Err(DecodeError::NewerSchema { name: "StockReceived".to_owned(), schema: 3, known: 2 }));
    let unknown = decode("StockBurnt", 1, &json!({}));
    assert_eq!(unknown, Err(DecodeError::UnknownType("StockBurnt".to_owned())));
}
