//! The progress of an order's lines: which warehouses the process asks for which quantity, and what each of them holds
//! or dispatched.

use super::progress::Wait;
use super::{Candidate, Event, StockPosition};
use crate::values::{Quantity, Sku, WarehouseId};
use foldlog::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How often a line asks one warehouse that seems to have some. It asks one that seems empty once.
const MOST_ROUNDS: usize = 3;
/// After this many requests, a line makes no more. So the state of a process is bounded, whatever a view says.
const MOST_REQUESTS: usize = 60;

/// The progress of one line.
///
/// A line cannot be served if no candidate is left to ask: each warehouse that it asked gave all that it had, three
/// times where the view said otherwise afterwards. It waits for open requests first, because a warehouse with an open
/// request may be asked again afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProgress {
    /// The product.
    pub sku: Sku,
    /// The quantity.
    pub quantity: Quantity,
    /// The warehouses that seemed to have the product when the view was looked at last, and were not asked since.
    pub candidates: Vec<Candidate>,
    /// The parts of the line, one for each request to a warehouse.
    pub parts: Vec<Part>,
    /// The warehouses whose goods the staff withdrew. They are not asked again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub withdrawn: BTreeSet<WarehouseId>,
}

/// The part of a line that the process asked one warehouse for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The quantity: as asked, and then as the warehouse holds it.
    pub quantity: Quantity,
    /// Its progress.
    pub progress: PartProgress,
    /// The identity of its reservation, if the stock named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reservation: Option<Version>,
}

/// The progress of a part. A request carries the version of its intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum PartProgress {
    Requested(Version),
    Held,
    /// Held, and to be released.
    Withdrawn,
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
            PartProgress::Withdrawn
            | PartProgress::Rejected
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
        let waits = self.parts.iter().any(|part| matches!(part.progress, PartProgress::Requested(_)));
        self.missing() > 0 && !waits && self.plan().is_empty()
    }

    /// Whether the process may ask a warehouse now.
    fn may_ask(&self, candidate: &Candidate) -> bool {
        let waits =
            |part: &Part| part.warehouse == candidate.warehouse && matches!(part.progress, PartProgress::Requested(_));
        let asked = self.times_asked(&candidate.warehouse);
        let again = candidate.available > 0 && asked < MOST_ROUNDS;
        let is_withdrawn = self.withdrawn.contains(&candidate.warehouse);
        !is_withdrawn && self.parts.len() < MOST_REQUESTS && (asked == 0 || again) && !self.parts.iter().any(waits)
    }

    fn times_asked(&self, warehouse: &WarehouseId) -> usize {
        self.parts.iter().filter(|part| part.warehouse == *warehouse).count()
    }

    /// The warehouses to ask for the missing quantity: the first that seems to have all of it; otherwise all that seem
    /// to have some, and one of the others for the rest. Those that were asked less often come first, then those with
    /// the smaller id.
    fn plan(&self) -> Vec<(&WarehouseId, u64)> {
        let mut missing = self.missing();
        if missing == 0 {
            return vec![];
        }
        let to_ask = self.candidates.iter().filter(|candidate| self.may_ask(candidate));
        let (mut some, none): (Vec<_>, Vec<_>) = to_ask.partition(|candidate| candidate.available > 0);
        some.sort_by_key(|candidate| self.times_asked(&candidate.warehouse));
        if let Some(enough) = some.iter().find(|candidate| candidate.available >= missing) {
            return vec![(&enough.warehouse, missing)];
        }
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

    /// The reservations of the parts in this progress.
    pub(super) fn positions(&self, progress: PartProgress) -> impl Iterator<Item = StockPosition> {
        let parts = self.parts.iter().filter(move |part| part.progress == progress);
        parts.map(|part| StockPosition {
            warehouse: part.warehouse.clone(),
            sku: self.sku.clone(),
            reservation: part.reservation,
        })
    }

    /// Whether a warehouse holds some of it.
    pub(super) fn is_held_by(&self, warehouse: &WarehouseId) -> bool {
        self.parts.iter().any(|part| part.warehouse == *warehouse && part.progress == PartProgress::Held)
    }

    /// The staff withdraw what a warehouse holds. There are new candidates.
    pub(super) fn withdraw(&mut self, warehouse: WarehouseId, candidates: Vec<Candidate>) {
        let of_warehouse = self.parts.iter_mut().filter(|part| part.warehouse == warehouse);
        for part in of_warehouse.filter(|part| part.progress == PartProgress::Held) {
            part.progress = PartProgress::Withdrawn;
        }
        self.withdrawn.insert(warehouse);
        self.candidates = candidates;
    }

    /// The part of a reservation: without an identity, the part of the first request to its warehouse.
    pub(super) fn part(&self, warehouse: &WarehouseId, reservation: Option<Version>) -> Option<&Part> {
        self.parts.get(self.place(warehouse, reservation)?)
    }

    fn place(&self, warehouse: &WarehouseId, reservation: Option<Version>) -> Option<usize> {
        let of_warehouse = |part: &Part| part.warehouse == *warehouse;
        if let Some(reservation) = reservation {
            return self.parts.iter().position(|part| of_warehouse(part) && part.is(reservation));
        }
        let first = self.parts.iter().position(of_warehouse)?;
        self.parts.get(first)?.reservation.is_none().then_some(first)
    }

    fn change(&mut self, warehouse: &WarehouseId, reservation: Option<Version>, change: impl FnOnce(&mut Part)) {
        let place = self.place(warehouse, reservation);
        if let Some(part) = place.and_then(|place| self.parts.get_mut(place)) {
            change(part);
        }
    }

    /// The process asks a warehouse.
    pub(super) fn ask(&mut self, warehouse: WarehouseId, quantity: Quantity, intent: Version) {
        self.candidates.retain(|candidate| candidate.warehouse != warehouse);
        let progress = PartProgress::Requested(intent);
        self.parts.push(Part { warehouse, quantity, progress, reservation: None });
    }

    /// A warehouse holds a quantity. If it is less than asked, there are new candidates for the rest.
    pub(super) fn hold(
        &mut self,
        warehouse: &WarehouseId,
        reservation: Option<Version>,
        quantity: Quantity,
        candidates: Option<Vec<Candidate>>,
    ) {
        self.change(warehouse, reservation, |part| {
            part.quantity = part.quantity.min(quantity);
            part.progress = PartProgress::Held;
            part.reservation = reservation;
        });
        self.candidates = candidates.unwrap_or_else(|| std::mem::take(&mut self.candidates));
    }

    /// A warehouse has nothing left. There may be new candidates.
    pub(super) fn reject(
        &mut self,
        warehouse: &WarehouseId,
        reservation: Option<Version>,
        candidates: Option<Vec<Candidate>>,
    ) {
        self.move_part(warehouse, reservation, PartProgress::Rejected);
        self.candidates = candidates.unwrap_or_else(|| std::mem::take(&mut self.candidates));
    }

    pub(super) fn move_part(&mut self, warehouse: &WarehouseId, reservation: Option<Version>, progress: PartProgress) {
        self.change(warehouse, reservation, |part| part.progress = progress);
    }
}

impl Part {
    /// Whether it is the part of a reservation.
    fn is(&self, reservation: Version) -> bool {
        self.reservation == Some(reservation) || self.progress == PartProgress::Requested(reservation)
    }

    /// The identity of its reservation, if the stock named it.
    #[must_use]
    pub const fn reservation(&self) -> Option<Version> {
        self.reservation
    }

    /// Whether its goods are held, are being dispatched, or were dispatched.
    pub(super) const fn is_goods(&self) -> bool {
        match self.progress {
            PartProgress::Held | PartProgress::DispatchRequested(_) | PartProgress::Dispatched => true,
            PartProgress::Requested(_)
            | PartProgress::Withdrawn
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
            PartProgress::Held
            | PartProgress::Withdrawn
            | PartProgress::Rejected
            | PartProgress::Released
            | PartProgress::Dispatched => None,
        }
    }
}

#[cfg(test)]
mod tests;
