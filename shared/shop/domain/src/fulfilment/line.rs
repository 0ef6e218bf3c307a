//! The progress of an order's lines: which warehouses the process asks for which quantity, and what each of them holds
//! or dispatched.

use super::progress::Wait;
use super::{Candidate, Event};
use crate::values::{Quantity, Sku, WarehouseId};
use foldlog::Version;
use serde::{Deserialize, Serialize};

/// The progress of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProgress {
    /// The product.
    pub sku: Sku,
    /// The quantity.
    pub quantity: Quantity,
    /// The warehouses that the process has not asked yet.
    pub candidates: Vec<Candidate>,
    /// The parts of the line, one for each warehouse that the process asked.
    pub parts: Vec<Part>,
}

/// The part of a line that the process asked one warehouse for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The quantity.
    pub quantity: Quantity,
    /// Its progress.
    pub progress: PartProgress,
}

/// The progress of a part. A request carries the version of its intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum PartProgress {
    Requested(Version),
    Held,
    Rejected,
    ReleaseRequested(Version),
    Released,
    DispatchRequested(Version),
    Dispatched,
}

impl LineProgress {
    /// The quantity that no warehouse holds and the process has not asked for.
    fn missing(&self) -> u64 {
        let counts = |part: &&Part| match part.progress {
            PartProgress::Requested(_) | PartProgress::Held => true,
            PartProgress::Rejected
            | PartProgress::ReleaseRequested(_)
            | PartProgress::Released
            | PartProgress::DispatchRequested(_)
            | PartProgress::Dispatched => false,
        };
        let covered: u64 = self.parts.iter().filter(counts).map(|part| part.quantity.get()).sum();
        self.quantity.get().saturating_sub(covered)
    }

    /// Whether warehouses hold the whole quantity.
    pub(super) fn held(&self) -> bool {
        self.missing() == 0 && self.parts.iter().all(|part| !matches!(part.progress, PartProgress::Requested(_)))
    }

    /// Whether a quantity is missing and the process has no warehouse left to ask.
    pub(super) fn unservable(&self) -> bool {
        self.missing() > 0 && self.candidates.is_empty()
    }

    /// The warehouses to ask for the missing quantity: the first that seems to have all of it; otherwise all that seem
    /// to have some, in the order of the candidates, and one of the others for the rest.
    fn plan(&self) -> Vec<(&WarehouseId, u64)> {
        let mut missing = self.missing();
        if let Some(enough) = self.candidates.iter().find(|candidate| candidate.available >= missing) {
            return if missing > 0 { vec![(&enough.warehouse, missing)] } else { vec![] };
        }
        let (some, none): (Vec<_>, Vec<_>) = self.candidates.iter().partition(|candidate| candidate.available > 0);
        let mut plan = Vec::new();
        for candidate in some {
            let part = candidate.available.min(missing);
            missing -= part;
            plan.push((&candidate.warehouse, part));
        }
        match (none.first(), plan.last_mut()) {
            (Some(candidate), _) if missing > 0 => plan.push((&candidate.warehouse, missing)),
            (_, Some((_, part))) => *part += missing,
            (_, None) => {}
        }
        plan.retain(|(_, part)| *part > 0);
        plan
    }

    /// The reservations to request now.
    pub(super) fn reservations(&self) -> impl Iterator<Item = Event> {
        self.plan().into_iter().filter_map(|(warehouse, part)| {
            let (warehouse, sku) = (warehouse.clone(), self.sku.clone());
            Some(Event::ReservationRequested { warehouse, sku, quantity: part.try_into().ok()? })
        })
    }

    /// The parts that warehouses hold.
    pub(super) fn held_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.progress == PartProgress::Held)
    }

    /// The part of a warehouse, if the process asked it.
    pub(super) fn part(&self, warehouse: &WarehouseId) -> Option<&Part> {
        self.parts.iter().find(|part| part.warehouse == *warehouse)
    }

    pub(super) fn ask(&mut self, warehouse: WarehouseId, quantity: Quantity, intent: Version) {
        self.candidates.retain(|candidate| candidate.warehouse != warehouse);
        self.parts.push(Part { warehouse, quantity, progress: PartProgress::Requested(intent) });
    }

    pub(super) fn move_part(&mut self, warehouse: &WarehouseId, progress: PartProgress) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.warehouse == *warehouse) {
            part.progress = progress;
        }
    }
}

impl Part {
    /// Whether its goods are held, are being dispatched, or were dispatched.
    pub(super) const fn is_goods(&self) -> bool {
        match self.progress {
            PartProgress::Held | PartProgress::DispatchRequested(_) | PartProgress::Dispatched => true,
            PartProgress::Requested(_)
            | PartProgress::Rejected
            | PartProgress::ReleaseRequested(_)
            | PartProgress::Released => false,
        }
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(&self) -> Option<Wait> {
        match self.progress {
            PartProgress::Requested(intent)
            | PartProgress::ReleaseRequested(intent)
            | PartProgress::DispatchRequested(intent) => Some(Wait::Intent(intent)),
            PartProgress::Held | PartProgress::Rejected | PartProgress::Released | PartProgress::Dispatched => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: u64, candidates: &[(&str, u64)]) -> LineProgress {
        let candidate =
            |(name, available): &(&str, u64)| Candidate { warehouse: name.parse().unwrap(), available: *available };
        LineProgress {
            sku: "mug".parse().unwrap(),
            quantity: quantity.try_into().unwrap(),
            candidates: candidates.iter().map(candidate).collect(),
            parts: vec![],
        }
    }

    fn plan(line: &LineProgress) -> Vec<(&str, u64)> {
        line.plan().into_iter().map(|(warehouse, part)| (warehouse.as_str(), part)).collect()
    }

    #[test]
    fn the_nearest_that_seems_to_have_all_of_it_is_asked_alone() {
        assert_eq!(plan(&line(5, &[("a", 4), ("b", 5), ("c", 9)])), [("b", 5)]);
    }

    #[test]
    fn a_line_is_split_over_those_that_seem_to_have_some() {
        assert_eq!(plan(&line(5, &[("a", 0), ("b", 2), ("c", 2), ("d", 4)])), [("b", 2), ("c", 2), ("d", 1)]);
    }

    #[test]
    fn those_that_seem_empty_are_asked_last_and_one_is_asked_for_all_that_is_missing() {
        assert_eq!(plan(&line(5, &[("a", 0), ("b", 2), ("c", 0)])), [("b", 2), ("a", 3)]);
        assert_eq!(plan(&line(5, &[("a", 0), ("b", 0)])), [("a", 5)]);
        assert_eq!(plan(&line(5, &[("a", 1), ("b", 2)])), [("a", 1), ("b", 4)]);
        assert_eq!(plan(&line(5, &[])), []);
    }

    #[test]
    fn what_was_rejected_is_planned_anew_among_those_not_asked_yet() {
        let mut split = line(5, &[("a", 3), ("b", 2), ("c", 1), ("d", 0)]);
        for (warehouse, part) in [("a", 3_u64), ("b", 2)] {
            split.ask(warehouse.parse().unwrap(), part.try_into().unwrap(), Version(1));
        }
        assert_eq!((plan(&split), split.unservable()), (vec![], false));
        split.move_part(&"a".parse().unwrap(), PartProgress::Rejected);
        assert_eq!(plan(&split), [("c", 1), ("d", 2)]);
        split.candidates.clear();
        assert!(split.unservable());
    }
}
