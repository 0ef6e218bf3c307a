//! A process's progress: what it knows, what it waits for, and what it wants done next.

use super::{Event, Outcome};
use crate::order::{self, Failure, Placement};
use crate::stock;
use crate::values::{OrderId, Quantity, Sku, WarehouseId};
use eventsourcing::stream::InvalidName;
use eventsourcing::{Decider, StreamName, Version};
use serde::{Deserialize, Serialize};

/// How far an order has come, as its process knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// How many events the process has, so that an intent knows its own version.
    version: Version,
    /// Where the order stands.
    pub order: OrderProgress,
    /// Where its lines stand.
    pub lines: Vec<LineProgress>,
}

/// Where the order stands. A request carries the version of its intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum OrderProgress {
    PlacementRequested(Version),
    Placed,
    ConfirmationRequested(Version),
    Confirmed,
    FailureRequested(Version),
    Failed,
    Cancelled,
}

/// Where one line stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProgress {
    /// The product.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// The warehouses that were not asked yet.
    pub candidates: Vec<WarehouseId>,
    /// What is held of it, and where.
    pub reservation: Reservation,
}

/// What is held of a line, and where. A request carries the version of its intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Reservation {
    None,
    Requested(WarehouseId, Version),
    Held(WarehouseId),
    ReleaseRequested(WarehouseId, Version),
    Released,
}

/// An intent without an outcome yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The intent's version in the process's stream.
    pub intent: Version,
    /// The stream in which its outcome will stand.
    pub stream: StreamName,
}

impl Process {
    pub(super) fn started(placement: &Placement) -> Self {
        let line = |line: &crate::values::Line| LineProgress {
            sku: line.sku.clone(),
            quantity: line.quantity,
            candidates: vec![],
            reservation: Reservation::None,
        };
        let version = Version::NONE.next();
        let lines = placement.lines.iter().map(line).collect();
        Self { version, order: OrderProgress::PlacementRequested(version), lines }
    }

    /// What to note of an outcome; nothing where it is known, or overtaken.
    pub(super) fn note(&self, outcome: &Outcome) -> Option<Event> {
        match outcome.clone() {
            Outcome::Placed { candidates } => matches!(self.order, OrderProgress::PlacementRequested(_))
                .then_some(Event::PlacementNoted { candidates }),
            Outcome::Confirmed => {
                matches!(self.order, OrderProgress::ConfirmationRequested(_)).then_some(Event::ConfirmationNoted {})
            }
            Outcome::Failed => (!self.ended()).then_some(Event::FailureNoted {}),
            Outcome::Cancelled => (!self.ended()).then_some(Event::CancellationNoted {}),
            Outcome::Reserved { warehouse, sku } => {
                self.requested(&warehouse, &sku).then_some(Event::ReservationNoted { warehouse, sku })
            }
            Outcome::Rejected { warehouse, sku } => {
                self.requested(&warehouse, &sku).then_some(Event::RejectionNoted { warehouse, sku })
            }
            Outcome::Released { warehouse, sku } => {
                let asked = |line: &LineProgress| {
                    line.sku == sku
                        && matches!(&line.reservation, Reservation::ReleaseRequested(at, _) if *at == warehouse)
                };
                self.lines
                    .iter()
                    .any(asked)
                    .then(|| Event::ReleaseNoted { warehouse: warehouse.clone(), sku: sku.clone() })
            }
        }
    }

    fn requested(&self, warehouse: &WarehouseId, sku: &Sku) -> bool {
        self.lines.iter().any(|line| {
            line.sku == *sku && matches!(&line.reservation, Reservation::Requested(at, _) if at == warehouse)
        })
    }

    /// The process after one more event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        self.version = self.version.next();
        let version = self.version;
        match event.clone() {
            Event::OrderPlacementRequested(_) => {}
            Event::PlacementNoted { mut candidates } => {
                self.order = OrderProgress::Placed;
                for line in &mut self.lines {
                    line.candidates = candidates.remove(&line.sku).unwrap_or_default();
                }
            }
            Event::ReservationRequested { warehouse, sku, .. } => self.line(&sku, |line| {
                line.candidates.retain(|candidate| *candidate != warehouse);
                line.reservation = Reservation::Requested(warehouse, version);
            }),
            Event::ReservationNoted { warehouse, sku } => {
                self.line(&sku, |line| line.reservation = Reservation::Held(warehouse));
            }
            Event::RejectionNoted { sku, .. } => self.line(&sku, |line| line.reservation = Reservation::None),
            Event::ReservationReleaseRequested { warehouse, sku } => {
                self.line(&sku, |line| line.reservation = Reservation::ReleaseRequested(warehouse, version));
            }
            Event::ReleaseNoted { sku, .. } => self.line(&sku, |line| line.reservation = Reservation::Released),
            Event::ConfirmationRequested {} => self.order = OrderProgress::ConfirmationRequested(version),
            Event::ConfirmationNoted {} => self.order = OrderProgress::Confirmed,
            Event::FailureRequested { .. } => self.order = OrderProgress::FailureRequested(version),
            Event::FailureNoted {} => self.order = OrderProgress::Failed,
            Event::CancellationNoted {} => self.order = OrderProgress::Cancelled,
        }
        self
    }

    fn line(&mut self, sku: &Sku, change: impl FnOnce(&mut LineProgress)) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.sku == *sku) {
            change(line);
        }
    }

    /// What is wanted now and was not asked for yet. While a confirmation is outstanding nothing is compensated, and a
    /// release is asked for only where a reservation is known.
    pub(super) fn intents(&self) -> Vec<Event> {
        match self.order {
            OrderProgress::PlacementRequested(_)
            | OrderProgress::ConfirmationRequested(_)
            | OrderProgress::Confirmed => vec![],
            OrderProgress::Placed => match self.lines.iter().find(|line| line.unservable()) {
                Some(line) => {
                    let reason = Failure::OutOfStock { sku: line.sku.clone() };
                    std::iter::once(Event::FailureRequested { reason }).chain(self.releases()).collect()
                }
                None if self.lines.iter().all(|line| matches!(line.reservation, Reservation::Held(_))) => {
                    vec![Event::ConfirmationRequested {}]
                }
                None => self.lines.iter().filter_map(LineProgress::reservation_wanted).collect(),
            },
            OrderProgress::FailureRequested(_) | OrderProgress::Failed | OrderProgress::Cancelled => {
                self.releases().collect()
            }
        }
    }

    fn releases(&self) -> impl Iterator<Item = Event> {
        self.lines.iter().filter_map(|line| match &line.reservation {
            Reservation::Held(warehouse) => {
                Some(Event::ReservationReleaseRequested { warehouse: warehouse.clone(), sku: line.sku.clone() })
            }
            Reservation::None
            | Reservation::Requested(..)
            | Reservation::ReleaseRequested(..)
            | Reservation::Released => None,
        })
    }

    /// The intents of `order`'s process that have no outcome yet, as far as it knows.
    pub fn awaited(&self, order: &OrderId) -> Result<Vec<Awaited>, InvalidName> {
        let of_order = self
            .of_order()
            .map(|intent| Ok(Awaited { intent, stream: StreamName::new(order::Stream::CATEGORY, order.as_str())? }));
        let of_lines = self.lines.iter().filter_map(|line| {
            let (warehouse, intent) = line.intent()?;
            Some(stock::stream(warehouse, &line.sku).map(|stream| Awaited { intent, stream }))
        });
        of_order.into_iter().chain(of_lines).collect()
    }

    /// The intent that the order has not answered yet.
    const fn of_order(&self) -> Option<Version> {
        match self.order {
            OrderProgress::PlacementRequested(intent)
            | OrderProgress::ConfirmationRequested(intent)
            | OrderProgress::FailureRequested(intent) => Some(intent),
            OrderProgress::Placed | OrderProgress::Confirmed | OrderProgress::Failed | OrderProgress::Cancelled => None,
        }
    }

    /// Whether an intent of it has no outcome yet, as far as it knows.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.of_order().is_some() || self.lines.iter().any(|line| line.intent().is_some())
    }

    /// Whether it knows that the order failed or was cancelled.
    #[must_use]
    pub const fn ended(&self) -> bool {
        matches!(self.order, OrderProgress::Failed | OrderProgress::Cancelled)
    }

    /// Whether nothing that happens elsewhere can move it any more.
    #[must_use]
    pub fn finished(&self) -> bool {
        let over = |line: &LineProgress| matches!(line.reservation, Reservation::None | Reservation::Released);
        self.ended() && self.lines.iter().all(over)
    }
}

impl LineProgress {
    /// The intent that a warehouse has not answered yet.
    const fn intent(&self) -> Option<(&WarehouseId, Version)> {
        match &self.reservation {
            Reservation::Requested(warehouse, intent) | Reservation::ReleaseRequested(warehouse, intent) => {
                Some((warehouse, *intent))
            }
            Reservation::None | Reservation::Held(_) | Reservation::Released => None,
        }
    }

    fn unservable(&self) -> bool {
        self.reservation == Reservation::None && self.candidates.is_empty()
    }

    fn reservation_wanted(&self) -> Option<Event> {
        let warehouse = self.candidates.first().filter(|_| self.reservation == Reservation::None)?;
        Some(Event::ReservationRequested {
            warehouse: warehouse.clone(),
            sku: self.sku.clone(),
            quantity: self.quantity,
        })
    }
}
