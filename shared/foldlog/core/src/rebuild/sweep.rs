//! Removing the rows of a generation that was retired.

use super::work::{PartRun, RebuildError, RebuildProgress, ResumePoint, Work};
use crate::ports::Clock;
use crate::read::generations::Generations;
use crate::read::views::ViewScan;
use std::time::Duration;

/// Sweeps a part until the time budget ends, and returns whether it is done.
pub async fn sweep<V: ViewScan, G: Generations + RebuildProgress, H: Clock>(
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
            Some(ResumePoint::Log(_)) | None => None,
        };
        let page = views.page(&work.view, (work.part, work.of), after).await?;
        let own = page.rows.into_iter().filter(|(generation, ..)| *generation == work.generation);
        let keys: Vec<String> = own.map(|(_, key, _)| key).collect();
        views.remove(&work.view, work.generation, &keys).await?;
        if !shift.reached(keys.len(), page.next.map(ResumePoint::View)).await? {
            return Ok(shift.progress.done);
        }
    }
}
