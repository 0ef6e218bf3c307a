//! Rebuild: fills a new generation of a read model from the log while the current one is in use. A state machine asks
//! for the work to do, runs its parts concurrently, and asks again until none is left.

use foldlog::json;
use foldlog::read::generations::{Set, Stage};
use foldlog::rebuild::{self, Lockstep, Phase, Plan, RebuildError, RebuildProgress, Request, Work};
use foldlog::{Clock, EventId, EventMessage, Generations, LogScan, ParkingLot, Subject, Version};
use foldlog_functions::Ports;
use foldlog_functions::ports::{ProjectionsOn, TotalsOn};
use foldlog_lambda::{Error, Function, SettingError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shop_domain::audit;
use shop_domain::views::{ReadModels, read_models, sales};
use std::time::Duration;

/// The time after which a run stops work on its part. Lambda ends the run after 15 minutes, and its last page takes a
/// while.
const BUDGET: Duration = Duration::from_mins(10);
/// The maximum number of parts: the state of a state machine limits the size of the answer to `Plan`.
const MOST_PARTS: u64 = 256;
/// The number of notes that are read in one request.
const PAGE: usize = 100;

/// The handler of the state machine's requests.
pub struct Rebuild<P: Ports> {
    /// The folds of the views.
    folds: ProjectionsOn<P>,
    /// The folds of the sales.
    sales: TotalsOn<P>,
    /// The progress of each order in the totals of sales, as rows of a view of that name.
    checkpoints: P::Views,
    /// The number of commits in one part, approximately: a log of twice as many gets two parts.
    part_commits: u64,
}

/// The input of the function.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Plan the next steps for an event: an operator's request for a rebuild or a cleanup.
    Plan {
        /// The event as the bus carries it: an [`EventMessage`].
        event: Value,
    },
    /// Do one part of the work.
    Work {
        /// The part.
        part: Work,
    },
}

/// The answer of the function.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// To a plan.
    Planned {
        /// The steps that can be done now, and the pause before them.
        #[serde(flatten)]
        plan: Plan,
        /// Whether no work is left.
        finished: bool,
    },
    /// To a part.
    Worked {
        /// Whether the part is complete.
        done: bool,
    },
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<Rebuild<P>, SettingError> {
    let ReadModels { views, totals } = read_models();
    Ok(Rebuild {
        folds: ports.projections(views)?,
        sales: ports.totals(sales::NAME, totals)?,
        checkpoints: ports.checkpoints(sales::NAME)?,
        part_commits: settings.parse("PART_COMMITS")?,
    })
}

impl<P: Ports> Function for Rebuild<P> {
    type Event = Task;
    type Answer = Outcome;

    async fn call(&self, task: Task) -> Result<Outcome, Error> {
        let outcome = match &task {
            Task::Plan { event } => {
                let plan = self.plan(&json::read_value(event.clone())?).await?;
                Outcome::Planned { finished: plan.work.is_empty(), plan }
            }
            Task::Work { part } => Outcome::Worked { done: self.work(part).await? },
        };
        tracing::info!(?task, ?outcome, "done");
        Ok(outcome)
    }
}

impl<P: Ports> Rebuild<P> {
    async fn plan(&self, event: &EventMessage) -> Result<Plan, Error> {
        let id = event.id.clone();
        let (projection, request) = match event.decode::<audit::Event>()? {
            audit::Event::RebuildRequested { projection } => {
                let request = self.rebuilding(id, projection.as_str()).await?;
                (projection, request)
            }
            audit::Event::CleanupRequested { projection, .. } => (projection, Request::Clean { id }),
            audit::Event::ParkedRedriven { .. }
            | audit::Event::RedriveReported { .. }
            | audit::Event::ParkedDiscarded { .. }
            | audit::Event::LostBatchesRedriven {}
            | audit::Event::RecoveryReported(_)
            | audit::Event::Reconciled {}
            | audit::Event::ReconciliationReported(_)
            | audit::Event::ProjectionFlipped { .. }
            | audit::Event::ProjectionRolledBack { .. }
            | audit::Event::VerificationRequested { .. }
            | audit::Event::VerificationReported(_)
            | audit::Event::LogImported { .. }
            | audit::Event::AccountErased { .. } => return Err(format!("{} asks for nothing here", event.name).into()),
        };
        Ok(rebuild::plan(self.folds.views(), projection.as_str(), &request).await?)
    }

    /// A rebuild with the newest fold of the view.
    async fn rebuilding(&self, id: EventId, view: &str) -> Result<Request, Error> {
        let versions = self.versions(view);
        let (Some(oldest), Some(newest)) = (versions.first(), versions.last()) else {
            return Err(format!("there is no read model {view}").into());
        };
        let commits = self.folds.log().size().await?;
        let parts = u32::try_from((commits / self.part_commits.max(1) + 1).min(MOST_PARTS))?;
        let stage = Stage::Filling { parts, commits };
        let set = Set { schema: *newest, stage, since: self.folds.host().now(), asked: Some(id.clone()) };
        Ok(Request::Rebuild { id, set, oldest: *oldest })
    }

    fn versions(&self, view: &str) -> Vec<u32> {
        if view == sales::NAME { self.sales.versions(view) } else { self.folds.versions(view) }
    }

    async fn work(&self, part: &Work) -> Result<bool, Error> {
        let done = match part.phase {
            Phase::Fill => self.fill(part).await?,
            Phase::Compare => self.compare(part).await?,
            Phase::Sweep => self.sweep(part).await?,
        };
        Ok(done)
    }

    async fn fill(&self, part: &Work) -> Result<bool, Error> {
        let (log, generations, host) = (self.folds.log(), self.folds.views(), self.folds.host());
        let registered = generations.registered().await?.registry;
        let Some(sets) = registered.sets(&part.view) else { return Ok(true) };
        let Some(set) = sets.all().get(&part.generation) else { return Ok(true) };
        let unknown = || format!("no fold of {} has the number {}", part.view, set.schema);
        if part.view == sales::NAME {
            let new = self.sales.filling(&part.view, set.schema).ok_or_else(unknown)?;
            let read = self.sales.filling(&part.view, sets.schema()).map(|filling| (sets.read(), filling));
            return Ok(rebuild::fill(log, &Lockstep { new, read }, generations, host, part, BUDGET).await?);
        }
        let filling = self.folds.filling(&part.view, set.schema).ok_or_else(unknown)?;
        Ok(rebuild::fill(log, &filling, generations, host, part, BUDGET).await?)
    }

    async fn compare(&self, part: &Work) -> Result<bool, Error> {
        let (generations, host) = (self.folds.views(), self.folds.host());
        let registered = generations.registered().await?.registry;
        let Some(sets) = registered.sets(&part.view) else { return Ok(true) };
        let Some(set) = sets.all().get(&part.generation) else { return Ok(true) };
        let unknown = || format!("no fold of {} has the number {}", part.view, set.schema);
        if part.view != sales::NAME {
            let Some(view) = self.folds.named(&part.view) else { return Ok(true) };
            let rows = self.folds.filling(view, set.schema).ok_or_else(unknown)?;
            return Ok(rebuild::compare(self.folds.views(), view, &rows, generations, host, part, BUDGET).await?);
        }
        // These rows belong to no single stream, so part 0 compares them when it begins, and notes the result.
        if part.part == 0 && generations.progress(part).await?.is_none() {
            rebuild::compare_sums(self.sales.totals_store(), sales::NAME, generations, host, part).await?;
        }
        let rows = self.sales.filling(&part.view, set.schema).ok_or_else(unknown)?;
        Ok(rebuild::compare(&self.checkpoints, sales::NAME, &rows, generations, host, part, BUDGET).await?)
    }

    /// Deletes the rows and their notes.
    async fn sweep(&self, part: &Work) -> Result<bool, RebuildError> {
        let (generations, host) = (self.folds.views(), self.folds.host());
        let mut views = self.folds.views();
        if part.view == sales::NAME {
            views = &self.checkpoints;
            rebuild::sweep_sums(self.sales.totals_store(), sales::NAME, host, part.generation).await?;
        }
        self.forget_notes(part).await?;
        rebuild::sweep(views, generations, host, part, BUDGET).await
    }

    async fn forget_notes(&self, part: &Work) -> Result<(), RebuildError> {
        let mut after = None;
        loop {
            let page = self.folds.parked().notes(after.as_ref(), PAGE).await?;
            for note in page.notes {
                let subject = &note.trouble.subject;
                if let Subject::Fold { view, generation, .. } = subject
                    && (view, generation) == (&part.view, &part.generation)
                {
                    self.folds.parked().clear(subject, Version(u64::MAX)).await?;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
