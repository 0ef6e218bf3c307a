//! The fault model: which faults strike, and how they affect a request.

use super::{Fault, Odds, pass};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many other steps at most overtake a request or its answer,
pub(super) const LONGEST_WAY: u8 = 3;
/// how many more a caller waits for a missing answer,
const LONGEST_PATIENCE: u8 = 12;
/// and how long a request hangs before the caller gives up: enough steps for others to carry out many commands.
const TIME_OUT: u8 = 64;

/// The fault model of some stores. Clones share it.
#[derive(Clone, Debug)]
pub struct FaultModel(Arc<Mutex<FaultState>>);

#[derive(Debug)]
struct FaultState {
    rng: Rng,
    odds: Odds,
    /// Nothing fails, and no request is overtaken.
    calm: bool,
    struck: BTreeMap<Fault, u64>,
}

impl FaultState {
    fn odds(&mut self, of_1000: u16) -> bool {
        self.rng.u16(..1_000) < of_1000
    }

    fn strike(&mut self, fault: Fault) {
        *self.struck.entry(fault).or_default() += 1;
    }

    /// At most one of `faults`, each with its odds.
    fn fault(&mut self, faults: &[(Fault, u16)]) -> Option<Fault> {
        let mut roll = self.rng.u16(..1_000);
        for (fault, of_1000) in faults {
            if roll < *of_1000 {
                self.strike(*fault);
                return Some(*fault);
            }
            roll -= of_1000;
        }
        None
    }
}

/// Whether a request may meet another transaction on its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meets {
    Transactions,
    Nothing,
}

impl FaultModel {
    /// The fault model of a seed.
    #[must_use]
    pub fn new(seed: u64, odds: Odds) -> Self {
        Self(Arc::new(Mutex::new(FaultState { rng: Rng::with_seed(seed), odds, calm: false, struck: BTreeMap::new() })))
    }

    /// How often each fault struck so far.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<Fault, u64> {
        self.state().struck.clone()
    }

    /// From now on nothing fails, and every request is answered at once.
    pub fn calm_down(&self) {
        let mut state = self.state();
        (state.odds, state.calm) = (Odds::NONE, true);
    }

    fn state(&self) -> MutexGuard<'_, FaultState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets other tasks go first, a random number of times up to `most`.
    pub(super) async fn wait(&self, most: u8) {
        let times = {
            let mut state = self.state();
            if state.calm { 0 } else { state.rng.u8(..=most) }
        };
        pass(times).await;
    }

    /// Returns one of the late requests, now and then.
    pub(super) fn landing<T>(&self, late: &Late<T>) -> Option<T> {
        let mut late = late.lock();
        let mut state = self.state();
        (!late.is_empty() && state.rng.u8(..8) == 0).then(|| {
            let any = state.rng.usize(..late.len());
            late.swap_remove(any)
        })
    }

    /// A read that may fail. It sees the store at one moment, and is answered at a later one.
    pub(super) async fn read<T, E>(
        &self,
        read: impl Future<Output = Result<T, E>>,
        unavailable: impl Fn(String) -> E,
    ) -> Result<T, E> {
        self.wait(LONGEST_WAY).await;
        let fault = {
            let mut state = self.state();
            let Odds { lost_answer, throttled, dropped, hang, .. } = state.odds;
            // For a read, a lost answer and a lost request are the same.
            state.fault(&[(Fault::Dropped, lost_answer + dropped), (Fault::Throttled, throttled), (Fault::Hang, hang)])
        };
        if let Some(fault) = fault {
            self.endure(fault).await;
            return Err(unavailable(fault.to_string()));
        }
        let answer = read.await;
        self.wait(LONGEST_WAY).await;
        answer
    }

    /// A write that may fail in every way, and is sent again unchanged. `write` carries it out, `later` remembers it
    /// for later.
    pub(super) async fn write<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        meets: Meets,
        write: impl Fn() -> F,
        later: impl Fn(),
        unavailable: impl Fn(String) -> E,
    ) -> Result<T, E> {
        loop {
            self.wait(LONGEST_WAY).await;
            let fault = {
                let mut state = self.state();
                let Odds { lost_answer, late, dropped, throttled, transaction_conflict, hang, .. } = state.odds;
                let conflict = if meets == Meets::Transactions { transaction_conflict } else { 0 };
                state.fault(&[
                    (Fault::LostAnswer, lost_answer),
                    (Fault::Late, late),
                    (Fault::Dropped, dropped),
                    (Fault::Throttled, throttled),
                    (Fault::TransactionConflict, conflict),
                    (Fault::Hang, hang),
                ])
            };
            let Some(fault) = fault else {
                let answer = write().await;
                self.wait(LONGEST_WAY).await;
                return answer;
            };
            match fault {
                Fault::LostAnswer => drop(write().await),
                Fault::Late => later(),
                Fault::Dropped | Fault::Throttled | Fault::TransactionConflict | Fault::Hang | Fault::StaleRead => {}
            }
            self.endure(fault).await;
            if fault == Fault::Hang && self.coin() {
                drop(write().await);
            }
            if !self.again() {
                return Err(unavailable(fault.to_string()));
            }
        }
    }

    fn coin(&self) -> bool {
        self.state().rng.bool()
    }

    /// Whether a write that failed is sent again.
    fn again(&self) -> bool {
        let mut state = self.state();
        let resent = state.odds.resent;
        state.odds(resent)
    }

    /// Whether eventually consistent reads may show an earlier state.
    pub(super) fn is_hazy(&self) -> bool {
        self.state().odds.stale_read > 0
    }

    /// Whether this eventually consistent read shows an earlier state.
    pub(super) fn stale(&self) -> bool {
        let mut state = self.state();
        let of_1000 = state.odds.stale_read;
        state.odds(of_1000)
    }

    /// The answer of an eventually consistent read: the present state, or that of an earlier read.
    pub(super) fn eventually<T: Clone>(&self, older: Vec<&T>, newest: T) -> T {
        let mut state = self.state();
        match state.rng.choice(older).cloned() {
            Some(older) => {
                state.strike(Fault::StaleRead);
                older
            }
            None => newest,
        }
    }

    /// The answer of an eventually consistent read of a single item: its present state, or what the same read showed
    /// before.
    pub(super) fn shown<K: Ord, T: Clone + PartialEq>(&self, earlier: &Earlier<K, T>, read: K, newest: T) -> T {
        let stale = self.stale();
        let mut earlier = earlier.lock().unwrap_or_else(PoisonError::into_inner);
        let before = earlier.insert(read, newest.clone()).filter(|before| stale && *before != newest);
        self.eventually(before.iter().collect(), newest)
    }

    /// How many of the entries the bus takes, and how many of these its answer names; none if all goes well.
    pub(super) fn taken_in_part(&self, entries: usize) -> Option<(usize, usize)> {
        let mut state = self.state();
        let Odds { lost_answer, throttled, dropped, .. } = state.odds;
        state.fault(&[(Fault::LostAnswer, lost_answer), (Fault::Throttled, throttled + dropped)])?;
        let taken = state.rng.usize(..=entries);
        Some((taken, state.rng.usize(..=taken)))
    }

    /// How long a caller waits for a fault: not at all for a refusal, a while for a lost answer.
    async fn endure(&self, fault: Fault) {
        match fault {
            Fault::Throttled | Fault::TransactionConflict => {}
            Fault::Hang => pass(TIME_OUT).await,
            Fault::LostAnswer | Fault::Late | Fault::Dropped | Fault::StaleRead => self.wait(LONGEST_PATIENCE).await,
        }
    }
}

/// The answers of earlier reads, by what was read.
pub(super) type Earlier<K, T> = Arc<Mutex<BTreeMap<K, T>>>;

/// The requests that were given up and take effect later. Clones share them.
#[derive(Debug)]
pub(super) struct Late<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Late<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Late<T> {
    pub(super) fn none() -> Self {
        Self(Arc::default())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, one: T) {
        self.lock().push(one);
    }

    pub(super) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.lock())
    }
}
