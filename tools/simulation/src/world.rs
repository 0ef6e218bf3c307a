//! The shared state of a run: time, random numbers, stores, hints on their way, and the trace.

use crate::defects::Defect;
use crate::executor::Spawner;
use crate::faults::Mishap;
use crate::hints::Hints;
use crate::processes::{Process, Processes};
use crate::provider::Books;
use crate::setting::{Net, Setting};
use crate::stores::Stores;
use fastrand::Rng;
use foldlog::clock::{BOUND, CheckedClock};
use foldlog::{Clock, Commit, Randomness, Timestamp};
use foldlog_local::Topology;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

/// The moment at which every run begins.
pub(crate) const BEGINNING: Timestamp = Timestamp(1_763_718_000_000);

/// The time for which a function is broken: longer than a queue retries.
const BROKEN_MS: i64 = 1_800_000;

/// The event that an older release may not be able to read; in some runs all releases are new.
const UNREADABLE: [Option<&str>; 5] =
    [None, Some("StockAdjusted"), Some("QuantityChanged"), Some("OrderCancelled"), Some("ReservationRejected")];

/// The shared state of a run.
pub(crate) struct World {
    pub(crate) setting: Setting,
    pub(crate) net: Net,
    pub(crate) topology: Arc<Topology>,
    pub(crate) stores: Stores,
    pub(crate) books: Books,
    pub(crate) hints: Mutex<Hints>,
    pub(crate) spawner: Spawner,
    pub(crate) processes: Mutex<Processes>,
    /// The event that older releases cannot read.
    unreadable: Option<&'static str>,
    /// Whether an operator has a read model made anew. Folds without the kit know no generations.
    pub(crate) is_rebuilt: bool,
    upgraded: AtomicBool,
    now_ms: Arc<AtomicI64>,
    dice: Mutex<Rng>,
    /// Whether the faults have ended.
    calm: AtomicBool,
    /// Which function fails, and until when.
    broken: Mutex<Option<(String, i64)>>,
    struck: Mutex<BTreeMap<Mishap, u64>>,
    sleepers: Mutex<Vec<(i64, Waker)>>,
    /// The trace, line by line.
    trace: Mutex<Vec<String>>,
    /// The first commit that was stamped with a time that had not come.
    untimely: Mutex<Option<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, setting: Setting, topology: Arc<Topology>, spawner: Spawner) -> Arc<Self> {
        let mut dice = Rng::with_seed(seed);
        let stores = Stores::new(dice.u64(..));
        let now_ms = Arc::new(AtomicI64::new(BEGINNING.0));
        Arc::new(Self {
            books: Books::dated(&now_ms),
            hints: Mutex::new(Hints::new(&topology)),
            processes: Mutex::default(),
            unreadable: dice.choice(UNREADABLE).flatten(),
            is_rebuilt: dice.bool() && !setting.defect.is_some_and(Defect::folds_naively),
            upgraded: AtomicBool::new(false),
            calm: AtomicBool::new(false),
            broken: Mutex::default(),
            dice: Mutex::new(dice),
            setting,
            net: if seed.is_multiple_of(2) { Net::Recheck } else { Net::Reconcile },
            topology,
            stores,
            spawner,
            now_ms,
            struck: Mutex::default(),
            sleepers: Mutex::default(),
            trace: Mutex::default(),
            untimely: Mutex::default(),
        })
    }

    /// The right time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.load(Ordering::Relaxed))
    }

    /// Lets time pass, and wakes the tasks that slept until then.
    pub(crate) fn pass(&self, ms: i64) {
        let now = self.now_ms.fetch_add(ms, Ordering::Relaxed) + ms;
        let mut sleepers = lock(&self.sleepers);
        if sleepers.iter().all(|(until, _)| *until > now) {
            return;
        }
        let (awake, asleep) = std::mem::take(&mut *sleepers).into_iter().partition(|(until, _)| *until <= now);
        *sleepers = asleep;
        drop(sleepers);
        let awake: Vec<(i64, Waker)> = awake;
        for (_, waker) in awake {
            waker.wake();
        }
    }

    /// When the next sleeper awakes.
    pub(crate) fn next_awake(&self) -> Option<i64> {
        lock(&self.sleepers).iter().map(|(until, _)| *until).min()
    }

    /// Returns after a while.
    pub(crate) async fn sleep(self: &Arc<Self>, duration: Duration) {
        let until = self.now().0 + i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2).max(1);
        std::future::poll_fn(|context| {
            if self.now().0 >= until {
                return Poll::Ready(());
            }
            lock(&self.sleepers).push((until, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// A random choice.
    pub(crate) fn dice<T>(&self, throw: impl FnOnce(&mut Rng) -> T) -> T {
        throw(&mut lock(&self.dice))
    }

    /// Whether a rule is broken on purpose.
    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.setting.defect == Some(defect)
    }

    /// Whether a mishap occurs. Counts it if it does.
    pub(crate) fn occurs(&self, mishap: Mishap) -> bool {
        self.strikes(mishap, mishap.odds())
    }

    /// Whether a mishap occurs that has other odds now, in 10,000. Counts it if it does.
    pub(crate) fn strikes(&self, mishap: Mishap, odds: u32) -> bool {
        let occurs = !self.is_calm() && self.dice(|dice| dice.u32(..10_000) < odds);
        if occurs {
            self.count(mishap);
        }
        occurs
    }

    /// At most one of several mishaps. Counts it if one occurs.
    pub(crate) fn at_most_one(&self, mishaps: impl IntoIterator<Item = Mishap>) -> Option<Mishap> {
        let mut roll = self.dice(|dice| dice.u32(..10_000));
        for mishap in mishaps {
            let odds = if self.is_calm() { 0 } else { mishap.odds() };
            if roll < odds {
                self.count(mishap);
                return Some(mishap);
            }
            roll -= odds;
        }
        None
    }

    /// Counts a mishap.
    pub(crate) fn count(&self, mishap: Mishap) {
        *lock(&self.struck).entry(mishap).or_default() += 1;
    }

    /// Ends all faults.
    pub(crate) fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// The number of occurrences of each mishap.
    pub(crate) fn struck(&self) -> BTreeMap<Mishap, u64> {
        lock(&self.struck).clone()
    }

    /// A random process of a function; none while the function is broken.
    pub(crate) fn process(&self, function: &str) -> Option<Process> {
        lock(&self.processes)
            .of(function, |count| self.dice(|dice| dice.usize(..count)))
            .filter(|_| !self.is_broken(function))
    }

    /// Breaks a function for a while, unless only a run through the whole log could repair that.
    pub(crate) fn break_one(&self) {
        let readers = self.topology.readers.iter().map(|reader| reader.function.as_str());
        let fed = self.topology.queues.iter().map(|fed| fed.function.as_str());
        let all: Vec<_> = readers.chain(fed).filter(|function| self.net.loses_hints_of(function)).collect();
        let Some(function) = self.dice(|dice| dice.choice(all)) else { return };
        let until = self.now().0 + BROKEN_MS;
        self.say(|| format!("BROKEN is {function}"));
        *lock(&self.broken) = Some((function.to_owned(), until));
    }

    /// Damages a row of a view. It stays so until somebody puts it back. Folds without the kit have no answer to that.
    pub(crate) fn damage_a_row(&self) {
        if self.folds_naively() {
            return;
        }
        let views = self.stores.views.store();
        if let Some(place) = self.dice(|dice| dice.choice(views.row_keys())) {
            self.say(|| format!("DAMAGED is the row {}/{} of view {}", place.generation, place.key, place.view));
            views.damage(place);
        }
    }

    fn folds_naively(&self) -> bool {
        self.setting.defect.is_some_and(Defect::folds_naively)
    }

    /// Whether a function fails all its invocations.
    fn is_broken(&self, function: &str) -> bool {
        lock(&self.broken).as_ref().is_some_and(|(broken, until)| broken == function && self.now().0 < *until)
    }

    /// Whether no release that runs can read an event of this type yet.
    pub(crate) fn unreadable(&self, name: &str) -> bool {
        self.unreadable == Some(name) && !self.upgraded.load(Ordering::Relaxed)
    }

    /// Replaces all older releases, and repairs the broken function.
    pub(crate) fn upgrade(&self) {
        *lock(&self.broken) = None;
        self.upgraded.store(true, Ordering::Relaxed);
    }

    /// The hints on their way.
    pub(crate) fn hints(&self) -> MutexGuard<'_, Hints> {
        lock(&self.hints)
    }

    /// Looks at the time of a new commit.
    pub(crate) fn look_at_the_time(&self, commit: &Commit) {
        let now = self.now();
        if commit.committed_at > now.after(BOUND + Duration::from_secs(1)) {
            let detail = format!("{}@{} is of {}, at {now}", commit.stream, commit.version, commit.committed_at);
            lock(&self.untimely).get_or_insert(detail);
        }
    }

    /// The first commit that was stamped with a time that had not come, if there is one.
    pub(crate) fn untimely(&self) -> Option<String> {
        lock(&self.untimely).clone()
    }

    /// Adds a line to the trace, if one is recorded.
    pub(crate) fn say(&self, what: impl FnOnce() -> String) {
        if self.setting.traced {
            let line = format!("{} {}", self.now(), what());
            lock(&self.trace).push(line);
        }
    }

    /// The trace, line by line.
    pub(crate) fn trace(&self) -> Vec<String> {
        lock(&self.trace).clone()
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The clock and randomness of a process. Its clock is off, and may jump.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) world: Arc<World>,
    pub(crate) off_ms: Arc<AtomicI64>,
    checked: Arc<CheckedClock>,
}

impl Host {
    /// A host whose clock is right.
    pub(crate) fn new(world: &Arc<World>) -> Self {
        Self { world: world.clone(), off_ms: Arc::default(), checked: Arc::default() }
    }

    fn own(&self) -> Timestamp {
        Timestamp(self.world.now().0 + self.off_ms.load(Ordering::Relaxed))
    }

    /// The store has answered, and named the time in whole seconds.
    pub(crate) fn heard(&self) {
        let now = self.world.now().0;
        self.checked.compare(self.own(), Timestamp(now - now.rem_euclid(1_000)));
    }
}

impl Clock for Host {
    fn now(&self) -> Timestamp {
        if self.world.has(Defect::ClockUnbounded) { self.own() } else { self.checked.now(self.own()) }
    }

    fn is_sure(&self) -> bool {
        self.world.has(Defect::ClockUnbounded) || self.checked.is_sure(self.own())
    }

    async fn sleep(&self, duration: Duration) {
        self.world.sleep(duration).await;
    }
}

impl Randomness for Host {
    fn bits(&self) -> u128 {
        self.world.dice(|dice| dice.u128(..))
    }
}
