//! Each order's process notes the events of other streams.

use crate::candidates;
use crate::due;
use foldlog::{Consistency, Decider, EventMessage, NoRefusal, StreamName, state_of};
use foldlog_functions::Ports;
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::SettingError;
use foldlog_lambda::queue::{ReactionError, Reactor};
use shop_domain::cart;
use shop_domain::fulfilment::{self, Candidate, Command, Event, Outcome, State, Unreadable, outcome_of};
use shop_domain::values::{OrderId, Sku};
use std::collections::BTreeMap;

/// The rules by which a process decides: the domain's own, except when a simulation breaks one on purpose.
pub trait Rules:
    Decider<Id = OrderId, State = State, Command = Command, Event = Event, Refusal = NoRefusal> + 'static
{
}

impl<S> Rules for S where
    S: Decider<Id = OrderId, State = State, Command = Command, Event = Event, Refusal = NoRefusal> + 'static
{
}

/// The handler of events.
pub struct Fulfilment<P: Ports, S: Rules = fulfilment::Fulfilment> {
    pub(crate) processes: CommandsOn<S, P>,
    /// The view of the stock, which proposes warehouses.
    stock: P::Views,
    /// The view of the processes that wait, with their deadlines.
    pub(crate) waiting: P::Views,
}

impl<P: Ports, S: Rules> Fulfilment<P, S> {
    pub(crate) fn on(ports: &P) -> Result<Self, SettingError> {
        let (stock, waiting) = (ports.views([candidates::VIEW])?, ports.views([due::VIEW])?);
        Ok(Self { processes: ports.commands()?, stock, waiting })
    }
}

impl<P: Ports, S: Rules> Reactor for Fulfilment<P, S> {
    const NAME: &'static str = "fulfilment";
    type Log = P::Log;

    fn log(&self) -> &P::Log {
        self.processes.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let Some((order, command)) = self.command(message).await? else { return Ok(()) };
        let metadata = message.metadata(Self::NAME, "note");
        self.processes.execute(&StreamName::of::<S>(&order), &command, &metadata).await?;
        Ok(())
    }
}

impl<P: Ports, S: Rules> Fulfilment<P, S> {
    /// The command that an event of another stream leads to, and the order whose process gets it.
    async fn command(&self, message: &EventMessage) -> Result<Option<(OrderId, Command)>, ReactionError> {
        let at = message.time;
        if message.subject.category() == cart::Cart::CATEGORY {
            let Some(placement) = message.decode::<cart::Event>()?.placement() else { return Ok(None) };
            let order = message.subject.id().parse().map_err(ReactionError::malformed)?;
            return Ok(Some((order, Command::Start { placement, at })));
        }
        let noted = outcome_of(message).map_err(|error| match error {
            Unreadable::Undecodable(error) => error.into(),
            Unreadable::Misnamed(error) => ReactionError::malformed(error),
        })?;
        let Some((order, outcome)) = noted else { return Ok(None) };
        let outcome = self.completed(&order, outcome).await?;
        Ok(Some((order, Command::Note { outcome, at })))
    }

    /// The outcome with the warehouses to ask next, if it leads to that.
    async fn completed(&self, order: &OrderId, outcome: Outcome) -> Result<Outcome, ReactionError> {
        Ok(match outcome {
            Outcome::Placed { means, .. } => Outcome::Placed { candidates: self.candidates(order).await?, means },
            Outcome::Reserved { at, quantity, candidates: Some(_) } => {
                Outcome::Reserved { candidates: Some(self.of_product(&at.sku).await?), at, quantity }
            }
            Outcome::Rejected { at, .. } => Outcome::Rejected { candidates: self.of_product(&at.sku).await?, at },
            Outcome::Withdrawn { warehouse, sku, number, .. } => {
                Outcome::Withdrawn { candidates: self.of_product(&sku).await?, warehouse, sku, number }
            }
            complete @ (Outcome::Reserved { .. }
            | Outcome::Released(_)
            | Outcome::StockDispatched(_)
            | Outcome::Payment { .. }
            | Outcome::PaymentLost { .. }
            | Outcome::PaymentRegained { .. }
            | Outcome::CardReplaced { .. }
            | Outcome::WrittenOff
            | Outcome::Confirmed
            | Outcome::Shipped { .. }
            | Outcome::Delivered
            | Outcome::Failed
            | Outcome::Cancelled
            | Outcome::Replaced { .. }
            | Outcome::Invoice(_)
            | Outcome::Shipment { .. }
            | Outcome::Returned(_)
            | Outcome::OfReturn { .. }) => complete,
        })
    }

    /// The warehouses that may have each product of an order. The products are those that the order's process knows.
    async fn candidates(&self, order: &OrderId) -> Result<BTreeMap<Sku, Vec<Candidate>>, ReactionError> {
        let State::Started(process) = state_of::<S>(self.processes.log(), order, Consistency::Strong).await? else {
            return Ok(BTreeMap::new());
        };
        let mut candidates = BTreeMap::new();
        for line in process.lines {
            let of_line = self.of_product(&line.sku).await?;
            candidates.insert(line.sku, of_line);
        }
        Ok(candidates)
    }

    async fn of_product(&self, sku: &Sku) -> Result<Vec<Candidate>, ReactionError> {
        candidates::of_product(&self.stock, sku).await.map_err(ReactionError::Unavailable)
    }
}
