//! The goods that the staff withdraw from a confirmed order: released, reserved in other warehouses, and packed there.
//!
//! **Invariant.** After each withdrawal a shipment is packed anew once or cancelled once at most. So the number of
//! withdrawals tells which request an answer is about, however late it comes: contents may come back.

use super::withdrawals::WithdrawalProgress;
use super::{Event, LineProgress, Parcel, PartProgress, Process, ShipmentProgress};
use crate::order::Failure;
use crate::values::{Quantity, Sku, WarehouseId};
use std::collections::BTreeMap;

impl Process {
    /// The goods that the staff withdrew are released, and reserved in other warehouses. If none has them, the order
    /// cannot be served. Meanwhile nothing is packed.
    pub(super) fn replacing(&self) -> Vec<Event> {
        let mut wanted = self.invoicing();
        wanted.extend(self.parts_in(PartProgress::Withdrawn, Event::ReservationReleaseRequested));
        if self.withdrawals.progress == WithdrawalProgress::Open {
            if let Some(line) = self.lines.iter().find(|line| line.unservable()) {
                let reason = Failure::OutOfStock { sku: line.sku.clone() };
                wanted.push(Event::FailureRequested { reason });
                return wanted;
            }
            wanted.extend(self.lines.iter().flat_map(LineProgress::reservations));
            if self.lines.iter().all(LineProgress::held) {
                wanted.push(Event::ReservationReplacementRequested { number: self.withdrawals.number });
            }
        }
        wanted.extend(self.paying(self.charge()));
        wanted.extend(self.billing());
        wanted
    }

    /// Each warehouse packs the goods that it holds. After a withdrawal these are others, or none.
    pub(super) fn packing(&self) -> Vec<Event> {
        let goods = self.goods();
        let empty = self.created().filter(|(warehouse, _)| !goods.contains_key(*warehouse));
        let empty = empty.map(|(warehouse, _)| self.unpacking(warehouse));
        let packed = goods.iter().filter_map(|(warehouse, contents)| {
            let (warehouse, contents) = (warehouse.clone(), contents.clone());
            match self.shipments.get(&warehouse) {
                None => {
                    let (account, address) = (self.placement.account.clone(), self.means.address.clone());
                    Some(Event::ShipmentRequested(Parcel { warehouse, account, address, contents }))
                }
                Some(ShipmentProgress::Created(_)) if self.is_packed(&warehouse, Some(&contents)) => None,
                Some(ShipmentProgress::Created(_) | ShipmentProgress::Cancelled) => {
                    Some(Event::ShipmentRepackingRequested { warehouse, contents, number: self.withdrawals.number })
                }
                Some(
                    ShipmentProgress::Requested(_)
                    | ShipmentProgress::DispatchRequested(_)
                    | ShipmentProgress::Dispatched
                    | ShipmentProgress::Delivered
                    | ShipmentProgress::CancellationRequested(_),
                ) => None,
            }
        });
        empty.chain(packed).collect()
    }

    /// The intent that cancels the shipment of a warehouse.
    pub(super) fn unpacking(&self, warehouse: &WarehouseId) -> Event {
        let (warehouse, number) = (warehouse.clone(), self.withdrawals.number);
        Event::ShipmentCancellationRequested { warehouse, number }
    }

    /// Whether the shipment of a warehouse was last requested with these contents.
    pub(super) fn is_packed(&self, warehouse: &WarehouseId, contents: Option<&BTreeMap<Sku, Quantity>>) -> bool {
        self.packed.get(warehouse).is_none_or(|packed| Some(packed) == contents)
    }
}
