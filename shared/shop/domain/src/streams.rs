//! The types of all streams, for tools that fold the streams of any of them.

use crate::{access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};
use foldlog::past::replay::{StreamStates, StreamType, states_of, streams_of};

/// What a function makes of each type of streams.
macro_rules! of_each {
    ($of:ident) => {
        vec![
            $of::<product::Product>(),
            $of::<stock::Stock>(),
            $of::<cart::Cart>(),
            $of::<order::Order>(),
            $of::<fulfilment::Fulfilment>(),
            $of::<account::Account>(),
            $of::<warehouse::Warehouse>(),
            $of::<payment::Payment>(),
            $of::<invoice::Invoice>(),
            $of::<shipment::Shipment>(),
            $of::<audit::Audit>(),
            $of::<access::Access>(),
        ]
    };
}

/// The types of all streams.
#[must_use]
pub fn stream_types() -> Vec<Box<dyn StreamType>> {
    of_each!(streams_of)
}

/// The states of the streams of a category; none if this release does not know the category.
#[must_use]
pub fn states(category: &str) -> Option<Box<dyn StreamStates>> {
    let all: Vec<Box<dyn StreamStates>> = of_each!(states_of);
    all.into_iter().find(|of| of.category() == category)
}
