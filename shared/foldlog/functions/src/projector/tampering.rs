//! The alarm: an item of the log was changed or removed, which is never allowed.

use super::batch::{Position, Tampered};
use foldlog::read::parked::Trouble;
use foldlog::{Clock, ParkingLot};

/// The name under which such an item is parked. No function has it, so that the note stays until an operator has looked
/// into it and discards it.
pub const TAMPERING: &str = "tampering";

/// Leaves a note about each of the items; answers with the first record of which none could be left.
pub(crate) async fn note<'a, P: ParkingLot, H: Clock>(
    tampered: &'a [Tampered],
    parked: &P,
    host: &H,
) -> Option<&'a Position> {
    for Tampered { commit, what, position } in tampered {
        tracing::error!(%commit, what, "tampering: an item of the log was changed or removed");
        let error = format!("the log's item was tampered with: {what}");
        let trouble = Trouble::with_event(TAMPERING, commit, error, host.now());
        if let Err(error) = parked.park(&trouble).await {
            tracing::error!(%commit, %error, "the alarm was not noted");
            return Some(position);
        }
    }
    None
}
