//! Removing the rows of a generation that was retired.

use super::{Place, RebuildError, Shift, Work, Worksheet};
use crate::generations::Generations;
use crate::ports::Clock;
use crate::views::ViewScan;
use std::time::Duration;

/// Sweeps a part for so long as there is time, and answers whether it is done.
pub async fn sweep<V: ViewScan, G: Generations + Worksheet, H: Clock>(
    views: &V,
    generations: &G,
    host: &H,
    work: &Work,
    budget: Duration,
) -> Result<bool, RebuildError> {
    let Some(mut shift) = Shift::begin(generations, host, work, budget).await? else { return Ok(true) };
    loop {
        let after = match &shift.progress.after {
            Some(Place::View(key)) => Some(key.as_str()),
            Some(Place::Log(_)) | None => None,
        };
        let page = views.page(&work.view, (work.part, work.of), after).await?;
        let own = page.rows.into_iter().filter(|(generation, ..)| *generation == work.generation);
        let keys: Vec<String> = own.map(|(_, key, _)| key).collect();
        views.remove(&work.view, work.generation, &keys).await?;
        if !shift.reached(keys.len(), page.next.map(Place::View)).await? {
            return Ok(shift.progress.done);
        }
    }
}
