//! The state of any stream at a version, computed by the decider of its category from the snapshots.

use foldlog::past::state_at;
use foldlog::{Decider, History, Version};
use foldlog_lambda::Problem;
use serde::Serialize;
use serde_json::Value;
use shop_domain::{account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};

/// How to read the states of a category.
pub(crate) struct States {
    /// The schema of the states that its snapshots hold.
    pub(crate) snapshot_schema: u32,
    /// The state after the event at a version, computed from the history that was read; none beyond the end of the
    /// stream.
    pub(crate) at: fn(&History, Version) -> Result<Option<Value>, Problem>,
}

/// The states of a category; none if this release does not know the category.
pub(crate) fn states_of(category: &str) -> Option<States> {
    Some(match category {
        product::Product::CATEGORY => states::<product::Product>(),
        stock::Stock::CATEGORY => states::<stock::Stock>(),
        cart::Cart::CATEGORY => states::<cart::Cart>(),
        order::Order::CATEGORY => states::<order::Order>(),
        fulfilment::Fulfilment::CATEGORY => states::<fulfilment::Fulfilment>(),
        account::Account::CATEGORY => states::<account::Account>(),
        warehouse::Warehouse::CATEGORY => states::<warehouse::Warehouse>(),
        payment::Payment::CATEGORY => states::<payment::Payment>(),
        invoice::Invoice::CATEGORY => states::<invoice::Invoice>(),
        shipment::Shipment::CATEGORY => states::<shipment::Shipment>(),
        audit::Audit::CATEGORY => states::<audit::Audit>(),
        _ => return None,
    })
}

fn states<D: Decider<State: Serialize>>() -> States {
    States { snapshot_schema: D::STATE_SCHEMA, at: folded::<D> }
}

fn folded<D: Decider<State: Serialize>>(history: &History, version: Version) -> Result<Option<Value>, Problem> {
    let state = state_at::<D>(history, version)?;
    state.map(|state| serde_json::to_value(state).map_err(|error| Problem::internal(&error))).transpose()
}
