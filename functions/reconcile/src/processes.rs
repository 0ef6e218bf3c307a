//! The events that an unfinished process, or a stream that it waits for, may have missed.

use foldlog::write::loaded::replay;
use foldlog::{
    BusEntry, CommandId, Commit, Consistency, Decider, EventId, EventLog, History, LogError, LogSpans, Publication,
    ReadOptions, Span, StreamName, Version, state_of,
};
use foldlog_lambda::Error;
use shop_domain::fulfilment::{self, Awaited, Fulfilment, Process, outcome_of};
use shop_domain::values::{CartId, OrderId, PaymentId};
use shop_domain::{cart, order, payment, stock};

/// The logs that are read to find them: always strongly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources<'a, L> {
    /// The log.
    pub(crate) log: &'a L,
    /// The log as reactions on stock see it: markers find those reactions, however many events followed.
    pub(crate) stock: &'a L,
    /// How the events go onto the bus.
    pub(crate) publication: &'a Publication,
}

/// The process that belongs to a checked-out cart.
pub(crate) fn process_of(cart: &StreamName) -> Result<StreamName, Error> {
    let order: OrderId = cart.id().parse()?;
    Ok(StreamName::of::<Fulfilment>(&order))
}

impl<L: EventLog + LogSpans> Sources<'_, L> {
    /// The hints to repeat for one stream. For a checked-out cart without a process: its checkout. For an unfinished
    /// process: its intents without an outcome, and the answers of the streams that it depends on. For an order: the
    /// events that its process would note. For a payment: those of its process.
    pub(crate) async fn hints(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        match stream.category() {
            cart::Cart::CATEGORY => self.of_cart(stream).await,
            Fulfilment::CATEGORY => self.of_process(stream).await,
            order::Order::CATEGORY => self.of_order(stream).await,
            // A payment may move long after its process did: the provider moves it by itself.
            payment::Payment::CATEGORY => {
                let PaymentId { order, .. } = stream.id().parse()?;
                self.of_process(&StreamName::of::<Fulfilment>(&order)).await
            }
            _ => Ok(vec![]),
        }
    }

    async fn of_cart(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        let begun = ReadOptions::of::<Fulfilment>(Consistency::Strong);
        if self.log.load(&process_of(stream)?, begun).await?.head().version() != Version::NONE {
            return Ok(vec![]);
        }
        // A cart may have changed thousands of times. Its checkout is the last thing that happens to it.
        let cart: CartId = stream.id().parse()?;
        match state_of::<cart::Cart>(self.log, &cart, Consistency::Strong).await? {
            cart::State::CheckedOut { .. } => {
                let newest = self.log.span(stream, Span::around(Version(u64::MAX))).await?;
                self.entries(newest.last())
            }
            cart::State::Unopened | cart::State::Open { .. } => Ok(vec![]),
        }
    }

    async fn of_order(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        let order: OrderId = stream.id().parse()?;
        match state_of::<Fulfilment>(self.log, &order, Consistency::Strong).await? {
            fulfilment::State::Started(process) => self.heeded(&process, self.whole(stream).await?.commits()),
            fulfilment::State::NotStarted => Ok(vec![]),
        }
    }

    async fn of_process(&self, stream: &StreamName) -> Result<Vec<BusEntry>, Error> {
        let history = self.whole(stream).await?;
        match replay::<Fulfilment>(&history)? {
            fulfilment::State::Started(process) if process.is_open() => self.missed(&history, &process).await,
            fulfilment::State::Started(_) | fulfilment::State::NotStarted => Ok(vec![]),
        }
    }

    async fn missed(&self, history: &History, process: &Process) -> Result<Vec<BusEntry>, Error> {
        let stream = history.head().stream();
        let order: OrderId = stream.id().parse()?;
        // The order may have moved without an intent: a customer cancelled it, or the staff shipped it. So may a payment.
        let of_order = self.whole(&StreamName::of::<order::Order>(&order)).await?;
        let mut hints = self.heeded(process, of_order.commits())?;
        for Awaited { intent, stream: awaited, command } in process.watched(&order) {
            let intent = intent.map(|version| EventId { stream: stream.clone(), version });
            let asked = intent.as_ref().map(|intent| asked(history, intent)).transpose()?;
            let answered = match awaited.category() {
                order::Order::CATEGORY => {
                    of_order.commits().iter().any(|commit| intent.is_some() && commit.causation == intent)
                }
                stock::Stock::CATEGORY => {
                    let answer = self.of_stock(&awaited, asked, command.as_ref()).await?;
                    hints.extend(self.entries(&answer)?);
                    answer.is_some()
                }
                // Other commands may have moved the stream, and an answer may take more than one commit.
                _ => {
                    let answers = self.heeded(process, &self.log.since(&awaited, Version::NONE).await?)?;
                    let answered = !answers.is_empty();
                    hints.extend(answers);
                    answered
                }
            };
            if let Some(asked) = asked.filter(|_| !answered) {
                let entries = self.entries([asked])?;
                hints.extend(entries.into_iter().filter(|entry| Some(&entry.detail.id) == intent.as_ref()));
            }
        }
        Ok(hints)
    }

    /// The stock's answer to an intent of this commit: the commit of this command.
    async fn of_stock(
        &self,
        stock: &StreamName,
        asked: Option<&Commit>,
        command: Option<&CommandId>,
    ) -> Result<Option<Commit>, LogError> {
        let Some((asked, command)) = asked.zip(command) else { return Ok(None) };
        self.stock.find(stock, command, asked.committed_at).await
    }

    /// A stream from its first commit on: of a process, or of what belongs to its order, which have some dozens of commits
    /// at most.
    async fn whole(&self, stream: &StreamName) -> Result<History, LogError> {
        History::prove(stream, self.log.since(stream, Version::NONE).await?)
    }

    /// The events of these commits that the process would note and did not, and those that this release cannot read.
    fn heeded<'a>(
        &self,
        process: &Process,
        commits: impl IntoIterator<Item = &'a Commit>,
    ) -> Result<Vec<BusEntry>, Error> {
        let mut entries = self.entries(commits)?;
        entries.retain(|entry| match outcome_of(&entry.detail) {
            Ok(Some((_, outcome))) => process.accepts(&outcome),
            Ok(None) => false,
            Err(_) => true,
        });
        Ok(entries)
    }

    fn entries<'a>(&self, commits: impl IntoIterator<Item = &'a Commit>) -> Result<Vec<BusEntry>, Error> {
        let mut entries = Vec::new();
        for commit in commits {
            entries.extend(self.publication.entries(commit)?);
        }
        Ok(entries)
    }
}

/// The commit that holds an intent.
fn asked<'a>(history: &'a History, intent: &EventId) -> Result<&'a Commit, Error> {
    let holds = |commit: &&Commit| commit.version <= intent.version && intent.version <= commit.last_version();
    Ok(history.commits().iter().find(holds).ok_or("a process waits for what it did not ask")?)
}
