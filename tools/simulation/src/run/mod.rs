//! One run: a shop under the faults of a seed, and the judgement at the end.

mod personal;
mod settling;

use crate::Defect;
use crate::executor::{Executor, Owner};
use crate::faults::{Counts, Mishap};
use crate::functions::BuildError;
use crate::judge::{Invariant, Recording, Violation, judge};
use crate::processes::Processes;
use crate::release::UNKNOWN;
use crate::setting::{Net, Setting};
use crate::traffic::Traffic;
use crate::triggers;
use crate::wire::ISSUER;
use crate::world::{World, lock};
use fastrand::Rng;
use foldlog::Timestamp;
use foldlog::read::parked::Class;
use foldlog_local::Topology;
use foldlog_testing::memory::DAMAGED;
use futures::FutureExt;
use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The maximum number of steps, more than any run needs.
const MOST_STEPS: u64 = 3_000_000;
/// The maximum number of simultaneous invocations.
const MOST_TASKS: usize = 48;
/// The length of an outage: longer than any stream keeps its records.
const OUTAGE_MS: i64 = 25 * 3_600_000;
/// The length of a standstill: longer than a process waits for its confirmation.
const STANDSTILL_MS: i64 = 20 * 60_000;

/// How often the daily run is killed at most, and after how many steps.
const MOST_KILLS: u8 = 3;
const STEPS_OF_A_RUN: u32 = 4_000;

/// The odds of a standstill, out of 10,000, when a process has just asked for its confirmation: a deadline that passes
/// then can do most harm.
const STANDSTILL_AT_WORST: u32 = 400;

/// The result of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The log, and the answers that clients got.
    pub recording: Recording,
    /// The number of occurrences of each fault.
    pub faults: Counts,
    /// The first violation, if there is one.
    pub violation: Option<Violation>,
    /// The trace, line by line, if it was recorded.
    pub trace: Vec<String>,
}

/// Runs a shop under faults.
pub fn run(seed: u64, setting: Setting, topology: &Arc<Topology>) -> Result<Outcome, BuildError> {
    let executor = Executor::default();
    let world = World::new(seed, setting, topology.clone(), executor.spawner());
    let processes = Processes::start(&world)?;
    *lock(&world.processes) = processes;
    let traffic = Traffic::new(&world);
    let mut run = Run {
        world: world.clone(),
        executor,
        rng: Rng::with_seed(!seed),
        due: vec![],
        minute: world.now(),
        steps: 0,
        is_over: false,
        reconciled: false,
    };
    let violation = match run.course(&traffic) {
        Ok(()) => traffic.wrong(),
        Err(violation) => Some(violation),
    };
    let recording =
        Recording { commits: world.stores.log.journal(0), records: traffic.records(), issuer: ISSUER.to_owned() };
    let untimely = world.untimely().map(|detail| Violation::new(Invariant::TrueTimes, detail));
    let violation = untimely.or(violation);
    let violation =
        violation.or_else(|| judge(&recording).err()).or_else(|| run.money().err()).or_else(|| run.read_models().err());
    let violation = violation.or_else(|| run.personal_data().err());
    lock(&world.processes).clear();
    let stores = world.stores.fault_model.struck().into_iter().map(|(fault, count)| (format!("store-{fault}"), count));
    let around = world.struck().into_iter().map(|(mishap, count)| (mishap.to_string(), count));
    Ok(Outcome { faults: stores.chain(around).collect(), violation, trace: world.trace(), recording })
}

struct Run {
    world: Arc<World>,
    executor: Executor,
    rng: Rng,
    /// When each schedule fires next.
    due: Vec<i64>,
    /// The last minute for which the re-check ran since the faults ended.
    minute: Timestamp,
    steps: u64,
    /// Whether the faults have ended.
    is_over: bool,
    /// Whether the run through the whole log is done.
    reconciled: bool,
}

impl Run {
    /// The course of a run, from the first customer to the last hint.
    fn course(&mut self, traffic: &Arc<Traffic>) -> Result<(), Violation> {
        self.world.spawner.spawn(Owner::World, traffic.clone().staff().boxed());
        if self.world.is_rebuilt {
            self.world.spawner.spawn(Owner::World, traffic.clone().olga().boxed());
        }
        self.until(|_| traffic.is_over(), true)?;
        // While older releases run, only events that they cannot read stay parked, and rows that are none.
        self.none_is_parked(|(class, error)| {
            class == Class::Permanent && !error.contains(UNKNOWN) && !error.contains(DAMAGED)
        })?;
        self.world.say(|| "THE STORM IS OVER".to_owned());
        self.world.calm_down();
        self.is_over = true;
        self.minute = self.world.now();
        let world = self.world.clone();
        self.work(async move { world.stores.settle().await })?;
        self.world.upgrade();
        self.drain()?;
        self.operate()?;
        self.only_damage_is_left()?;
        self.wait_for_those_who_wait()?;
        self.world.say(|| "WHAT WAS KEPT BACK ARRIVES".to_owned());
        self.world.hints().let_go();
        self.drain()?;
        if self.world.net == Net::Reconcile {
            // The hints of folds come first, because processes choose by the views.
            for _ in 0..2 {
                self.reconcile()?;
            }
            self.reconciled = true;
            // What moved nothing in the log shows only to who reads all of it.
            self.read_whole_log()?;
            self.operate()?;
        }
        self.wait_for_those_who_wait()?;
        self.finish_rebuilds()?;
        self.none_is_parked(|_| true)
    }

    /// The daily run. It is killed a few times wherever it is, and the schedule goes on with it.
    fn reconcile(&mut self) -> Result<(), Violation> {
        self.fire("reconcile", self.world.now());
        for _ in 0..self.rng.u8(..=MOST_KILLS) {
            let left = Cell::new(self.rng.u32(..STEPS_OF_A_RUN));
            self.until(|_| left.replace(left.get().saturating_sub(1)) == 0, false)?;
            let killed = lock(&self.world.processes).replace(&self.world, "reconcile");
            let killed = killed.map_err(|error| Violation::new(Invariant::ComesToAnEnd, error.to_string()))?;
            for owner in killed {
                self.executor.kill(owner);
            }
            self.fire("resume", self.world.now());
        }
        self.drain()?;
        // What was killed before it had noted where it begins.
        self.fire("reconcile", self.world.now());
        self.drain()
    }

    /// Runs steps until `done`. Once the faults have ended, nothing else happens by itself.
    fn until(&mut self, done: impl Fn(&World) -> bool, schedules: bool) -> Result<(), Violation> {
        while !done(&self.world) {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(Violation::new(Invariant::ComesToAnEnd, "there is no end to it"));
            }
            self.mischief()?;
            let world = self.world.clone();
            let is_worst = world.hints().stream(&world);
            if is_worst && world.strikes(Mishap::Standstill, STANDSTILL_AT_WORST) {
                self.stand_still();
            }
            if schedules {
                self.schedules();
            }
            self.trigger();
            if !self.executor.step(&mut self.rng) && !self.skip(schedules) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// If nothing is ready, lets time pass until something is; false if nothing will be.
    fn skip(&self, schedules: bool) -> bool {
        let world = &self.world;
        let now = world.now().0;
        let asleep = world.next_awake();
        let hints = world.hints().next_due();
        let due = self.due.iter().min().copied().filter(|_| schedules);
        let next = [asleep, hints, due].into_iter().flatten().min();
        match next {
            Some(next) => {
                world.pass((next - now).max(1));
                true
            }
            None => self.executor.tasks() > 0 && !world.hints().none_left(),
        }
    }

    /// Lets time pass and random faults occur.
    fn mischief(&mut self) -> Result<(), Violation> {
        if self.is_over {
            return Ok(());
        }
        let world = self.world.clone();
        let mishaps =
            [Mishap::Crash, Mishap::ClockJump, Mishap::BrokenDeployment, Mishap::Standstill, Mishap::RowDamaged];
        let outage = (world.net == Net::Reconcile).then_some(Mishap::Outage);
        match world.at_most_one(mishaps.into_iter().chain(outage)) {
            Some(Mishap::Crash) => {
                let replaced = lock(&world.processes).replace_one(&world);
                let replaced = replaced.map_err(|error| Violation::new(Invariant::ComesToAnEnd, error.to_string()))?;
                if let Some(owner) = replaced {
                    self.executor.kill(owner);
                }
            }
            Some(Mishap::ClockJump) => lock(&world.processes).set_a_clock(&world),
            Some(Mishap::BrokenDeployment) => world.break_one(),
            Some(Mishap::Standstill) => self.stand_still(),
            Some(Mishap::RowDamaged) => world.damage_a_row(),
            Some(_) => {
                world.say(|| "OUTAGE".to_owned());
                world.hints().expire(&world);
                world.pass(OUTAGE_MS);
            }
            None => {}
        }
        world.pass(i64::from(self.rng.bool()));
        Ok(())
    }

    fn stand_still(&self) {
        self.world.say(|| "STANDSTILL".to_owned());
        self.world.pass(STANDSTILL_MS);
    }

    /// Gives one of the triggers the opportunity to deliver.
    fn trigger(&mut self) {
        if self.executor.tasks() >= MOST_TASKS {
            return;
        }
        let (readers, queues) = {
            let hints = self.world.hints();
            if hints.none_left() {
                return;
            }
            (hints.readers.len(), hints.queues.len())
        };
        let chosen = self.rng.usize(..readers + queues);
        if chosen < readers {
            triggers::read(&self.world, chosen);
        } else {
            triggers::take(&self.world, chosen - readers);
        }
    }

    /// Fires the schedules that are due. The run through the whole log fires only if nothing else helps.
    fn schedules(&mut self) {
        let now = self.world.now();
        if self.due.is_empty() {
            self.due = self.world.topology.firings(moment(now)).iter().map(|_| now.0 + 60_000).collect();
        }
        if self.due.iter().all(|due| *due > now.0) {
            return;
        }
        let firings = self.world.topology.firings(moment(now));
        for (number, (due, (every, _))) in self.due.iter_mut().zip(firings).enumerate() {
            if *due > now.0 {
                continue;
            }
            // Schedules that were missed during a standstill do not run later.
            let at = if now.0 - *due < STANDSTILL_MS / 2 { *due } else { now.0 };
            *due = at + millis(every);
            let at = moment(Timestamp(at));
            let Some((_, firing)) = self.world.topology.firings(at).into_iter().nth(number) else { continue };
            if !self.world.has(Defect::NoRecheck) && every < Duration::from_hours(1) {
                triggers::fire(&self.world, &firing.function, firing.payload);
            }
        }
    }

    /// Fires the schedule of a task, for its scheduled time.
    fn fire(&self, task: &str, at: Timestamp) {
        let firings = self.world.topology.firings(moment(at));
        for (_, firing) in firings.into_iter().filter(|(_, firing)| firing.payload["task"] == task) {
            triggers::fire(&self.world, &firing.function, firing.payload);
        }
    }

    /// Lets all hints on their way arrive.
    fn drain(&mut self) -> Result<(), Violation> {
        let before = self.steps;
        while self.executor.tasks() > 0 || !self.world.hints().none_left() || self.steps == before {
            self.until(|_| false, false)?;
            let world = self.world.clone();
            world.hints().stream(&world);
        }
        Ok(())
    }

    /// Runs one piece of work to its end.
    fn work<T: Send + 'static>(&mut self, work: impl Future<Output = T> + Send + 'static) -> Result<T, Violation> {
        let result = Arc::new(Mutex::new(None));
        let place = result.clone();
        self.world.spawner.spawn(Owner::World, async move { *lock(&place) = Some(work.await) }.boxed());
        self.until(|_| lock(&result).is_some(), false)?;
        let taken = lock(&result).take();
        taken.ok_or_else(|| Violation::new(Invariant::ComesToAnEnd, "a piece of work hangs"))
    }
}

fn moment(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
