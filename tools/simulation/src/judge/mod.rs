//! The judge of a run, or of a real shop: it compares the answers that clients got with the log, and the log with the
//! rules of the shop.

mod agreement;
mod answers;
mod moments;
mod recording;
mod returns;
mod stock;
mod violation;
mod waits;

pub use recording::Recording;
pub use violation::{Invariant, Violation};

use foldlog::Commit;
use moments::Moments;

/// Returns the first violation in a log and its answers. Everything must have settled before.
pub fn judge(recording: &Recording) -> Result<(), Violation> {
    let moments = Moments::of(&recording.commits);
    moments.whole()?;
    answers::judge(recording, &moments)?;
    agreement::judge(&moments)?;
    returns::judge(&moments)
}

/// Whether no order waits any longer.
#[must_use]
pub fn settled(commits: &[Commit]) -> bool {
    waits::nobody_waits(&Moments::of(commits)).is_ok()
}
