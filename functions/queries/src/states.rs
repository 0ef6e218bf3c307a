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
        product::Stream::CATEGORY => folded::<product::Stream>(history, version),
        stock::Stream::CATEGORY => folded::<stock::Stream>(history, version),
        cart::Stream::CATEGORY => folded::<cart::Stream>(history, version),
        order::Stream::CATEGORY => folded::<order::Stream>(history, version),
        fulfilment::Stream::CATEGORY => folded::<fulfilment::Stream>(history, version),
        account::Stream::CATEGORY => folded::<account::Stream>(history, version),
        warehouse::Stream::CATEGORY => folded::<warehouse::Stream>(history, version),
        payment::Stream::CATEGORY => folded::<payment::Stream>(history, version),
        invoice::Stream::CATEGORY => folded::<invoice::Stream>(history, version),
        shipment::Stream::CATEGORY => folded::<shipment::Stream>(history, version),
        audit::Stream::CATEGORY => folded::<audit::Stream>(history, version),
        category => Err(Problem::not_found(&format!("this release knows no streams of category {category}"))),
    }
}

/// The schema of the states that snapshots in a category's streams hold; none of an unknown one.
pub(crate) fn snapshot_schema(category: &str) -> u32 {
    match category {
        product::Stream::CATEGORY => product::Stream::STATE_SCHEMA,
        stock::Stream::CATEGORY => stock::Stream::STATE_SCHEMA,
        cart::Stream::CATEGORY => cart::Stream::STATE_SCHEMA,
        order::Stream::CATEGORY => order::Stream::STATE_SCHEMA,
        fulfilment::Stream::CATEGORY => fulfilment::Stream::STATE_SCHEMA,
        account::Stream::CATEGORY => account::Stream::STATE_SCHEMA,
        warehouse::Stream::CATEGORY => warehouse::Stream::STATE_SCHEMA,
        payment::Stream::CATEGORY => payment::Stream::STATE_SCHEMA,
        invoice::Stream::CATEGORY => invoice::Stream::STATE_SCHEMA,
        shipment::Stream::CATEGORY => shipment::Stream::STATE_SCHEMA,
        _ => 0,
    }
}

fn folded<D: Decider<State: Serialize>>(history: &History, version: Version) -> Result<Option<Value>, Problem> {
    let state = state_at::<D>(history, version)?;
    state.map(|state| serde_json::to_value(state).map_err(|error| Problem::internal(&error))).transpose()
}
