//! The read models: views with a row for each stream and the index attributes of their rows, and totals over all
//! streams of a category. All are pure folds.

pub mod account;
pub mod activity;
pub mod cart;
pub mod catalogue;
pub mod invoice;
pub mod order;
pub mod sales;
mod shard;
pub mod shipment;
pub mod stock;
pub mod waiting;

pub use shard::shard;

use foldlog::read::engine::ProjectionVersions;
use foldlog::read::projection::{partitions_of, subscriptions_of};
use foldlog::{Subscription, TotalsFold};
use std::collections::{BTreeMap, BTreeSet};

/// Read models, without the types of their events and documents.
pub struct ReadModels {
    /// The views: they have a row for each stream.
    pub views: Vec<Box<dyn Subscription>>,
    /// The totals: many streams add to each row.
    pub totals: Vec<Box<dyn TotalsFold>>,
}

/// Every read model of the shop: the projector, the queries and the verification use this list.
#[must_use]
pub fn read_models() -> ReadModels {
    let views = [
        subscriptions_of::<catalogue::View>(),
        subscriptions_of::<stock::View>(),
        subscriptions_of::<cart::View>(),
        subscriptions_of::<order::View>(),
        subscriptions_of::<account::View>(),
        subscriptions_of::<shipment::View>(),
        subscriptions_of::<invoice::View>(),
        vec![Box::new(activity::View), Box::new(waiting::View)],
    ];
    ReadModels { views: views.into_iter().flatten().collect(), totals: sales::totals() }
}

impl ReadModels {
    /// Their names.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&'static str> {
        self.folds().map(|(name, _)| name).collect()
    }

    /// The versions of their folds.
    #[must_use]
    pub fn versions(&self) -> ProjectionVersions {
        self.folds().collect()
    }

    /// The index attributes of each view that are partition keys.
    #[must_use]
    pub fn partitions(&self) -> BTreeMap<&'static str, &'static [&'static str]> {
        partitions_of(&self.views)
    }

    fn folds(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let totals = self.totals.iter().map(|fold| (fold.name(), fold.fold_version()));
        self.views.iter().map(|fold| (fold.name(), fold.fold_version())).chain(totals)
    }
}

#[cfg(test)]
mod tests;
