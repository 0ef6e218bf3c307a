//! The shop's functions on the ports of a run, by the names that the template gives them.

use crate::defects::{
    Bent, DeadlineIsOutcome, Defect, Forgiving, ForgottenOutstanding, Log, Naive, Provider, SentUnasked, TotalsStore,
    UndoneUnconfirmed, UndoneUnknown,
};
use crate::hints::{Batches, SimBus};
use crate::release::{Fold, Reacting};
use crate::stores::{Bus, Parked, Simulated};
use crate::world::{Host, World};
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog::{ProjectionEngine, Subscription, TotalsEngine};
use foldlog_functions::{Projector, Relay};
use foldlog_lambda::queue::{Hints, Reactions, Reactor};
use foldlog_lambda::{Error, Function, Http, HttpHandler, Invoke, SettingError, Settings};
use foldlog_testing::faulty::FaultyBus;
use fulfilment::{Deadlines, DueView, Fulfilment, Rules, StockView};
use futures::FutureExt;
use futures::future::BoxFuture;
use rebuild::Rebuild;
use reconcile::{Reconcile, WaitingView};
use shop_domain::views::read_models;
use std::sync::Arc;
use std::time::Duration;

/// A function whose trigger delivers `E` and takes `A` back.
pub(crate) trait Handles<E, A>: Send + Sync {
    /// Handles one event.
    fn handle(&self, event: E) -> BoxFuture<'_, Result<A, Error>>;
}

impl<F: Function> Handles<F::Event, F::Answer> for F {
    fn handle(&self, event: F::Event) -> BoxFuture<'_, Result<F::Answer, Error>> {
        self.call(event).boxed()
    }
}

/// What a queue invokes.
type Queue = Arc<dyn Handles<SqsEvent, SqsBatchResponse>>;

/// A function, by its trigger.
#[derive(Clone)]
pub(crate) enum Handler {
    /// Requests.
    Http(Arc<dyn Handles<ApiGatewayV2httpRequest, ApiGatewayV2httpResponse>>),
    /// The log's stream.
    Stream(Arc<dyn Handles<Event, DynamoDbEventResponse>>),
    /// A queue.
    Queue(Queue),
    /// A schedule.
    Schedule(Arc<dyn Invoke>),
    /// A queue and a schedule.
    Both(Queue, Arc<dyn Invoke>),
}

/// Why a function could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The template names it, and nobody here knows it.
    #[error("the simulation knows no function {0}; add it to its functions")]
    Unknown(String),
    /// The template gives it other settings than it needs.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

/// What the functions of one process stand on.
struct Ports<'a> {
    world: &'a Arc<World>,
    host: &'a Host,
}

/// A function, newly started on a host.
pub(crate) fn start(name: &str, host: &Host) -> Result<Handler, BuildError> {
    let on = Ports { world: &host.world, host };
    let settings: Settings = on.world.topology.settings(name).cloned().unwrap_or_default().into_iter().collect();
    let (log, host) = (on.log(), on.host.clone());
    Ok(match name {
        "catalogue-commands" => {
            let currency = settings.parse("SHOP_CURRENCY")?;
            http(catalogue_commands::CatalogueCommands::new(log, host, currency))
        }
        "stock-commands" => http(stock_commands::StockCommands::new(log, host)),
        "account-commands" => http(account_commands::AccountCommands::new(log, host)),
        "cart-commands" => http(cart_commands::CartCommands::new(log, host, settings.parse("TAX_BASIS_POINTS")?)),
        "order-commands" => http(order_commands::OrderCommands::new(log, host)),
        "shipment-commands" => http(shipment_commands::ShipmentCommands::new(log, host)),
        "payment-commands" => {
            http(payment_commands::PaymentCommands::new(log, payment_commands::secrets(&settings)?, host))
        }
        "queries" => http(queries::Queries::new(log, on.world.stores.views.clone(), TotalsStore::new(on.world), host)),
        "operations" => http(on.operations(&settings)?),
        "stock-reactions" => on.reactions(stock_reactions::StockReactions::new(on.marked(), host)),
        "order-reactions" => on.reactions(order_reactions::OrderReactions::new(log, host)),
        "payment-reactions" => {
            on.reactions(payment_reactions::PaymentReactions::new(log, Provider::of(on.world), host))
        }
        "invoice-reactions" => on.reactions(invoice_reactions::InvoiceReactions::new(log, host)),
        "shipment-reactions" => on.reactions(shipment_reactions::ShipmentReactions::new(log, host)),
        "fulfilment" => on.processes(),
        "verification" => {
            let (views, sales) = (on.world.stores.views.clone(), TotalsStore::new(on.world));
            let budget = Duration::from_secs(settings.parse("BUDGET_SECONDS")?);
            on.reactions(verification::Verification::new(log, views, sales, host, budget))
        }
        "sales-projector" => Handler::Queue(on.queue(Hints(on.sales()))),
        "projector" if on.world.setting.defect.is_some_and(Defect::folds_naively) => {
            let (views, parked) = (on.world.stores.views.clone(), on.parked());
            on.stream(Naive { log, views, parked, host, subscriptions: on.subscriptions() })
        }
        "projector" => on.stream(on.projector()),
        "relay" => on.stream(on.relay(&settings)?),
        "reconcile" => Handler::Schedule(Arc::new(on.reconcile(&settings)?)),
        "rebuild" => Handler::Schedule(Arc::new(on.rebuild(&settings)?)),
        unknown => return Err(BuildError::Unknown(unknown.to_owned())),
    })
}

fn http<T: HttpHandler>(handler: T) -> Handler {
    Handler::Http(Arc::new(Http(handler)))
}

impl Ports<'_> {
    fn log(&self) -> Log {
        Log::new(self.world.stores.faulty.clone(), self.host)
    }

    /// The log as reactions on stock see it.
    fn marked(&self) -> Log {
        Log::new(self.world.stores.marked.clone(), self.host)
    }

    fn parked(&self) -> Parked {
        self.world.stores.parked.clone()
    }

    fn bus(&self) -> Bus {
        FaultyBus::under(SimBus(self.world.clone()), self.world.stores.fault_model.clone())
    }

    fn forgives(&self) -> bool {
        self.world.setting.defect == Some(Defect::EmptyBatchResponse)
    }

    fn stream<F>(&self, function: F) -> Handler
    where
        F: Function<Event = Event, Answer = DynamoDbEventResponse>,
    {
        Handler::Stream(if self.forgives() { Arc::new(Forgiving(function)) } else { Arc::new(function) })
    }

    fn queue<F: Function<Event = SqsEvent, Answer = SqsBatchResponse>>(&self, function: F) -> Queue {
        if self.forgives() { Arc::new(Forgiving(function)) } else { Arc::new(function) }
    }

    fn reactions<T: Reactor>(&self, reactor: T) -> Handler {
        Handler::Queue(self.reacts(reactor))
    }

    fn reacts<T: Reactor>(&self, reactor: T) -> Queue {
        let reactor = Reacting { world: self.world.clone(), reactor };
        self.queue(Reactions::new(reactor, self.parked(), self.host.clone()))
    }

    fn subscriptions(&self) -> Vec<Box<dyn Subscription>> {
        let fold = |fold| Box::new(Fold { world: self.world.clone(), fold }) as Box<dyn Subscription>;
        read_models().views.into_iter().map(fold).collect()
    }

    /// The processes, by the rules of the run.
    fn processes(&self) -> Handler {
        match self.world.setting.defect {
            Some(Defect::UndoneUnconfirmed) => self.processes_by::<Bent<UndoneUnconfirmed>>(),
            Some(Defect::SentUnasked) => self.processes_by::<Bent<SentUnasked>>(),
            Some(Defect::UndoneUnknown) => self.processes_by::<Bent<UndoneUnknown>>(),
            Some(Defect::ForgottenOutstanding) => self.processes_by::<Bent<ForgottenOutstanding>>(),
            Some(Defect::DeadlineIsOutcome) => self.processes_by::<Bent<DeadlineIsOutcome>>(),
            Some(_) | None => self.processes_by::<shop_domain::fulfilment::Fulfilment>(),
        }
    }

    fn processes_by<S: Rules>(&self) -> Handler {
        let views = || self.world.stores.views.clone();
        let (candidates, due) = (StockView::new(views()), DueView::new(views()));
        let fulfilment = Arc::new(Fulfilment::<_, _, _, _, S>::new(self.log(), candidates, due, self.host.clone()));
        Handler::Both(self.reacts(fulfilment.clone()), Arc::new(Deadlines(fulfilment)))
    }

    fn projector(&self) -> Projector<Log, crate::stores::Views, Parked, Host> {
        let views = self.world.stores.views.clone();
        Projector::new(ProjectionEngine::new(self.log(), views, self.parked(), self.host.clone(), self.subscriptions()))
    }

    fn relay(&self, settings: &Settings) -> Result<Relay<Bus, Parked, Host>, SettingError> {
        Ok(Relay::new(self.bus(), self.parked(), self.host.clone(), settings.text("EVENT_SOURCE")?))
    }

    fn sales(&self) -> TotalsEngine<Log, TotalsStore, Parked, Host> {
        TotalsEngine::new(
            self.log(),
            TotalsStore::new(self.world),
            self.parked(),
            self.host.clone(),
            read_models().totals,
        )
    }

    fn rebuild(
        &self,
        settings: &Settings,
    ) -> Result<Rebuild<Log, crate::stores::Views, TotalsStore, Parked, Host>, SettingError> {
        let views = self.world.stores.views.clone();
        Ok(Rebuild {
            folds: ProjectionEngine::new(
                self.log(),
                views.clone(),
                self.parked(),
                self.host.clone(),
                self.subscriptions(),
            ),
            sales: self.sales(),
            checkpoints: views,
            part_commits: settings.parse("PART_COMMITS")?,
        })
    }

    fn reconcile(&self, settings: &Settings) -> Result<Reconcile<Simulated>, SettingError> {
        Ok(Reconcile {
            projector: self.projector(),
            relay: self.relay(settings)?,
            sales: self.sales(),
            stock: self.marked(),
            waiting: WaitingView::new(self.world.stores.views.clone()),
            lost: Batches(self.world.clone()),
        })
    }

    fn operations(&self, settings: &Settings) -> Result<operations::Operations<Simulated>, SettingError> {
        let audit = operations::Audit::new(self.log(), self.host.clone());
        Ok(operations::Operations { reconcile: self.reconcile(settings)?, audit })
    }
}
