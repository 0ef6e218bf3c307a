//! Rebuild: makes a read model anew from the log while it is in use, a part at a time. A state machine asks what is to be
//! done, has the parts done side by side, and asks again, until nothing is left.

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

/// How long a run goes on with its part: Lambda ends it after 15 minutes, and its last page takes a while.
const BUDGET: Duration = Duration::from_mins(10);
/// At most so many parts: what `Begin` answers has to fit into the state of a state machine.
const MOST_PARTS: u64 = 256;
/// So many notes are read together.
const PAGE: usize = 100;

/// The handler.
pub struct Rebuild<P: Ports> {
    /// The folds of the views.
    folds: ProjectionsOn<P>,
    /// The folds of the sales.
    sales: TotalsOn<P>,
    /// How far each order is added to the sales, as rows of a view of that name.
    checkpoints: P::Views,
    /// A log of about so many commits is read in one part, one of twice as many in two.
    part_commits: u64,
}

/// What is to be done.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Say what is to be done next on account of an event: that somebody asked for a rebuild, or for a cleaning.
    Plan {
        /// The event, as the bus carries it: a [`EventMessage`].
        event: Value,
    },
    /// Do a part of it.
    Work {
        /// The part.
        part: Work,
    },
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Of planning.
    Planned {
        /// What can be done now, after that pause.
        #[serde(flatten)]
        plan: Plan,
        /// Whether nothing is left.
        finished: bool,
    },
    /// Of a part.
    Worked {
        /// Whether nothing is left of it.
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
                let plan = self.plan(&serde_json::from_value(event.clone())?).await?;
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
            | audit::Event::ParkedDiscarded { .. }
            | audit::Event::LostBatchesRedriven {}
            | audit::Event::Reconciled {}
            | audit::Event::ProjectionFlipped { .. }
            | audit::Event::ProjectionRolledBack { .. }
            | audit::Event::VerificationRequested { .. }
            | audit::Event::VerificationReported(_)
            | audit::Event::LogImported { .. } => return Err(format!("{} asks for nothing here", event.name).into()),
        };
        Ok(rebuild::plan(self.folds.views(), projection.as_str(), &request).await?)
    }

    /// A rebuild by the newest fold of the view.
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

    async fn compare(&self, part: &Work) -> Result<bool, RebuildError> {
        let (generations, host) = (self.folds.views(), self.folds.host());
        if part.view != sales::NAME {
            let Some(view) = self.folds.named(&part.view) else { return Ok(true) };
            return rebuild::compare(self.folds.views(), view, generations, host, part, BUDGET).await;
        }
        // The rows follow no stream: they are one part's, which notes them when it begins.
        if part.part == 0 && generations.progress(part).await?.is_none() {
            rebuild::compare_sums(self.sales.totals_store(), sales::NAME, generations, host, part).await?;
        }
        rebuild::compare(&self.checkpoints, sales::NAME, generations, host, part, BUDGET).await
    }

    /// The rows, and what was noted about them.
    async fn sweep(&self, part: &Work) -> Result<bool, RebuildError> {
        let (generations, host) = (self.folds.views(), self.folds.host());
        let mut views = self.folds.views();
        if part.view == sales::NAME {
            views = &self.checkpoints;
            rebuild::sweep_sums(self.sales.totals_store(), sales::NAME, part.generation).await?;
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
