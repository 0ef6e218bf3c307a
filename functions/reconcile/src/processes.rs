//! Which events a process that is not finished may have missed, or those that it waits for.

use domain::fulfilment::{self, Process, REACTION};
use domain::values::OrderId;
use domain::{cart, order, stock};
use eventsourcing::decider::replay;
use eventsourcing::{
    BusEntry, Commit, CommitId, Consistency, Decider, EventId, EventLog, History, LogError, Reading, StreamName,
    Version,
};
use lambda::Error;

/// What is read to find out: always strongly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources<'a, L> {
    /// The log.
    pub(crate) log: &'a L,
    /// The log as reactions on stock see it, which are found by their markers however much happened since.
    pub(crate) stock: &'a L,
    /// The system whose events they are.
    pub(crate) system: &'a str,
}

/// The process that a checked-out cart has to have.
pub(crate) fn process_of(cart: &StreamName) -> Result<StreamName, Error> {
    let order: OrderId = cart.id().parse()?;
    Ok(fulfilment::stream(&order)?)
}

impl<L: EventLog> Sources<'_, L> {
    /// The hints to repeat on account of one stream: of a checked-out cart without a process, its checkout; of a
    /// process that is not finished, its intents without an outcome and whatever the streams it depends on answered; of
    /// an order whose process does not know how it ended, what happened to it.
    pub(crate) async fn hints(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        match stream.category() {
            cart::Stream::CATEGORY => self.of_cart(stream).await,
            fulfilment::Stream::CATEGORY => self.of_process(stream).await,
            order::Stream::CATEGORY => self.of_order(stream).await,
            _ => Ok(vec![]),
        }
    }

    async fn of_cart(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        let begun = Reading::of::<fulfilment::Stream>(Consistency::Strong);
        if self.log.load(&process_of(stream)?, begun).await?.head().version() != Version::NONE {
            return Ok(vec![]);
        }
        let history = self.whole(stream).await?;
        match replay::<cart::Stream>(&history)? {
            cart::State::CheckedOut { .. } => self.entries(history.commits().last()),
            cart::State::Unopened | cart::State::Open { .. } => Ok(vec![]),
        }
    }

    async fn of_order(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        let order: OrderId = stream.id().parse()?;
        let reading = Reading::of::<fulfilment::Stream>(Consistency::Strong);
        match replay::<fulfilment::Stream>(&self.log.load(&fulfilment::stream(&order)?, reading).await?)? {
            fulfilment::State::Started(process) if process.ended() => Ok(vec![]),
            fulfilment::State::Started(_) | fulfilment::State::NotStarted => {
                self.entries(self.whole(stream).await?.commits())
            }
        }
    }

    async fn of_process(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        let history = self.whole(stream).await?;
        match replay::<fulfilment::Stream>(&history)? {
            fulfilment::State::Started(process) if !process.finished() => self.missed(&history, &process).await,
            fulfilment::State::Started(_) | fulfilment::State::NotStarted => Ok(vec![]),
        }
    }

    async fn missed(&self, history: &History, process: &Process) -> Result<Vec<BusEntry>, Error> {
        let stream = history.head().stream();
        let order: OrderId = stream.id().parse()?;
        // The order may have ended without having been asked to: a customer cancelled it.
        let of_order = self.whole(&StreamName::new(order::Stream::CATEGORY, order.as_str())?).await?;
        let mut hints = self.entries(of_order.commits())?;
        for awaited in process.awaited(&order)? {
            let intent = EventId { stream: stream.clone(), version: awaited.intent };
            let holds = |commit: &&Commit| commit.version <= intent.version && intent.version <= commit.last_version();
            let asked = history.commits().iter().find(holds).ok_or("a process waits for what it did not ask")?;
            let answer = match awaited.stream.category() {
                stock::Stream::CATEGORY => {
                    let reaction = CommitId::of_event(&intent, REACTION);
                    self.stock.find(&awaited.stream, &reaction, asked.committed_at).await?
                }
                // The order's answers are among its events already.
                _ => of_order.commits().iter().find(|commit| commit.causation.as_ref() == Some(&intent)).cloned(),
            };
            match answer {
                None => hints.extend(self.entries([asked])?.into_iter().filter(|entry| entry.detail.id == intent)),
                Some(answer) if answer.stream != *of_order.head().stream() => hints.extend(self.entries([&answer])?),
                Some(_) => {}
            }
        }
        Ok(hints)
    }

    /// A stream from its first commit on.
    async fn whole(&self, stream: &StreamName) -> Result<History, LogError> {
        History::prove(stream, self.log.since(stream, Version::NONE).await?)
    }

    fn entries<'a>(&self, commits: impl IntoIterator<Item = &'a Commit>) -> Result<Vec<BusEntry>, Error> {
        let mut entries = Vec::new();
        for commit in commits {
            entries.extend(BusEntry::of(self.system, commit)?);
        }
        Ok(entries)
    }
}
