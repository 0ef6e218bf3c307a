//! What any event of the shop keeps when it is stored, with any content; and what any payload of an earlier schema
//! becomes.

mod events;
mod processes;
mod readers;
mod values;

use foldlog::write::event::schema_of;
use foldlog::{Decider, DecodeError, Event, Events, Named};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};
use shop_domain::{account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};
use std::collections::BTreeSet;
use std::fmt::Debug;

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

proptest! {
    #[test]
    fn any_events_of_products_read_back(events in vec(events::of_product(), 1..5)) {
        reads_back::<product::Product>(&events)?;
    }

    #[test]
    fn any_events_of_stock_read_back(events in vec(events::of_stock(), 1..5)) {
        reads_back::<stock::Stock>(&events)?;
    }

    #[test]
    fn any_events_of_carts_read_back(events in vec(events::of_cart(), 1..5)) {
        reads_back::<cart::Cart>(&events)?;
    }

    #[test]
    fn any_events_of_orders_read_back(events in vec(events::of_order(), 1..5)) {
        reads_back::<order::Order>(&events)?;
    }

    #[test]
    fn any_events_of_processes_read_back(events in vec(processes::of_fulfilment(), 1..5)) {
        reads_back::<fulfilment::Fulfilment>(&events)?;
    }

    #[test]
    fn any_events_of_accounts_read_back(events in vec(events::of_account(), 1..5)) {
        reads_back::<account::Account>(&events)?;
    }

    #[test]
    fn any_events_of_warehouses_read_back(events in vec(events::of_warehouse(), 1..5)) {
        reads_back::<warehouse::Warehouse>(&events)?;
    }

    #[test]
    fn any_events_of_payments_read_back(events in vec(events::of_payment(), 1..5)) {
        reads_back::<payment::Payment>(&events)?;
    }

    #[test]
    fn any_events_of_shipments_read_back(events in vec(events::of_shipment(), 1..5)) {
        reads_back::<shipment::Shipment>(&events)?;
    }

    #[test]
    fn any_events_of_invoices_read_back(events in vec(events::of_invoice(), 1..5)) {
        reads_back::<invoice::Invoice>(&events)?;
    }

    #[test]
    fn any_events_of_audits_read_back(events in vec(events::of_audit(), 1..5)) {
        reads_back::<audit::Audit>(&events)?;
    }
}

/// All names that a strategy makes. The number of tries leaves one out about once in 10¹⁰.
fn names<E: Event + Debug>(events: impl Strategy<Value = E>) -> BTreeSet<&'static str> {
    let mut runner = TestRunner::deterministic();
    (0..1_100).map(|_| events.new_tree(&mut runner).unwrap().current().name()).collect()
}

fn all<E: Event>() -> BTreeSet<&'static str> {
    E::VARIANTS.iter().copied().collect()
}

#[test]
fn no_event_is_left_out() {
    assert_eq!(names(events::of_product()), all::<product::Event>());
    assert_eq!(names(events::of_stock()), all::<stock::Event>());
    assert_eq!(names(events::of_cart()), all::<cart::Event>());
    assert_eq!(names(events::of_order()), all::<order::Event>());
    assert_eq!(names(processes::of_fulfilment()), all::<fulfilment::Event>());
    assert_eq!(names(events::of_account()), all::<account::Event>());
    assert_eq!(names(events::of_warehouse()), all::<warehouse::Event>());
    assert_eq!(names(events::of_payment()), all::<payment::Event>());
    assert_eq!(names(events::of_shipment()), all::<shipment::Event>());
    assert_eq!(names(events::of_invoice()), all::<invoice::Event>());
    assert_eq!(names(events::of_audit()), all::<audit::Event>());
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
        for broken in ["StockReceived", "StockAdjusted"] {
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
