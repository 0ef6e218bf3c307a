//! The generations of the read models: operators list them, fill new ones, and switch readers between them.

use crate::Operations;
use crate::audit::Record;
use foldlog::read::generations::{Comparison, Registry, Set, Sets, Stage, SwitchError, Switched, change};
use foldlog::read::views::Generation;
use foldlog::rebuild::{Phase, RebuildProgress, Work, WorkProgress};
use foldlog::{Clock, Generations, Metadata, Timestamp};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::operations::{Compared, Flip, GenerationShown, GenerationsOf, Rebuilding, StageName, SwitchShown};
use shop_api::requests::Nothing;
use shop_domain::audit::Event;
use shop_domain::values::ProjectionName;
use shop_domain::views::read_models;

/// The number of seconds after which a client should ask again.
const LOOK_AGAIN_S: u32 = 2;

impl<P: KeyPorts> Operations<P> {
    /// `GET /ops/projections/{name}`
    pub(crate) async fn generations(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&[])?;
        let name = projection(request)?;
        Response::json(StatusCode::OK, &self.shown(&name).await?)
    }

    /// `POST /ops/projections/{name}/rebuild`: recording the request starts the rebuild.
    pub(crate) async fn rebuild(&self, request: &Request) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let projection = projection(request)?;
        self.audit.record(&metadata, Event::RebuildRequested { projection: projection.clone() }).await?;
        self.begun(&projection).await
    }

    /// `POST /ops/projections/{name}/cleanup`: recording the request starts the cleanup.
    pub(crate) async fn clean_up(&self, request: &Request) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let projection = projection(request)?;
        let decide = async || {
            let registry = self.views().registered().await?.registry;
            let read = registry.read(projection.as_str());
            let others = registry.sets(projection.as_str()).map(Sets::all).into_iter().flatten();
            let Some(newest) = others.map(|(generation, _)| *generation).rfind(|generation| *generation != read) else {
                let detail = format!("{projection} has no generation but the one that is read, {read}");
                return Err(Problem::refused("nothing-to-clean", &detail));
            };
            Ok(Event::CleanupRequested { projection: projection.clone(), generation: newest.0 })
        };
        self.audit.record_as_decided(&metadata, decide).await?;
        self.begun(&projection).await
    }

    /// `POST /ops/projections/{name}/flip`
    pub(crate) async fn flip(&self, request: &Request) -> Result<Response, Problem> {
        let (Flip { despite_differences }, metadata) = request.command()?;
        let projection = projection(request)?;
        let decide = |sets: &Sets| sets.newer(despite_differences);
        let record =
            |Switched { from, to }, projection| Event::ProjectionFlipped { projection, from: from.0, to: to.0 };
        self.switch(&metadata, projection, decide, record).await
    }

    /// `POST /ops/projections/{name}/rollback`
    pub(crate) async fn roll_back(&self, request: &Request) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let record =
            |Switched { from, to }, projection| Event::ProjectionRolledBack { projection, from: from.0, to: to.0 };
        self.switch(&metadata, projection(request)?, Sets::older, record).await
    }

    /// Switches readers to another generation, which must have no parked notes. What is recorded is done, once: a
    /// repeated request is answered without another switch, even if readers have been sent elsewhere since.
    async fn switch(
        &self,
        metadata: &Metadata,
        projection: ProjectionName,
        decide: impl Fn(&Sets) -> Result<Switched, SwitchError> + Send + Sync,
        record: impl Fn(Switched, ProjectionName) -> Event + Send + Sync,
    ) -> Result<Response, Problem> {
        let decide = async || {
            let registry = self.views().registered().await?.registry;
            let switched = registry.sets(projection.as_str()).map_or(Err(SwitchError::NoneNewer), decide);
            let switched = switched.map_err(|unfit| refusal(&unfit))?;
            let parked = self.parked_by_subscriber().await?;
            if let Some(notes) = parked.get(&format!("{projection}/{}", switched.to)) {
                let detail = format!("generation {} cannot follow {notes} streams: see GET /ops/parked", switched.to);
                return Err(Problem::refused("generation-parked", &detail));
            }
            Ok(record(switched, projection.clone()))
        };
        let Record { id, action } = self.audit.record_as_decided(metadata, decide).await?;
        let (Event::ProjectionFlipped { from, to, .. } | Event::ProjectionRolledBack { from, to, .. }) = action else {
            return Err(Problem::internal(&format!("{id} switches nothing")));
        };
        let switch = |registry: &mut Registry| match registry.sets_mut(projection.as_str()) {
            Some(sets) => sets.switch(&id, Generation(to)),
            None => Err(SwitchError::GivenUp(Generation(to))),
        };
        change(self.views(), switch).await?.map_err(|unfit| refusal(&unfit))?;
        let shown = self.shown(&projection).await?;
        Response::json(StatusCode::OK, &GenerationsOf { switched: Some(SwitchShown { from, to }), ..shown })
    }

    async fn begun(&self, projection: &ProjectionName) -> Result<Response, Problem> {
        let shown = self.shown(projection).await?;
        let answer = Response::json(StatusCode::ACCEPTED, &shown)?.retry_after(LOOK_AGAIN_S);
        Ok(answer.location(&format!("/ops/projections/{projection}")))
    }

    async fn shown(&self, projection: &ProjectionName) -> Result<GenerationsOf, Problem> {
        let versions = versions(projection.as_str());
        let mut registry = self.views().registered().await?.registry;
        registry.adopt(projection.as_str(), versions.first().copied().unwrap_or(1));
        let parked = self.parked_by_subscriber().await?;
        let Some(sets) = registry.sets(projection.as_str()) else { return Err(unknown(projection)) };
        let now = self.folds.host().now();
        let mut generations = Vec::new();
        for (generation, set) in sets.all() {
            let notes = parked.get(&format!("{projection}/{generation}")).copied().unwrap_or_default();
            let read = *generation == sets.read();
            let progress = self.progress(projection, *generation, set, now).await?;
            generations.push(GenerationShown {
                generation: generation.0,
                schema: set.schema,
                read,
                stage: stage(&set.stage),
                since: Some(set.since).filter(|since| *since != Timestamp::default()).map(|since| since.to_string()),
                parked: notes,
                progress,
                comparison: match &set.stage {
                    Stage::Complete { comparison: Some(comparison) } => Some(compared(comparison)),
                    Stage::Complete { comparison: None }
                    | Stage::Filling { .. }
                    | Stage::Comparing { .. }
                    | Stage::Retired { .. } => None,
                },
            });
        }
        let newest = versions.last().copied().unwrap_or_default();
        let trouble = unfit(&versions, sets);
        let rebuild_needed = newest != sets.schema();
        Ok(GenerationsOf {
            name: projection.to_string(),
            read: sets.read().0,
            schemas: versions,
            rebuild_needed,
            trouble,
            generations,
            switched: None,
        })
    }

    /// The progress of the rebuild or cleanup that is running.
    async fn progress(
        &self,
        projection: &ProjectionName,
        generation: Generation,
        set: &Set,
        now: Timestamp,
    ) -> Result<Option<Rebuilding>, Problem> {
        let (phase, of) = match set.stage {
            Stage::Filling { commits, .. } => (Phase::Fill, Some(commits)),
            Stage::Comparing { .. } => (Phase::Compare, None),
            Stage::Retired { .. } => (Phase::Sweep, None),
            Stage::Complete { .. } => return Ok(None),
        };
        let parts = set.stage.parts();
        let mut shown = Rebuilding { phase: phase.to_string(), parts, of, ..Rebuilding::default() };
        let mut since = now;
        for part in 0..parts {
            let work = Work { view: projection.to_string(), generation, phase, part, of: parts };
            let Some(WorkProgress { read, done, since: begun, .. }) = self.views().progress(&work).await? else {
                continue;
            };
            shown.read += read;
            shown.parts_done += u32::from(done);
            since = since.min(begun);
        }
        let elapsed_ms = u64::try_from(now.0 - since.0).unwrap_or_default();
        shown.per_s = (shown.read * 1_000).checked_div(elapsed_ms).unwrap_or_default();
        shown.remaining_s = of.and_then(|of| of.saturating_sub(shown.read).checked_div(shown.per_s));
        Ok(Some(shown))
    }
}

/// The versions of a view's folds in this release, in order.
pub(crate) fn versions(view: &str) -> Vec<u32> {
    read_models().versions().of(view)
}

/// Why a view's generations do not fit this release, and how to fix that.
pub(crate) fn unfit(versions: &[u32], sets: &Sets) -> Option<String> {
    let read = sets.schema();
    if !versions.contains(&read) {
        return Some(format!(
            "its rows are of fold {read}, of which this release has none: they stand still. Deploy a release that has \
             that fold beside its own, rebuild and flip"
        ));
    }
    versions
        .last()
        .filter(|newest| **newest != read)
        .map(|newest| format!("its rows are of fold {read}, and fold {newest} waits for a rebuild and a flip"))
}

fn projection(request: &Request) -> Result<ProjectionName, Problem> {
    let name: ProjectionName = request.path("name")?;
    if versions(name.as_str()).is_empty() { Err(unknown(&name)) } else { Ok(name) }
}

fn unknown(name: &ProjectionName) -> Problem {
    Problem::not_found(&format!("there is no read model {name}; GET /ops/projections names them"))
}

fn refusal(unfit: &SwitchError) -> Problem {
    let kind = match unfit {
        SwitchError::NoneNewer => "none-newer",
        SwitchError::NoneOlder => "none-older",
        SwitchError::GivenUp(_) => "generation-given-up",
        SwitchError::Different { .. } => "generations-differ",
    };
    Problem::refused(kind, &unfit.to_string())
}

const fn stage(stage: &Stage) -> StageName {
    match stage {
        Stage::Filling { .. } => StageName::Filling,
        Stage::Comparing { .. } => StageName::Comparing,
        Stage::Complete { .. } => StageName::Complete,
        Stage::Retired { .. } => StageName::Retired,
    }
}

fn compared(comparison: &Comparison) -> Compared {
    Compared {
        rows: comparison.rows,
        different: comparison.different,
        first: comparison.first.clone(),
        read_digest: comparison.read.into(),
        new_digest: comparison.new.into(),
    }
}
