//! Notes under the fault model.

use super::fault_model::Meets;
use super::store::{Faulty, LateWrite};
use foldlog::read::parked::{Notes, Parked, ParkingLot, Subject, Trouble};
use foldlog::read::views::ViewError;
use foldlog::stream::Version;

/// A [`ParkingLot`] in front of which requests and answers are delayed, lost and repeated; clones share it.
pub type FaultyParked<P> = Faulty<P, Trouble>;

impl<P: ParkingLot> LateWrite<P> for Trouble {
    async fn land(self, parked: &P) {
        drop(parked.park(&self).await);
    }
}

impl<P: ParkingLot> ParkingLot for FaultyParked<P> {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        self.land().await;
        let park = || self.store.park(trouble);
        let later = || self.later(trouble.clone());
        self.fault_model.write(Meets::Nothing, park, later, ViewError::Unavailable).await
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        self.fault_model.read(self.store.notes(after, limit), ViewError::Unavailable).await
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Parked>, ViewError> {
        self.fault_model.read(self.store.note(subject), ViewError::Unavailable).await
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        self.land().await;
        // A removal that is given up needs no later effect: the caller tries again.
        let clear = || self.store.clear(subject, upto);
        self.fault_model.write(Meets::Nothing, clear, || {}, ViewError::Unavailable).await
    }
}
