//! The shop's functions on the ports of a run, by the names that the template gives them.

use crate::defects::{
    Bent, DeadlineIsOutcome, Defect, Forgiving, ForgottenOutstanding, Naive, SentUnasked, UndoneUnconfirmed,
    UndoneUnknown,
};
use crate::handler::{Handler, Queue};
use crate::ports::Simulated;
use crate::release::Reacting;
use crate::world::Host;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog_functions::ports::{HttpOn, ReactionsOn};
use foldlog_lambda::queue::Reactor;
use foldlog_lambda::{Function, HttpHandler, SettingError, Settings};
use fulfilment::{ProcessManager, Rules};
use shop_composition::Mount;
use std::sync::Arc;

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
    let settings: Settings = topology.settings(name).cloned().unwrap_or_default().into_iter().collect();
    let on = Simulated(host.clone());
    let handler = match (name, host.world.setting.defect) {
        ("fulfilment", Some(Defect::UndoneUnconfirmed)) => on.processes_by::<Bent<UndoneUnconfirmed>>()?,
        ("fulfilment", Some(Defect::SentUnasked)) => on.processes_by::<Bent<SentUnasked>>()?,
        ("fulfilment", Some(Defect::UndoneUnknown)) => on.processes_by::<Bent<UndoneUnknown>>()?,
        ("fulfilment", Some(Defect::ForgottenOutstanding)) => on.processes_by::<Bent<ForgottenOutstanding>>()?,
        ("fulfilment", Some(Defect::DeadlineIsOutcome)) => on.processes_by::<Bent<DeadlineIsOutcome>>()?,
        ("projector", Some(defect)) if defect.folds_naively() => on.stream(Naive::on(&on)?),
        _ => return shop_composition::start(name, &on, &settings, &on)?.ok_or(BuildError::Unknown(name.to_owned())),
    };
    Ok(handler)
}

impl Simulated {
    fn forgives(&self) -> bool {
        self.0.world.has(Defect::EmptyBatchResponse)
    }

    fn take<F: Function<Event = SqsEvent, Answer = SqsBatchResponse>>(&self, function: F) -> Queue {
        if self.forgives() { Arc::new(Forgiving(function)) } else { Arc::new(function) }
    }

    /// The reactor of the running release.
    fn react<T: Reactor>(&self, function: ReactionsOn<T, Self>) -> Queue {
        self.take(function.behind(|reactor| Reacting { world: self.0.world.clone(), reactor }))
    }

    /// The process manager with other rules than the domain's.
    fn processes_by<S: Rules>(&self) -> Result<Handler, SettingError> {
        ProcessManager::<Self, S>::on(self).map(|function| self.processes(function))
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

    fn processes<S: Rules>(&self, function: ProcessManager<Self, S>) -> Handler {
        Handler::Both(self.react(function.reactions), Arc::new(function.deadlines))
    }

    fn schedule<F: Function>(&self, function: F) -> Handler {
        Handler::Schedule(Arc::new(function))
    }
}
