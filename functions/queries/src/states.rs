//! The state of any stream at a version, by the decider of its category and its snapshots.

use foldlog::past::state_at;
use foldlog::{Decider, History, Version};
use foldlog_lambda::Problem;
use serde::Serialize;
use serde_json::Value;
use shop_domain::{account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};

/// The state after a version's event, by what was read for it; nothing behind the stream's end.
pub(crate) fn state_of(history: &History, version: Version) -> Result<Option<Value>, Problem> {
    match history.head().stream().category() {
        product::Product::CATEGORY => folded::<product::Product>(history, version),
        stock::Stock::CATEGORY => folded::<stock::Stock>(history, version),
        cart::Cart::CATEGORY => folded::<cart::Cart>(history, version),
        order::Order::CATEGORY => folded::<order::Order>(history, version),
        fulfilment::Fulfilment::CATEGORY => folded::<fulfilment::Fulfilment>(history, version),
        account::Account::CATEGORY => folded::<account::Account>(history, version),
        warehouse::Warehouse::CATEGORY => folded::<warehouse::Warehouse>(history, version),
        payment::Payment::CATEGORY => folded::<payment::Payment>(history, version),
        invoice::Invoice::CATEGORY => folded::<invoice::Invoice>(history, version),
        shipment::Shipment::CATEGORY => folded::<shipment::Shipment>(history, version),
        audit::Audit::CATEGORY => folded::<audit::Audit>(history, version),
        category => Err(Problem::not_found(&format!("this release knows no streams of category {category}"))),
    }
}

/// The schema of the states that snapshots in a category's streams hold; none of an unknown one.
pub(crate) fn snapshot_schema(category: &str) -> u32 {
    match category {
        product::Product::CATEGORY => product::Product::STATE_SCHEMA,
        stock::Stock::CATEGORY => stock::Stock::STATE_SCHEMA,
        cart::Cart::CATEGORY => cart::Cart::STATE_SCHEMA,
        order::Order::CATEGORY => order::Order::STATE_SCHEMA,
        fulfilment::Fulfilment::CATEGORY => fulfilment::Fulfilment::STATE_SCHEMA,
        account::Account::CATEGORY => account::Account::STATE_SCHEMA,
        warehouse::Warehouse::CATEGORY => warehouse::Warehouse::STATE_SCHEMA,
        payment::Payment::CATEGORY => payment::Payment::STATE_SCHEMA,
        invoice::Invoice::CATEGORY => invoice::Invoice::STATE_SCHEMA,
        shipment::Shipment::CATEGORY => shipment::Shipment::STATE_SCHEMA,
        _ => 0,
    }
}

fn folded<D: Decider<State: Serialize>>(history: &History, version: Version) -> Result<Option<Value>, Problem> {
    let state = state_at::<D>(history, version)?;
    state.map(|state| serde_json::to_value(state).map_err(|error| Problem::internal(&error))).transpose()
}
