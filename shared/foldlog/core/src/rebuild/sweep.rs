//! Removing the rows of a generation that was retired.
//!
//! Many parts are swept side by side, as fast as the store takes it. So a store without capacity is the normal case, and
//! no failure: what it did not take is sent again after a pause with full jitter, each up to twice as long as the one
//! before. After [`TRIES`] the part stops, and continues later from its last page.

use super::work::{PartRun, RebuildError, RebuildProgress, ResumePoint, Work};
use crate::ports::{Clock, Randomness};
use crate::read::generations::Generations;
use crate::read::views::{ViewError, ViewScan};
use std::time::Duration;

/// How often the rows of a page are sent: some 40 s of pauses in all, on average.
const TRIES: u32 = 20;
/// The longest first pause,
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// and the longest of all.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Sweeps a part until the time budget ends, and returns whether it is done.
pub async fn sweep<V: ViewScan, G: Generations + RebuildProgress, H: Clock + Randomness>(
    views: &V,
    generations: &G,
    host: &H,
    work: &Work,
    budget: Duration,
) -> Result<bool, RebuildError> {
    let Some(mut shift) = PartRun::begin(generations, host, work, budget).await? else { return Ok(true) };
    loop {
        let after = match &shift.progress.after {
            Some(ResumePoint::View(key)) => Some(key.as_str()),
            Some(ResumePoint::Log(_) | ResumePoint::Settling) | None => None,
        };
        let page = views.page(&work.view, (work.part, work.of), after).await?;
        let own = page.rows.into_iter().filter(|(generation, ..)| *generation == work.generation);
        let mut keys: Vec<String> = own.map(|(_, key, _)| key).collect();
        let (removed, mut pauses) = (keys.len(), Pauses::new());
        while !keys.is_empty() {
            keys = views.remove(&work.view, work.generation, &keys).await?;
            pauses.after(host, keys.len()).await?;
        }
        if !shift.reached(removed, page.next.map(ResumePoint::View)).await? {
            return Ok(shift.progress.done);
        }
    }
}

/// The pauses of one page.
#[derive(Debug)]
pub(super) struct Pauses {
    tried: u32,
    longest: Duration,
}

impl Pauses {
    pub(super) const fn new() -> Self {
        Self { tried: 0, longest: FIRST_PAUSE }
    }

    /// Waits before the rows that the store left are sent again, if there are any. An error after the last try.
    pub(super) async fn after<H: Clock + Randomness>(&mut self, host: &H, left: usize) -> Result<(), ViewError> {
        self.tried += 1;
        if left == 0 {
            return Ok(());
        }
        if self.tried == TRIES {
            let error = format!("after {TRIES} tries the store had not removed {left} rows");
            return Err(ViewError::Unavailable(error));
        }
        host.sleep(jittered(self.longest, host.bits())).await;
        self.longest = (self.longest * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

/// A random pause between zero and the longest.
fn jittered(longest: Duration, bits: u128) -> Duration {
    let thousandth = u32::try_from(bits % 1_001).unwrap_or_default();
    longest * thousandth / 1_000
}
