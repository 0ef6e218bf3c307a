//! The shipments: a row for each, found by order.

use crate::shipment::{self, Event, State};
use crate::values::{AccountId, ShipmentId};
use foldlog::{Decider, Index, Projection, Recorded};
use serde::{Deserialize, Serialize};

/// The partition key of the index by order.
pub const ORDER: &str = "order";
/// Its sort key.
pub const WAREHOUSE: &str = "warehouse";

/// The shipments of an order.
pub const BY_ORDER: Index = Index { view: View::NAME, name: ORDER, partition: ORDER, sort: WAREHOUSE };

/// The read model.
pub struct View;

/// A shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: ShipmentId,
    /// Its state.
    pub state: State,
}

impl Document {
    /// The account that receives the shipment.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        match &self.state {
            State::Uncreated => None,
            State::Created { consignment, .. } => Some(&consignment.account),
        }
    }
}

impl Projection for View {
    const NAME: &'static str = "shipment";
    const PARTITIONS: &'static [&'static str] = &[ORDER];
    type Decider = shipment::Shipment;
    type Document = Document;

    fn apply(document: Option<Document>, recorded: &Recorded<'_, Event>) -> Option<Document> {
        let before = document.map(|document| document.state).unwrap_or_default();
        let state = shipment::Shipment::evolve(before, &recorded.event);
        Some(Document { id: recorded.stream.id().parse().ok()?, state })
    }

    fn index(document: &Document) -> Vec<(&'static str, String)> {
        match &document.state {
            State::Created { consignment, .. } => {
                vec![(ORDER, consignment.order.to_string()), (WAREHOUSE, consignment.warehouse.to_string())]
            }
            State::Uncreated => vec![],
        }
    }
}
