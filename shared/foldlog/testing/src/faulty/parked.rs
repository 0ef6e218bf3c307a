//! Notes under the fault model.

use super::fault_model::{FaultModel, Late, Meets};
use foldlog::read::parked::{Notes, Parked, ParkingLot, Subject, Trouble};
use foldlog::read::views::ViewError;
use foldlog::stream::Version;

/// A [`ParkingLot`] in front of which requests and answers are delayed, lost and repeated; clones share it.
#[derive(Clone, Debug)]
pub struct FaultyParked<P> {
    parked: P,
    fault_model: FaultModel,
    late: Late<Trouble>,
}

impl<P> FaultyParked<P> {
    /// `parked`, under a fault model that other stores share.
    pub fn under(parked: P, fault_model: FaultModel) -> Self {
        Self { parked, fault_model, late: Late::none() }
    }

    /// The notes behind it.
    pub const fn parked(&self) -> &P {
        &self.parked
    }
}

impl<P: ParkingLot> FaultyParked<P> {
    /// Carries out all late requests. From then on nothing fails.
    pub async fn settle(&self) {
        self.fault_model.calm_down();
        for trouble in self.late.take() {
            drop(self.parked.park(&trouble).await);
        }
    }

    /// A late request may arrive before this one.
    async fn land(&self) {
        if let Some(trouble) = self.fault_model.landing(&self.late) {
            drop(self.parked.park(&trouble).await);
        }
    }
}

impl<P: ParkingLot> ParkingLot for FaultyParked<P> {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        self.land().await;
        let park = || self.parked.park(trouble);
        let later = || self.late.add(trouble.clone());
        self.fault_model.write(Meets::Nothing, park, later, ViewError::Unavailable).await
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        self.fault_model.read(self.parked.notes(after, limit), ViewError::Unavailable).await
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Parked>, ViewError> {
        self.fault_model.read(self.parked.note(subject), ViewError::Unavailable).await
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        self.land().await;
        // A removal that is given up needs no later effect: the caller tries again.
        let clear = || self.parked.clear(subject, upto);
        self.fault_model.write(Meets::Nothing, clear, || {}, ViewError::Unavailable).await
    }
}
