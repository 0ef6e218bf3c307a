//! The process manager: notes what other streams did, and writes its own stream alone.

mod candidates;

pub use candidates::{Candidates, StockView};

use aws_config::SdkConfig;
use domain::fulfilment::{
    self, Candidate, Command, Outcome, State, Stream, of_invoice, of_order, of_payment, of_shipment, of_stock,
};
use domain::order::Placement;
use domain::values::{OrderId, Sku};
use domain::{cart, invoice, order, payment, shipment, stock};
use dynamo::{Log, Parked};
use eventsourcing::decider::replay;
use eventsourcing::{Clock, Commands, Consistency, Decider, EventLog, Notice, Randomness, Reading};
use lambda::queue::{Reactions, Reactor, Unreacted};
use lambda::{SettingError, Settings, SystemHost};
use std::collections::BTreeMap;

/// The handler.
pub struct Fulfilment<L, C, H> {
    processes: Commands<Stream, L, H>,
    candidates: C,
}

/// The deployed function.
pub type Deployed = Reactions<Fulfilment<Log, StockView, SystemHost>, Parked, SystemHost>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Deployed, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let view = StockView::new(client.clone(), settings.text("STOCK_VIEW")?);
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
            Command::Start { .. } => self.processes.begin(&stream, &command, &metadata).await?,
            Command::Note { .. } | Command::PassDeadline { .. } => {
                self.processes.execute(&stream, &command, &metadata).await?
            }
        };
        Ok(())
    }
}

impl<L: EventLog, C: Candidates, H: Clock + Randomness> Fulfilment<L, C, H> {
    /// What another stream's event asks of which order's process.
    async fn command(&self, notice: &Notice) -> Result<Option<(OrderId, Command)>, Unreacted> {
        let at = notice.time;
        let noted = match notice.subject.category() {
            cart::Stream::CATEGORY => {
                let Some(placement) = checkout(notice.decode()?) else { return Ok(None) };
                return Ok(Some((order_of(notice)?, Command::Start { placement, at })));
            }
            order::Stream::CATEGORY => match of_order(&notice.decode()?) {
                Some(Outcome::Placed { means, .. }) => {
                    let order = order_of(notice)?;
                    let candidates = self.candidates(&order).await?;
                    Some((order, Outcome::Placed { candidates, means }))
                }
                outcome => outcome.map(|outcome| Ok::<_, Unreacted>((order_of(notice)?, outcome))).transpose()?,
            },
            stock::Stream::CATEGORY => {
                let stock = stock::of_stream(&notice.subject);
                let (warehouse, sku) = stock.ok_or_else(|| Unreacted::malformed("not a stock stream"))?;
                of_stock(warehouse, sku, &notice.decode()?)
            }
            payment::Stream::CATEGORY => of_payment(&notice.decode()?)
                .map(|outcome| Ok::<_, Unreacted>((order_of(notice)?, outcome)))
                .transpose()?,
            invoice::Stream::CATEGORY => of_invoice(&notice.decode()?)
                .map(|outcome| Ok::<_, Unreacted>((order_of(notice)?, outcome)))
                .transpose()?,
            shipment::Stream::CATEGORY => {
                let shipment = notice.subject.id().parse().map_err(Unreacted::malformed)?;
                Some(of_shipment(shipment, &notice.decode()?))
            }
            _ => None,
        };
        Ok(noted.map(|(order, outcome)| (order, Command::Note { outcome, at })))
    }

    /// The warehouses that may have each product of an order, as its process knows it.
    async fn candidates(&self, order: &OrderId) -> Result<BTreeMap<Sku, Vec<Candidate>>, Unreacted> {
        let reading = Reading::of::<Stream>(Consistency::Strong);
        let history = self.processes.log().load(&fulfilment::stream(order)?, reading).await?;
        let State::Started(process) = replay::<Stream>(&history)? else { return Ok(BTreeMap::new()) };
        let mut candidates = BTreeMap::new();
        for line in process.lines {
            let of_line = self.candidates.of(&line.sku).await.map_err(Unreacted::Unavailable)?;
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

/// The order whose cart, payment, invoice or own stream moved.
fn order_of(notice: &Notice) -> Result<OrderId, Unreacted> {
    notice.subject.id().parse().map_err(Unreacted::malformed)
}
