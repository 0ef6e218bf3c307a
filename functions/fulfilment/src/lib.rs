//! The process manager: notes what other streams did, and writes its own stream alone.

mod candidates;

pub use candidates::{Candidates, StockView};

use aws_config::SdkConfig;
use domain::fulfilment::{self, Command, Outcome, Stream, of_order, of_stock};
use domain::order::Placement;
use domain::values::{OrderId, Sku, WarehouseId};
use domain::{cart, order};
use dynamo::{Log, Parked, Views};
use eventsourcing::{Clock, Commands, Decider, EventLog, Notice, Randomness};
use lambda::queue::{Reactions, Reactor, Unreacted};
use lambda::{SettingError, Settings, SystemHost};
use std::collections::BTreeMap;

/// The handler.
pub struct Fulfilment<L, C, H> {
    processes: Commands<Stream, L, H>,
    candidates: C,
}

/// The deployed function.
pub type Deployed = Reactions<Fulfilment<Log, StockView<Views>, SystemHost>, Parked, SystemHost>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Deployed, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let view = StockView::in_table(client.clone(), settings.text("STOCK_VIEW")?);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(Reactions::new(Fulfilment::new(log, view, SystemHost), parked, SystemHost))
}

impl<L: EventLog, C, H: Clock + Randomness> Fulfilment<L, C, H> {
    /// The process manager on these ports.
    #[must_use]
    pub fn new(log: L, candidates: C, host: H) -> Self {
        Self { processes: Commands::new(log, host), candidates }
    }
}

impl<L, C, H> Reactor for Fulfilment<L, C, H>
where
    L: EventLog + 'static,
    C: Candidates + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "fulfilment";
    type Log = L;

    fn log(&self) -> &L {
        self.processes.log()
    }

    async fn react(&self, notice: &Notice) -> Result<(), Unreacted> {
        let Some((order, command)) = self.command(notice).await? else { return Ok(()) };
        let metadata = notice.metadata(Self::NAME, "note");
        let stream = fulfilment::stream(&order)?;
        match command {
            Command::Start(_) => self.processes.begin(&stream, &command, &metadata).await?,
            Command::Note(_) => self.processes.execute(&stream, &command, &metadata).await?,
        };
        Ok(())
    }
}

impl<L, C: Candidates, H> Fulfilment<L, C, H> {
    /// What another stream's event asks of which order's process.
    async fn command(&self, notice: &Notice) -> Result<Option<(OrderId, Command)>, Unreacted> {
        Ok(match notice.subject.category() {
            cart::Stream::CATEGORY => match notice.decode()? {
                cart::Event::CartCheckedOut { owner, lines, totals } => {
                    let placement = Placement { account: owner, lines, totals };
                    Some((order_of(notice)?, Command::Start(placement)))
                }
                cart::Event::CartOpened { .. }
                | cart::Event::ItemAdded { .. }
                | cart::Event::QuantityChanged { .. }
                | cart::Event::ItemRemoved { .. }
                | cart::Event::CartCleared {} => None,
            },
            order::Stream::CATEGORY => {
                let event: order::Event = notice.decode()?;
                let outcome = match &event {
                    order::Event::OrderPlaced(placement) => {
                        Outcome::Placed { candidates: self.candidates(placement).await? }
                    }
                    order::Event::OrderConfirmed {}
                    | order::Event::OrderFailed { .. }
                    | order::Event::OrderCancelled { .. } => of_order(&event),
                };
                Some((order_of(notice)?, Command::Note(outcome)))
            }
            domain::stock::Stream::CATEGORY => {
                let stock = domain::stock::of_stream(&notice.subject);
                let (warehouse, sku) = stock.ok_or_else(|| Unreacted::malformed("not a stock stream"))?;
                of_stock(warehouse, sku, &notice.decode()?).map(|(order, outcome)| (order, Command::Note(outcome)))
            }
            _ => None,
        })
    }

    /// The warehouses to ask for each product of an order.
    async fn candidates(&self, placement: &Placement) -> Result<BTreeMap<Sku, Vec<WarehouseId>>, Unreacted> {
        let mut candidates = BTreeMap::new();
        for line in &placement.lines {
            candidates.insert(line.sku.clone(), self.candidates.of(line).await.map_err(Unreacted::Unavailable)?);
        }
        Ok(candidates)
    }
}

/// The order whose cart or own stream moved.
fn order_of(notice: &Notice) -> Result<OrderId, Unreacted> {
    notice.subject.id().parse().map_err(Unreacted::malformed)
}
