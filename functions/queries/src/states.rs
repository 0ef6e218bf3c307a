//! The state of any stream after its first events, by the decider of its category.

use domain::{account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};
use eventsourcing::decider::fold;
use eventsourcing::{Commit, Decider, LogError, StreamName, Version};
use lambda::Problem;
use serde::Serialize;
use serde_json::Value;

/// The fold of a stream's events up to `version`.
pub(crate) fn state_at(stream: &StreamName, commits: &[Commit], version: Version) -> Result<Value, Problem> {
    match stream.category() {
        product::Stream::CATEGORY => folded::<product::Stream>(commits, version),
        stock::Stream::CATEGORY => folded::<stock::Stream>(commits, version),
        cart::Stream::CATEGORY => folded::<cart::Stream>(commits, version),
        order::Stream::CATEGORY => folded::<order::Stream>(commits, version),
        fulfilment::Stream::CATEGORY => folded::<fulfilment::Stream>(commits, version),
        account::Stream::CATEGORY => folded::<account::Stream>(commits, version),
        warehouse::Stream::CATEGORY => folded::<warehouse::Stream>(commits, version),
        payment::Stream::CATEGORY => folded::<payment::Stream>(commits, version),
        invoice::Stream::CATEGORY => folded::<invoice::Stream>(commits, version),
        shipment::Stream::CATEGORY => folded::<shipment::Stream>(commits, version),
        audit::Stream::CATEGORY => folded::<audit::Stream>(commits, version),
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
        audit::Stream::CATEGORY => audit::Stream::STATE_SCHEMA,
        _ => 0,
    }
}

fn folded<D: Decider<State: Serialize>>(commits: &[Commit], version: Version) -> Result<Value, Problem> {
    let mut state = D::State::default();
    for commit in commits.iter().filter(|commit| commit.version <= version) {
        let mut events = commit.events.decode::<D::Event>().map_err(|error| LogError::unreadable(commit, &error))?;
        events.truncate(usize::try_from(version.0 - commit.version.0 + 1).unwrap_or(usize::MAX));
        state = fold::<D>(state, &events);
    }
    serde_json::to_value(state).map_err(|error| Problem::internal(&error))
}
