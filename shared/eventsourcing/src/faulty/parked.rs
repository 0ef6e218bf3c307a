//! Notes under the weather.

use super::weather::{Late, Meets, Weather};
use crate::parked::{Notes, Parked, ParkingLot, Subject, Trouble};
use crate::stream::Version;
use crate::views::ViewError;

/// A [`ParkingLot`] in front of which requests and answers are delayed, lost and repeated; clones share it.
#[derive(Clone, Debug)]
pub struct FaultyParked<P> {
    parked: P,
    weather: Weather,
    late: Late<Trouble>,
}

impl<P> FaultyParked<P> {
    /// `parked`, under a weather that others share.
    pub fn under(parked: P, weather: Weather) -> Self {
        Self { parked, weather, late: Late::none() }
    }

    /// The notes beneath.
    pub const fn parked(&self) -> &P {
        &self.parked
    }
}

impl<P: ParkingLot> FaultyParked<P> {
    /// Lets all that is late land, and nothing go wrong any more.
    pub async fn settle(&self) {
        self.weather.calm_down();
        for trouble in self.late.take() {
            drop(self.parked.park(&trouble).await);
        }
    }

    /// What is late may land before a request.
    async fn land(&self) {
        if let Some(trouble) = self.weather.landing(&self.late) {
            drop(self.parked.park(&trouble).await);
        }
    }
}

impl<P: ParkingLot> ParkingLot for FaultyParked<P> {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        self.land().await;
        let park = || self.parked.park(trouble);
        let later = || self.late.add(trouble.clone());
        self.weather.write(Meets::Nobody, park, later, ViewError::Unavailable).await
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        self.weather.read(self.parked.notes(after, limit), ViewError::Unavailable).await
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Parked>, ViewError> {
        self.weather.read(self.parked.note(subject), ViewError::Unavailable).await
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        self.land().await;
        // One that lands late is told from none by nobody: whoever cleared tries again.
        let clear = || self.parked.clear(subject, upto);
        self.weather.write(Meets::Nobody, clear, || {}, ViewError::Unavailable).await
    }
}
