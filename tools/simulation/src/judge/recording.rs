//! The input of the judge: the log, and the answers that clients got.

use crate::actions::ClientRecord;
use crate::faults::Counts;
use foldlog::{Commit, Decider};
use shop_domain::order;
use std::collections::BTreeMap;

/// A log, and the answers that clients got meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// All commits in the order of their appending, as far as it is known. The commits of each stream are in order.
    pub commits: Vec<Commit>,
    /// The answer of each client's action.
    pub records: Vec<ClientRecord>,
    /// The issuer of the clients' tokens.
    pub issuer: String,
}

impl Recording {
    /// The number of times that each event was appended, by its name.
    #[must_use]
    pub fn events(&self) -> Counts {
        self.commits.iter().flat_map(names).fold(Counts::new(), counted)
    }

    /// The number of orders that ended with each event. What an order owes is no end.
    #[must_use]
    pub fn ends(&self) -> Counts {
        let orders = self.commits.iter().filter(|commit| commit.stream.category() == order::Order::CATEGORY);
        let last_of = |commit| names(commit).into_iter().rfind(|name| name.starts_with("Order"));
        let last: BTreeMap<_, _> = orders.filter_map(|commit| Some((&commit.stream, last_of(commit)?))).collect();
        last.into_values().fold(Counts::new(), counted)
    }
}

/// The names of a commit's events; none if they cannot be read, which the judge reports.
fn names(commit: &Commit) -> Vec<String> {
    let records = commit.events.records().unwrap_or_default();
    records.into_iter().map(|record| record.name.into_owned()).collect()
}

fn counted(mut counts: Counts, name: String) -> Counts {
    *counts.entry(name).or_default() += 1;
    counts
}
