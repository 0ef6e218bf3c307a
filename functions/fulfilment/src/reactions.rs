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
        Ok(match noted {
            Some((order, Outcome::Placed { means, .. })) => {
                let candidates = self.candidates(&order).await?;
                Some((order, Command::Note { outcome: Outcome::Placed { candidates, means }, at }))
            }
            noted => noted.map(|(order, outcome)| (order, Command::Note { outcome, at })),
        })
    }

    /// The warehouses that may have each product of an order. The products are those that the order's process knows.
    async fn candidates(&self, order: &OrderId) -> Result<BTreeMap<Sku, Vec<Candidate>>, ReactionError> {
        let State::Started(process) = state_of::<S>(self.processes.log(), order, Consistency::Strong).await? else {
            return Ok(BTreeMap::new());
        };
        let mut candidates = BTreeMap::new();
        for line in process.lines {
            let of_line = candidates::of_product(&self.stock, &line.sku).await.map_err(ReactionError::Unavailable)?;
            candidates.insert(line.sku, of_line);
        }
        Ok(candidates)
    }
}
