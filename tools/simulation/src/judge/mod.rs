//! Whether a run, or a real shop, did what it said: what everybody was told against what the log holds, and the log
//! against the rules of the shop.

mod agreement;
mod answers;
mod moments;
mod recording;
mod violation;
mod waits;

pub use recording::Recording;
pub use violation::{Invariant, Violation};

use foldlog::Commit;
use moments::Moments;

/// The first thing that does not hold of a log and its answers, once everything that was under way has settled.
pub fn judge(recording: &Recording) -> Result<(), Violation> {
    let moments = Moments::of(&recording.commits);
    moments.whole()?;
    answers::judge(recording, &moments)?;
    agreement::judge(&moments)
}

/// Whether nobody waits any more.
#[must_use]
pub fn settled(commits: &[Commit]) -> bool {
    waits::nobody_waits(&Moments::of(commits)).is_ok()
}
