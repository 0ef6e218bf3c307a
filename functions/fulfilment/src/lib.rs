//! The process manager: notes what other streams did, and writes its own stream alone.

mod candidates;

pub use candidates::{Candidates, StockView};

use aws_config::SdkConfig;
use domain::fulfilment::{self, Command, Outcome, Stream, of_order, of_stock};
use domain::order::Placement;
use domain::values::{OrderId, Sku, WarehouseId};
use domain::{cart, order};
use dynamo::Log;
use eventsourcing::{Clock, Commands, Decider, EventLog, Notice, Randomness};
use lambda::queue::{Reactions, Reactor};
use lambda::{Error, SettingError, Settings, SystemHost};
use std::collections::BTreeMap;

/// The handler.
pub struct Fulfilment<L, C, H> {
    processes: Commands<Stream, L, H>,
    candidates: C,
}

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<Fulfilment<Log, StockView, SystemHost>>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let view = StockView::new(client, settings.text("STOCK_VIEW")?);
    Ok(Reactions(Fulfilment::new(log, view, SystemHost)))
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
    async fn react(&self, notice: &Notice) -> Result<(), Error> {
        let Some((order, command)) = self.command(notice).await? else { return Ok(()) };
        let metadata = notice.metadata("fulfilment", "note");
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
    async fn command(&self, notice: &Notice) -> Result<Option<(OrderId, Command)>, Error> {
        Ok(match notice.subject.category() {
            cart::Stream::CATEGORY => match notice.decode()? {
                cart::Event::CartCheckedOut { owner, lines, totals } => {
                    let placement = Placement { account: owner, lines, totals };
                    Some((notice.subject.id().parse()?, Command::Start(placement)))
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
                Some((notice.subject.id().parse()?, Command::Note(outcome)))
            }
            domain::stock::Stream::CATEGORY => {
                let (warehouse, sku) = domain::stock::of_stream(&notice.subject).ok_or("not a stock stream")?;
                of_stock(warehouse, sku, &notice.decode()?).map(|(order, outcome)| (order, Command::Note(outcome)))
            }
            _ => None,
        })
    }

    /// The warehouses to ask for each product of an order.
    async fn candidates(&self, placement: &Placement) -> Result<BTreeMap<Sku, Vec<WarehouseId>>, Error> {
        let mut candidates = BTreeMap::new();
        for line in &placement.lines {
            candidates.insert(line.sku.clone(), self.candidates.of(line).await?);
        }
        Ok(candidates)
    }
}
