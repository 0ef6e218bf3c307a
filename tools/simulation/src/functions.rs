//! The shop's functions on the ports of a run, by the names that the template gives them.

use crate::defects::{
    AskedTwice, Bent, DeadlineIsOutcome, Defect, Forgiving, ForgottenOutstanding, GoodsNotPutBack, LapseUnheeded,
    LossUntold, Naive, PackedOnce, RefundUnheeded, ReplacedEarly, ReturnUnheeded, SentUnasked, SurplusKept,
    UndoneUnconfirmed, UndoneUnknown, WithdrawalKept, WriteOffUnheeded,
};
use crate::handler::{Handler, Queue};
use crate::ports::Simulated;
use crate::release::Reacting;
use crate::world::Host;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog_functions::ports::{HttpOn, ReactionsOn};
use foldlog_lambda::queue::{QueueAndSchedule, Reactor};
use foldlog_lambda::{Function, HttpHandler, SettingError, Settings};
use fulfilment::{Rules, process_manager};
use shop_composition::Mount;
use std::sync::Arc;

/// The number of commits in one part of a rebuild.
const PART_COMMITS: &str = "64";

/// Why a function could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The template names it, and the list of functions lacks it.
    #[error("the simulation knows no function {0}; add it to its functions")]
    Unknown(String),
    /// The template lacks a setting that it needs, or gives it a wrong one.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

/// A function, newly started on a host.
pub(crate) fn start(name: &str, host: &Host) -> Result<Handler, BuildError> {
    let topology = &host.world.topology;
    let mut settings = topology.settings(name).cloned().unwrap_or_default();
    // The log of a run is short, and a rebuild has several parts all the same.
    if let Some(commits) = settings.get_mut("PART_COMMITS") {
        PART_COMMITS.clone_into(commits);
    }
    let settings: Settings = settings.into_iter().collect();
    let unaware = name == "projector" && host.world.has(Defect::NewGenerationUnfollowed);
    let on = Simulated { host: host.clone(), unaware };
    let handler = match (name, host.world.setting.defect) {
        ("fulfilment", Some(Defect::UndoneUnconfirmed)) => on.processes_by::<Bent<UndoneUnconfirmed>>()?,
        ("fulfilment", Some(Defect::SentUnasked)) => on.processes_by::<Bent<SentUnasked>>()?,
        ("fulfilment", Some(Defect::UndoneUnknown)) => on.processes_by::<Bent<UndoneUnknown>>()?,
        ("fulfilment", Some(Defect::ForgottenOutstanding)) => on.processes_by::<Bent<ForgottenOutstanding>>()?,
        ("fulfilment", Some(Defect::DeadlineIsOutcome)) => on.processes_by::<Bent<DeadlineIsOutcome>>()?,
        ("fulfilment", Some(Defect::AskedTwice | Defect::ClosedByIntent)) => on.processes_by::<Bent<AskedTwice>>()?,
        ("fulfilment", Some(Defect::LapseUnheeded)) => on.processes_by::<Bent<LapseUnheeded>>()?,
        ("fulfilment", Some(Defect::RefundUnheeded)) => on.processes_by::<Bent<RefundUnheeded>>()?,
        ("fulfilment", Some(Defect::LossUntold)) => on.processes_by::<Bent<LossUntold>>()?,
        ("fulfilment", Some(Defect::SurplusKept)) => on.processes_by::<Bent<SurplusKept>>()?,
        ("fulfilment", Some(Defect::WriteOffUnheeded)) => on.processes_by::<Bent<WriteOffUnheeded>>()?,
        ("fulfilment", Some(Defect::WithdrawalKept)) => on.processes_by::<Bent<WithdrawalKept>>()?,
        ("fulfilment", Some(Defect::ReplacedEarly)) => on.processes_by::<Bent<ReplacedEarly>>()?,
        ("fulfilment", Some(Defect::PackedOnce)) => on.processes_by::<Bent<PackedOnce>>()?,
        ("fulfilment", Some(Defect::ReturnUnheeded)) => on.processes_by::<Bent<ReturnUnheeded>>()?,
        ("fulfilment", Some(Defect::GoodsNotPutBack)) => on.processes_by::<Bent<GoodsNotPutBack>>()?,
        ("projector", Some(defect)) if defect.folds_naively() => on.stream(Naive::on(&on)?),
        _ => return shop_composition::start(name, &on, &settings, &on)?.ok_or(BuildError::Unknown(name.to_owned())),
    };
    Ok(handler)
}

impl Simulated {
    fn forgives(&self) -> bool {
        self.host.world.has(Defect::EmptyBatchResponse)
    }

    fn take<F: Function<Event = SqsEvent, Answer = SqsBatchResponse>>(&self, function: F) -> Queue {
        if self.forgives() { Arc::new(Forgiving(function)) } else { Arc::new(function) }
    }

    /// The reactor of the running release.
    fn react<T: Reactor>(&self, function: ReactionsOn<T, Self>) -> Queue {
        self.take(function.behind(|reactor| Reacting { world: self.host.world.clone(), reactor }))
    }

    /// The process manager with other rules than the domain's.
    fn processes_by<S: Rules>(&self) -> Result<Handler, SettingError> {
        process_manager::<Self, S>(self).map(|function| self.reactions_and_schedule(function))
    }
}

impl Mount<Self> for Simulated {
    type Mounted = Handler;

    fn http<T: HttpHandler>(&self, function: HttpOn<T, Self>) -> Handler {
        Handler::Http(Arc::new(function))
    }

    fn stream<F: Function<Event = Event, Answer = DynamoDbEventResponse>>(&self, function: F) -> Handler {
        Handler::Stream(if self.forgives() { Arc::new(Forgiving(function)) } else { Arc::new(function) })
    }

    fn queue<F: Function<Event = SqsEvent, Answer = SqsBatchResponse>>(&self, function: F) -> Handler {
        Handler::Queue(self.take(function))
    }

    fn reactions<T: Reactor>(&self, function: ReactionsOn<T, Self>) -> Handler {
        Handler::Queue(self.react(function))
    }

    fn reactions_and_schedule<T: Reactor, S: Function>(
        &self,
        function: QueueAndSchedule<ReactionsOn<T, Self>, S>,
    ) -> Handler {
        Handler::Both(self.react(function.queue), Arc::new(function.schedule))
    }

    fn schedule<F: Function>(&self, function: F) -> Handler {
        Handler::Schedule(Arc::new(function))
    }
}
