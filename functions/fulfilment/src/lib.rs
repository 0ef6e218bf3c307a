//! The process manager: notes what other streams did, and writes its own stream alone.

use aws_config::SdkConfig;
use domain::fulfilment::{self, Command, Outcome, Stream, of_order, of_stock};
use domain::order::Placement;
use domain::values::{OrderId, Sku, WarehouseId};
use domain::views::stock;
use domain::{cart, order};
use dynamo::{Direction, Log, Lookup, Views};
use eventsourcing::views::Generation;
use eventsourcing::{Clock, Decider, EventLog, Notice, Projection, Randomness, execute};
use lambda::queue::{Reactions, Reactor};
use lambda::{Error, SettingError, Settings, SystemHost};
use std::collections::BTreeMap;

/// The most warehouses that are asked for a line.
const MOST_CANDIDATES: usize = 20;

/// The handler.
pub struct Fulfilment<L, H> {
    log: L,
    views: Views,
    host: H,
}

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Reactions<Fulfilment<Log, SystemHost>>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let views = Views::new(client).with(stock::View::NAME, settings.text("STOCK_VIEW")?, &[stock::SKU]);
    Ok(Reactions(Fulfilment { log, views, host: SystemHost }))
}

impl<L, H> Reactor for Fulfilment<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    async fn react(&self, notice: &Notice) -> Result<(), Error> {
        let Some((order, command)) = self.command(notice).await? else { return Ok(()) };
        let metadata = notice.metadata("fulfilment", "note");
        execute::<Stream, _, _>(&self.log, &self.host, &fulfilment::stream(&order)?, &command, &metadata).await?;
        Ok(())
    }
}

impl<L, H> Fulfilment<L, H> {
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

    /// The warehouses that may have an order's products, in the order in which to ask them: first those that seem to
    /// have enough, then the others, by id. A view proposes; the stock's own streams decide.
    async fn candidates(&self, placement: &Placement) -> Result<BTreeMap<Sku, Vec<WarehouseId>>, Error> {
        let mut candidates = BTreeMap::new();
        for line in &placement.lines {
            let rows = self.views.query(&lookup(line.sku.as_str())).await?;
            let documents = rows.iter().map(|(_, row)| serde_json::from_str::<Option<stock::Document>>(&row.document));
            let documents = documents.collect::<Result<Vec<_>, _>>()?;
            let (enough, others): (Vec<_>, Vec<_>) =
                documents.into_iter().flatten().partition(|document| document.state.available() >= line.quantity.get());
            let warehouses = enough.into_iter().chain(others).map(|document| document.warehouse).collect();
            candidates.insert(line.sku.clone(), warehouses);
        }
        Ok(candidates)
    }
}

fn lookup(sku: &str) -> Lookup<'_> {
    Lookup {
        view: stock::View::NAME,
        generation: Generation::FIRST,
        index: stock::SKU,
        partition: (stock::SKU, sku),
        sort: stock::WAREHOUSE,
        from: None,
        direction: Direction::Ascending,
        limit: MOST_CANDIDATES,
    }
}
