//! The next step for a view.

use super::work::{Phase, RebuildProgress, Work, WorkProgress};
use crate::read::generations::{Comparison, Generations, Registry, Set, Sets, Stage, change};
use crate::read::views::{Generation, ViewError};
use crate::stream::EventId;
use serde::Serialize;
use std::convert::Infallible;

/// A request to rebuild or to clean up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Build a new generation of the view.
    Rebuild {
        /// The event of the request. It begins at most one generation.
        id: EventId,
        /// The new generation, at the stage of being filled.
        set: Set,
        /// The version of the projection that made the existing rows, if the view was never registered.
        oldest: u32,
    },
    /// Give up all generations except the one that is read.
    Clean {
        /// The event of the request.
        id: EventId,
    },
    /// Continue the running work.
    GoOn,
}

/// Work that can be done now, in any order, side by side. When all of it is done, there may be more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The parts; none if nothing is left to do.
    pub work: Vec<Work>,
    /// How long to wait before: every process that still writes or reads a retired generation must end first.
    pub wait_s: u32,
}

/// The longest time for which a batch or a reader uses an older registry.
const LAST_WRITES_S: u32 = 90;

/// Takes in a request, and returns the next work for the view.
pub async fn plan<G: Generations + RebuildProgress>(
    generations: &G,
    view: &str,
    request: &Request,
) -> Result<Plan, ViewError> {
    changed(generations, |registry| match request {
        Request::Rebuild { id, set, oldest } => {
            registry.adopt(view, *oldest);
            if let Some(sets) = registry.sets_mut(view) {
                sets.begin(id, set.clone());
            }
        }
        Request::Clean { id } => {
            if let Some(sets) = registry.sets_mut(view) {
                sets.clean(id);
            }
        }
        Request::GoOn => {}
    })
    .await?;
    loop {
        let registered = generations.registered().await?;
        let Some(sets) = registered.registry.sets(view) else { return Ok(Plan::default()) };
        let Some(next) = next(sets) else { return Ok(Plan::default()) };
        let Next { generation, stage, phase } = next;
        let (mut left, mut comparison) = (Vec::new(), Comparison::default());
        for part in 0..stage.parts() {
            let work = Work { view: view.to_owned(), generation, phase, part, of: stage.parts() };
            match generations.progress(&work).await? {
                Some(WorkProgress { done: true, comparison: of_part, .. }) => comparison.add(of_part),
                Some(_) | None => left.push(work),
            }
        }
        if !left.is_empty() {
            let wait_s = if phase == Phase::Sweep { LAST_WRITES_S } else { 0 };
            return Ok(Plan { work: left, wait_s });
        }
        changed(generations, |registry| {
            let Some(sets) = registry.sets_mut(view) else { return };
            match &stage {
                Stage::Filling { parts, .. } => {
                    sets.proceed(generation, &stage, Stage::Comparing { parts: *parts });
                }
                Stage::Comparing { .. } => {
                    let comparison = Some(comparison.clone());
                    sets.proceed(generation, &stage, Stage::Complete { comparison });
                }
                Stage::Retired { .. } => sets.forget(generation),
                Stage::Complete { .. } => {}
            }
        })
        .await?;
    }
}

async fn changed<G: Generations>(generations: &G, mut by: impl FnMut(&mut Registry) + Send) -> Result<(), ViewError> {
    let Ok(()) = change(generations, |registry| {
        by(registry);
        Ok::<(), Infallible>(())
    })
    .await?;
    Ok(())
}

struct Next {
    generation: Generation,
    stage: Stage,
    phase: Phase,
}

/// The generation that has work left, new ones first.
fn next(sets: &Sets) -> Option<Next> {
    if let Some((generation, set)) = sets.under_way() {
        let phase = if matches!(set.stage, Stage::Filling { .. }) { Phase::Fill } else { Phase::Compare };
        return Some(Next { generation, stage: set.stage.clone(), phase });
    }
    let (generation, parts) = sets.retired().next()?;
    Some(Next { generation, stage: Stage::Retired { parts }, phase: Phase::Sweep })
}
