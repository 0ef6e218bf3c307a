//! A log that fails as a distant store does, by seed: for tests and simulations. The same seed, polled in the same
//! order, fails at the same places.

use crate::commit::{Commit, Draft};
use crate::identity::CommitId;
use crate::log::{AppendError, Consistency, EventLog, Head, History, LogError, Reading};
use crate::scan::{Cursor, LogScan, Page, Part};
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use fastrand::Rng;
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// How many earlier reads of a stream a stale one is picked from.
const REMEMBERED_READS: usize = 4;
/// The most that a request or its answer is overtaken by others,
const LONGEST_WAY: u8 = 3;
/// how long a missing answer is waited for, on top of that,
const LONGEST_PATIENCE: u8 = 12;
/// and how long a request that hangs is, before it is given up: time for others to carry out many commands.
const TIME_OUT: u8 = 64;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Fault {
    /// The store did as it was asked, and its answer was lost.
    LostAnswer,
    /// The request was given up, and takes effect later, if it still can.
    Late,
    /// The request was lost.
    Dropped,
    /// The store answered that it would not: throttled, or a failure of its own.
    Throttled,
    /// The store answered that another transaction is under way on the item, and did nothing.
    TransactionConflict,
    /// Nothing came back until the caller gave up, long after; it is open whether the request arrived at the last.
    Hang,
    /// An eventually consistent read that shows the stream as it was at an earlier read.
    StaleRead,
}

/// How often each fault strikes, in requests out of 1,000, and how often a failed append is sent again.
#[derive(Clone, Copy, Debug)]
pub struct Odds {
    /// [`Fault::LostAnswer`].
    pub lost_answer: u16,
    /// [`Fault::Late`]; appends only.
    pub late: u16,
    /// [`Fault::Dropped`].
    pub dropped: u16,
    /// [`Fault::Throttled`].
    pub throttled: u16,
    /// [`Fault::TransactionConflict`]; appends only.
    pub transaction_conflict: u16,
    /// [`Fault::Hang`].
    pub hang: u16,
    /// [`Fault::StaleRead`]; eventually consistent loads only.
    pub stale_read: u16,
    /// How often an append that failed is sent again, as it was, before the caller learns of it: as an SDK does.
    pub resent: u16,
}

impl Odds {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        lost_answer: 0,
        late: 0,
        dropped: 0,
        throttled: 0,
        transaction_conflict: 0,
        hang: 0,
        stale_read: 0,
        resent: 0,
    };

    /// More goes wrong than on any day: about three appends in ten.
    pub const ROUGH: Self = Self {
        lost_answer: 80,
        late: 80,
        dropped: 40,
        throttled: 50,
        transaction_conflict: 40,
        hang: 20,
        stale_read: 500,
        resent: 500,
    };
}

/// An [`EventLog`] in front of which requests and answers are delayed, lost and repeated.
///
/// An append that is sent again, or lands late, is the very same one: same head, same draft. That the log beneath
/// finds its own commit in the way is then a success, as [`EventLog::append`] promises.
#[derive(Debug)]
pub struct FaultyLog<L> {
    log: L,
    weather: Mutex<Weather>,
}

/// What the faults depend on, and what is on its way.
#[derive(Debug)]
struct Weather {
    rng: Rng,
    odds: Odds,
    late: Vec<(Head, Draft)>,
    reads: BTreeMap<(StreamName, u32, Option<Version>), VecDeque<History>>,
    struck: BTreeMap<Fault, u64>,
}

impl Weather {
    fn odds(&mut self, of_1000: u16) -> bool {
        self.rng.u16(..1_000) < of_1000
    }

    fn strike(&mut self, fault: Fault) -> Fault {
        *self.struck.entry(fault).or_default() += 1;
        fault
    }

    /// At most one of `faults`, each with its odds.
    fn fault(&mut self, faults: &[(Fault, u16)]) -> Option<Fault> {
        let mut roll = self.rng.u16(..1_000);
        for (fault, of_1000) in faults {
            match roll.checked_sub(*of_1000) {
                Some(rest) => roll = rest,
                None => return Some(self.strike(*fault)),
            }
        }
        None
    }

    fn read_fault(&mut self) -> Option<Fault> {
        let Odds { lost_answer, throttled, dropped, hang, .. } = self.odds;
        // Of a read, a lost answer and a lost request are the same.
        self.fault(&[(Fault::Dropped, lost_answer + dropped), (Fault::Throttled, throttled), (Fault::Hang, hang)])
    }

    fn append_fault(&mut self) -> Option<Fault> {
        let Odds { lost_answer, late, dropped, throttled, transaction_conflict, hang, .. } = self.odds;
        self.fault(&[
            (Fault::LostAnswer, lost_answer),
            (Fault::Late, late),
            (Fault::Dropped, dropped),
            (Fault::Throttled, throttled),
            (Fault::TransactionConflict, transaction_conflict),
            (Fault::Hang, hang),
        ])
    }

    /// One of the late requests, now and then.
    fn landing(&mut self) -> Option<(Head, Draft)> {
        (!self.late.is_empty() && self.rng.u8(..8) == 0).then(|| {
            let any = self.rng.usize(..self.late.len());
            self.late.swap_remove(any)
        })
    }

    /// What an eventually consistent load answers, once the newest is known: that, or what such a reading once showed.
    fn eventually(&mut self, stream: &StreamName, reading: Reading, newest: History) -> History {
        let stale = self.odds(self.odds.stale_read);
        let reads = self.reads.entry((stream.clone(), reading.schema, reading.until)).or_default();
        let older: Vec<_> =
            reads.iter().filter(|read| stale && read.head().version() < newest.head().version()).collect();
        let answer = self.rng.choice(older).cloned();
        if reads.len() == REMEMBERED_READS {
            reads.pop_front();
        }
        reads.push_back(newest.clone());
        match answer {
            Some(older) => {
                self.strike(Fault::StaleRead);
                older
            }
            None => newest,
        }
    }
}

impl<L> FaultyLog<L> {
    /// `log`, behind the faults of a seed.
    pub const fn new(log: L, seed: u64, odds: Odds) -> Self {
        let rng = Rng::with_seed(seed);
        let weather = Weather { rng, odds, late: Vec::new(), reads: BTreeMap::new(), struck: BTreeMap::new() };
        Self { log, weather: Mutex::new(weather) }
    }

    /// The log beneath.
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// How often each fault struck so far.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<Fault, u64> {
        self.weather().struck.clone()
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others go first, as many times as chance will have it, up to `most`.
    async fn wait(&self, most: u8) {
        let times = self.weather().rng.u8(..=most);
        pass(times).await;
    }
}

impl<L: EventLog> FaultyLog<L> {
    /// Lets all that is late land, and nothing go wrong any more.
    pub async fn settle(&self) {
        let late = {
            let mut weather = self.weather();
            weather.odds = Odds::NONE;
            std::mem::take(&mut weather.late)
        };
        for (head, draft) in late {
            // Nobody waits for the answer any more.
            drop(self.log.append(&head, draft).await);
        }
    }

    /// A request's way to the store: others overtake it, and what is late may land before it.
    async fn request(&self) {
        self.wait(LONGEST_WAY).await;
        let landing = self.weather().landing();
        if let Some((head, draft)) = landing {
            drop(self.log.append(&head, draft).await);
        }
    }

    /// A read that may fail; it sees the store at one moment, and is answered at a later one.
    async fn read<T>(&self, read: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
        self.request().await;
        let fault = self.weather().read_fault();
        if let Some(fault) = fault {
            return Err(self.failure(fault).await);
        }
        let answer = read.await;
        self.wait(LONGEST_WAY).await;
        answer
    }

    /// What the caller sees of a fault, and when: a refusal at once, a lost answer after a while.
    async fn failure(&self, fault: Fault) -> LogError {
        match fault {
            Fault::Throttled | Fault::TransactionConflict => {}
            Fault::Hang => pass(TIME_OUT).await,
            Fault::LostAnswer | Fault::Late | Fault::Dropped | Fault::StaleRead => self.wait(LONGEST_PATIENCE).await,
        }
        LogError::Unavailable(fault.to_string())
    }
}

impl<L: EventLog> EventLog for FaultyLog<L> {
    async fn load(&self, stream: &StreamName, reading: Reading) -> Result<History, LogError> {
        let newest = self.read(self.log.load(stream, reading)).await?;
        Ok(match reading.consistency {
            Consistency::Eventual => self.weather().eventually(stream, reading, newest),
            Consistency::Strong => newest,
        })
    }

    async fn find(&self, stream: &StreamName, id: &CommitId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.read(self.log.find(stream, id, since)).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.read(self.log.since(stream, after)).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        loop {
            self.request().await;
            let fault = self.weather().append_fault();
            let Some(fault) = fault else {
                let answer = self.log.append(head, draft).await;
                self.wait(LONGEST_WAY).await;
                return answer;
            };
            match fault {
                Fault::LostAnswer => drop(self.log.append(head, draft.clone()).await),
                Fault::Late => self.weather().late.push((head.clone(), draft.clone())),
                Fault::Dropped | Fault::Throttled | Fault::TransactionConflict | Fault::Hang | Fault::StaleRead => {}
            }
            let failure = self.failure(fault).await;
            if fault == Fault::Hang && self.weather().rng.bool() {
                drop(self.log.append(head, draft.clone()).await);
            }
            let mut weather = self.weather();
            let resent = weather.odds.resent;
            if !weather.odds(resent) {
                return Err(failure.into());
            }
        }
    }

    fn recognises_reactions(&self) -> bool {
        self.log.recognises_reactions()
    }
}

impl<L: EventLog + LogScan> LogScan for FaultyLog<L> {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        self.read(self.log.page(part, after)).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.read(self.log.heads()).await
    }
}

/// Lets others go first, so many times.
async fn pass(times: u8) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// Lets whoever else is ready go first, on any executor.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
