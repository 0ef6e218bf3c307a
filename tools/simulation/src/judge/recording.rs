//! What a judge needs to know of a run: the log, and the answers that clients got.

use crate::actions::ClientRecord;
use crate::faults::Counts;
use foldlog::{Commit, Decider};
use shop_domain::order;
use std::collections::BTreeMap;

/// A log as it was written, and what everybody was told meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Every commit, in the order in which they were appended as far as that is known; each stream's in order.
    pub commits: Vec<Commit>,
    /// What everybody was told.
    pub records: Vec<ClientRecord>,
    /// Who issued their tokens.
    pub issuer: String,
}

impl Recording {
    /// How often each event was appended, by its name.
    #[must_use]
    pub fn events(&self) -> Counts {
        self.commits.iter().flat_map(names).fold(Counts::new(), counted)
    }

    /// How many orders ended with which event.
    #[must_use]
    pub fn ends(&self) -> Counts {
        let orders = self.commits.iter().filter(|commit| commit.stream.category() == order::Order::CATEGORY);
        let last: BTreeMap<_, _> = orders.filter_map(|commit| Some((&commit.stream, names(commit).pop()?))).collect();
        last.into_values().fold(Counts::new(), counted)
    }
}

/// The names of a commit's events; none where they do not read, which the judge says.
fn names(commit: &Commit) -> Vec<String> {
    let records = commit.events.records().unwrap_or_default();
    records.into_iter().map(|record| record.name.into_owned()).collect()
}

fn counted(mut counts: Counts, name: String) -> Counts {
    *counts.entry(name).or_default() += 1;
    counts
}
