//! Where a fold notes a stream that it cannot follow, while every other stream goes on.

use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::views::{Generation, ViewError};
use serde::{Deserialize, Serialize};

/// A note, not a gate: what holds the stream back is contiguity, and every new hint tries again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// The fold's name.
    pub subscription: String,
    /// The stream that it cannot follow.
    pub stream: StreamName,
    /// The commit it stopped before.
    pub version: Version,
    /// Why.
    pub error: String,
    /// When this was noticed last.
    pub noticed_at: Timestamp,
}

/// The notes, one a fold, generation and stream.
pub trait ParkingLot: Send + Sync {
    /// Leaves a note, in the place of an older one.
    fn park(&self, generation: Generation, parked: &Parked) -> impl Future<Output = Result<(), ViewError>> + Send;
}
