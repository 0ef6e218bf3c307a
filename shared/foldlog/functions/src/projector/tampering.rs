//! The alarm: an item of the log was changed or removed, or a foreign one was put beside, which is never allowed.

use super::batch::{Position, Tampered};
use foldlog::read::parked::{Class, Trouble};
use foldlog::{Clock, ParkingLot, Subject, Version};

/// Leaves a note about each of the items; answers with the first record of which none could be left.
pub(crate) async fn note<'a, P: ParkingLot, H: Clock>(
    tampered: &'a [Tampered],
    parked: &P,
    host: &H,
) -> Option<&'a Position> {
    for Tampered { subject, what, position } in tampered {
        tracing::error!(%subject, what, "tampering: an item of the log was changed, removed or put there");
        let version = match subject {
            Subject::Reaction { event, .. } => event.version,
            Subject::Message { .. } | Subject::Fold { .. } => Version::NONE,
        };
        let error = format!("the log's item was tampered with: {what}");
        let (subject, class, at) = (subject.clone(), Class::Permanent, host.now());
        let trouble = Trouble { subject, version, passed_over: version, error, class, at };
        if let Err(error) = parked.park(&trouble).await {
            tracing::error!(subject = %trouble.subject, %error, "the alarm was not noted");
            return Some(position);
        }
    }
    None
}
