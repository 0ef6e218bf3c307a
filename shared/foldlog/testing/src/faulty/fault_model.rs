//! The fault model: which faults strike, and how they affect a request.

use super::{Fault, Odds, pass};
use crate::shared::Shared;
use fastrand::Rng;
use std::collections::{BTreeMap, VecDeque};

/// How many other steps at most overtake a request or its answer,
pub(super) const LONGEST_WAY: u8 = 3;
/// how many more a caller waits for a missing answer,
const LONGEST_PATIENCE: u8 = 12;
/// and how long a request hangs before the caller gives up: enough steps for others to carry out many commands.
const TIME_OUT: u8 = 64;

/// The fault model of some stores. Clones share it.
#[derive(Clone, Debug)]
pub struct FaultModel(Shared<FaultState>);

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
        Self(Shared::new(FaultState { rng: Rng::with_seed(seed), odds, calm: false, struck: BTreeMap::new() }))
    }

    /// How often each fault struck so far.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<Fault, u64> {
        self.0.lock().struck.clone()
    }

    /// From now on nothing fails, and every request is answered at once.
    pub fn calm_down(&self) {
        let mut state = self.0.lock();
        (state.odds, state.calm) = (Odds::default(), true);
    }

    /// Lets other tasks go first, a random number of times up to `most`.
    pub(super) async fn wait(&self, most: u8) {
        let times = {
            let mut state = self.0.lock();
            if state.calm { 0 } else { state.rng.u8(..=most) }
        };
        pass(times).await;
    }

    /// Returns one of the late requests, now and then.
    pub(super) fn landing<T>(&self, late: &Shared<Vec<T>>) -> Option<T> {
        let mut late = late.lock();
        let mut state = self.0.lock();
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
            let mut state = self.0.lock();
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
                let mut state = self.0.lock();
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
        self.0.lock().rng.bool()
    }

    /// Whether a write that failed is sent again.
    fn again(&self) -> bool {
        let mut state = self.0.lock();
        let resent = state.odds.resent;
        state.odds(resent)
    }

    /// Whether eventually consistent reads may show an earlier state.
    pub(super) fn is_hazy(&self) -> bool {
        self.0.lock().odds.stale_read > 0
    }

    /// The answer of an eventually consistent read: the newest, or one that the same read got before. It remembers the
    /// last few answers of each read.
    pub(super) fn one_of<K: Ord, T: Clone>(
        &self,
        earlier: &Earlier<K, T>,
        read: K,
        newest: T,
        remembered: usize,
        is_older: impl Fn(&T, &T) -> bool,
    ) -> T {
        let mut state = self.0.lock();
        let of_1000 = state.odds.stale_read;
        let is_stale = state.odds(of_1000);
        let mut earlier = earlier.lock();
        let answers = earlier.entry(read).or_default();
        let older: Vec<_> = answers.iter().filter(|answer| is_stale && is_older(answer, &newest)).collect();
        let older = state.rng.choice(older).cloned();
        if older.is_some() {
            state.strike(Fault::StaleRead);
        }
        if answers.len() == remembered {
            answers.pop_front();
        }
        answers.push_back(newest.clone());
        older.unwrap_or(newest)
    }

    /// The answer of an eventually consistent read of a single item: its present state, or what the same read showed
    /// before.
    pub(super) fn shown<K: Ord, T: Clone + PartialEq>(&self, earlier: &Earlier<K, T>, read: K, newest: T) -> T {
        self.one_of(earlier, read, newest, 1, |before, newest| before != newest)
    }

    /// How many of some items of one request the store has the capacity for.
    pub(super) fn taken(&self, items: usize) -> usize {
        let mut state = self.0.lock();
        let Odds { throttled, .. } = state.odds;
        match state.fault(&[(Fault::Throttled, throttled)]) {
            Some(_) => state.rng.usize(..=items),
            None => items,
        }
    }

    /// How many of the entries the bus takes, and how many of these its answer names; none if all goes well.
    pub(super) fn taken_in_part(&self, entries: usize) -> Option<(usize, usize)> {
        let mut state = self.0.lock();
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

/// The answers of earlier reads, by what was read, the newest last.
pub(super) type Earlier<K, T> = Shared<BTreeMap<K, VecDeque<T>>>;
