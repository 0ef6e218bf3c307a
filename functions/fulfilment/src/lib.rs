//! The process manager: notes what other streams did and which deadlines passed, and writes its own stream alone.

mod candidates;
mod deadlines;

pub use candidates::{Candidates, StockView};
pub use deadlines::{Deadlines, DueView, Passed, ProcessManager, Task, Told, Trigger};

use aws_config::SdkConfig;
use foldlog::write::loaded::replay;
use foldlog::{
    Clock, Commands, Consistency, Decider, EventLog, EventMessage, Lookups, NoRefusal, Randomness, ReadOptions,
    StreamName,
};
use foldlog_dynamo::{Log, Parked, Views};
use foldlog_lambda::queue::{ReactionError, Reactor};
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::cart;
use shop_domain::fulfilment::{self, Candidate, Command, Event, Outcome, State, Unreadable, outcome_of};
use shop_domain::order::Placement;
use shop_domain::values::{OrderId, Sku};
use std::collections::BTreeMap;

/// What a process decides by: the domain's own rules, except where a simulation breaks one on purpose.
pub trait Rules:
    Decider<Id = OrderId, State = State, Command = Command, Event = Event, Refusal = NoRefusal> + 'static
{
}

impl<S> Rules for S where
    S: Decider<Id = OrderId, State = State, Command = Command, Event = Event, Refusal = NoRefusal> + 'static
{
}

/// The handler.
pub struct Fulfilment<L, C, V, H, S: Rules = fulfilment::Fulfilment> {
    processes: Commands<S, L, H>,
    candidates: C,
    due: DueView<V>,
}

/// The deployed function.
pub type Deployed = ProcessManager<Log, StockView<Views>, Views, Parked, SystemHost>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Deployed, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let generations = settings.text("GENERATIONS_TABLE")?;
    let view = StockView::in_table(client.clone(), settings.text("STOCK_VIEW")?, generations);
    let due = DueView::in_table(client.clone(), settings.text("WAITING_VIEW")?, generations);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(ProcessManager::new(Fulfilment::new(log, view, due, SystemHost), parked, SystemHost))
}

impl<L: EventLog, C, V, H: Clock + Randomness, S: Rules> Fulfilment<L, C, V, H, S> {
    /// The process manager on these ports.
    #[must_use]
    pub fn new(log: L, candidates: C, due: DueView<V>, host: H) -> Self {
        Self { processes: Commands::new(log, host), candidates, due }
    }
}

impl<L, C, V, H, S> Reactor for Fulfilment<L, C, V, H, S>
where
    L: EventLog + 'static,
    C: Candidates + 'static,
    V: Lookups + 'static,
    H: Clock + Randomness + 'static,
    S: Rules,
{
    const NAME: &'static str = "fulfilment";
    type Log = L;

    fn log(&self) -> &L {
        self.processes.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let Some((order, command)) = self.command(message).await? else { return Ok(()) };
        let metadata = message.metadata(Self::NAME, "note");
        self.processes.execute(&StreamName::of::<S>(&order), &command, &metadata).await?;
        Ok(())
    }
}

impl<L: EventLog, C: Candidates, V, H: Clock + Randomness, S: Rules> Fulfilment<L, C, V, H, S> {
    /// What another stream's event asks of which order's process.
    async fn command(&self, message: &EventMessage) -> Result<Option<(OrderId, Command)>, ReactionError> {
        let at = message.time;
        if message.subject.category() == cart::Cart::CATEGORY {
            let Some(placement) = checkout(message.decode()?) else { return Ok(None) };
            let order = message.subject.id().parse().map_err(ReactionError::malformed)?;
            return Ok(Some((order, Command::Start { placement, at })));
        }
        let noted = outcome_of(message).map_err(|error| match error {
            Unreadable::Undecodable(error) => error.into(),
            Unreadable::Misnamed(error) => ReactionError::malformed(error),
        })?;
        Ok(match noted {
            Some((order, Outcome::Placed { means, .. })) => {
                let candidates = self.candidates(&order).await?;
                Some((order, Command::Note { outcome: Outcome::Placed { candidates, means }, at }))
            }
            noted => noted.map(|(order, outcome)| (order, Command::Note { outcome, at })),
        })
    }

    /// The warehouses that may have each product of an order, as its process knows it.
    async fn candidates(&self, order: &OrderId) -> Result<BTreeMap<Sku, Vec<Candidate>>, ReactionError> {
        let reading = ReadOptions::of::<fulfilment::Fulfilment>(Consistency::Strong);
        let history = self.processes.log().load(&StreamName::of::<S>(order), reading).await?;
        let State::Started(process) = replay::<fulfilment::Fulfilment>(&history)? else { return Ok(BTreeMap::new()) };
        let mut candidates = BTreeMap::new();
        for line in process.lines {
            let of_line = self.candidates.of(&line.sku).await.map_err(ReactionError::Unavailable)?;
            candidates.insert(line.sku, of_line);
        }
        Ok(candidates)
    }
}

/// What a cart's event has ordered.
fn checkout(event: cart::Event) -> Option<Placement> {
    match event {
        cart::Event::CartCheckedOut { owner: account, lines, totals, card, address } => {
            Some(Placement { account, lines, totals, card, address })
        }
        cart::Event::CartOpened { .. }
        | cart::Event::ItemAdded { .. }
        | cart::Event::QuantityChanged { .. }
        | cart::Event::ItemRemoved { .. }
        | cart::Event::CartCleared {} => None,
    }
}
