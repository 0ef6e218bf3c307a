//! One run: a seed, a shop, a storm, and whether everything is as it should be when it is over.

use crate::Defect;
use crate::executor::{Executor, Owner};
use crate::faults::{Counts, Luck, Mishap};
use crate::functions::Unmade;
use crate::gateway::{Got, Sent, send};
use crate::judge::{Invariant, Recording, Violation, judge, settled};
use crate::processes::Processes;
use crate::release::UNKNOWN;
use crate::setting::{Net, Setting};
use crate::traffic::Traffic;
use crate::triggers;
use crate::wire::ISSUER;
use crate::world::{Host, World, lock};
use domain::views::{sales, subscriptions};
use eventsourcing::memory::{MemoryLog, MemoryViews};
use eventsourcing::parked::Class;
use eventsourcing::verify::{TotalsVerification, Verification};
use eventsourcing::views::Generation;
use eventsourcing::{LogScan, ParkingLot, StreamName, Totals};
use fastrand::Rng;
use futures::FutureExt;
use http::Method;
use local::Topology;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// More steps than any run needs.
const MOST_STEPS: u64 = 3_000_000;
/// More invocations are not under way at a time.
const MOST_TASKS: usize = 48;
/// So many minutes are given to those who wait.
const MOST_MINUTES: usize = 180;
/// Where not all can be found by waiting, so many.
const FEW_MINUTES: usize = 3;
/// An outage is longer than anything keeps a record.
const OUTAGE_MS: i64 = 25 * 3_600_000;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The log, and what everybody was told.
    pub recording: Recording,
    /// How often what went wrong.
    pub faults: Counts,
    /// How many requests of clients there were.
    pub commands: usize,
    /// What does not hold, if anything.
    pub violation: Option<Violation>,
    /// What happened, line by line, where it was written down.
    pub trace: Vec<String>,
}

/// Runs a shop through a storm.
pub fn run(seed: u64, setting: Setting, topology: &Arc<Topology>) -> Result<Outcome, Unmade> {
    let net = if seed.is_multiple_of(2) { Net::Recheck } else { Net::Reconcile };
    let executor = Executor::default();
    let world = World::new(seed, setting.above(net), topology.clone(), executor.spawner());
    let processes = Processes::start(&world)?;
    *lock(&world.processes) = processes;
    let traffic = Traffic::new(&world);
    let mut run = Run {
        world: world.clone(),
        executor,
        rng: Rng::with_seed(!seed),
        due: vec![],
        steps: 0,
        is_over: false,
        reconciled: false,
    };
    let violation = match run.course(&traffic) {
        Ok(()) => traffic.wrong(),
        Err(violation) => Some(violation),
    };
    let recording = Recording { commits: world.stores.log.journal(0), told: traffic.told(), issuer: ISSUER.to_owned() };
    let violation = violation.or_else(|| judge(&recording).err()).or_else(|| run.views().err());
    lock(&world.processes).clear();
    let stores = world.stores.weather.struck().into_iter().map(|(fault, count)| (format!("store-{fault}"), count));
    let around = world.struck().into_iter().map(|(mishap, count)| (mishap.to_string(), count));
    let commands = recording.told.len();
    Ok(Outcome { commands, faults: stores.chain(around).collect(), violation, trace: world.trace.lines(), recording })
}

struct Run {
    world: Arc<World>,
    executor: Executor,
    rng: Rng,
    /// When each schedule fires next.
    due: Vec<i64>,
    steps: u64,
    /// Whether the storm is.
    is_over: bool,
    /// Whether the whole log was gone through.
    reconciled: bool,
}

impl Run {
    /// From the first customer to the last hint.
    fn course(&mut self, traffic: &Arc<Traffic>) -> Result<(), Violation> {
        self.world.spawner.spawn(Owner::World, traffic.clone().staff().boxed());
        self.until(|_| traffic.is_over(), true)?;
        self.only_what_is_unreadable_is_parked()?;
        self.world.say(|| "THE STORM IS OVER".to_owned());
        self.world.turn(Luck::GOOD);
        self.is_over = true;
        let world = self.world.clone();
        self.work(async move { world.stores.settle().await })?;
        self.world.upgrade();
        self.drain()?;
        self.operate()?;
        self.wait_for_those_who_wait()?;
        self.world.say(|| "WHAT WAS KEPT BACK ARRIVES".to_owned());
        self.world.hints().let_go();
        self.drain()?;
        if self.world.setting.net == Net::Reconcile {
            // Hints of folds first: processes choose by what the views show.
            for _ in 0..2 {
                self.fire("reconcile")?;
                self.drain()?;
            }
            self.reconciled = true;
            self.operate()?;
        }
        self.wait_for_those_who_wait()?;
        let left = self.notes(|_| true)?;
        match left.first() {
            Some(note) => Err(Violation::new(Invariant::NothingParked, note.clone())),
            None => Ok(()),
        }
    }

    /// Lets things happen until `done`; nothing else happens by itself where the storm is over.
    fn until(&mut self, done: impl Fn(&World) -> bool, schedules: bool) -> Result<(), Violation> {
        while !done(&self.world) {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(Violation::new(Invariant::ComesToAnEnd, "there is no end to it"));
            }
            self.mischief()?;
            let world = self.world.clone();
            world.hints().stream(&world);
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

    /// Where nothing is ready, time passes until something is; false where nothing will be.
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

    /// What goes wrong by itself, and time.
    fn mischief(&mut self) -> Result<(), Violation> {
        if self.is_over {
            return Ok(());
        }
        let world = self.world.clone();
        match world.at_most_one(|luck| {
            [
                (Mishap::Crash, luck.crash),
                (Mishap::ClockJump, luck.clock_jump),
                (Mishap::BrokenDeployment, luck.broken_deployment),
                (Mishap::Outage, if world.setting.net == Net::Reconcile { luck.outage } else { 0 }),
            ]
        }) {
            Some(Mishap::Crash) => {
                let replaced = lock(&world.processes).replace_one(&world);
                let replaced = replaced.map_err(|error| Violation::new(Invariant::ComesToAnEnd, error.to_string()))?;
                if let Some(owner) = replaced {
                    self.executor.kill(owner);
                }
            }
            Some(Mishap::ClockJump) => lock(&world.processes).set_a_clock(&world),
            Some(Mishap::BrokenDeployment) => world.break_one(),
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

    /// Fires what is due; the whole log is gone through only where nothing else helps.
    fn schedules(&mut self) {
        let now = self.world.now();
        if self.due.is_empty() {
            self.due = self.world.topology.firings(moment(now)).iter().map(|_| now.0 + 60_000).collect();
        }
        if self.due.iter().all(|due| *due > now.0) {
            return;
        }
        let firings = self.world.topology.firings(moment(now));
        for (due, (every, firing)) in self.due.iter_mut().zip(firings) {
            if *due > now.0 {
                continue;
            }
            *due = now.0 + millis(every);
            if self.world.setting.defect != Some(Defect::NoRecheck) && every < Duration::from_hours(1) {
                triggers::fire(&self.world, &firing.function, firing.payload);
            }
        }
    }

    /// Fires the schedule of a task, once.
    fn fire(&mut self, task: &str) -> Result<(), Violation> {
        let firings = self.world.topology.firings(moment(self.world.now()));
        for (_, firing) in firings.into_iter().filter(|(_, firing)| firing.payload["task"] == task) {
            triggers::fire(&self.world, &firing.function, firing.payload);
        }
        self.drain()
    }

    /// Lets everything that is on its way arrive.
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

    /// Minute after minute, until nobody waits.
    fn wait_for_those_who_wait(&mut self) -> Result<(), Violation> {
        let mut looked_at = None;
        // Before the whole log was gone through, who waits may have no row to be found by.
        let minutes =
            if self.reconciled || self.world.setting.net == Net::Recheck { MOST_MINUTES } else { FEW_MINUTES };
        for _ in 0..minutes {
            // Who waits goes on waiting as long as nothing is committed.
            let length = self.world.stores.log.len();
            if looked_at.replace(length) != Some(length) && !self.somebody_waits() {
                break;
            }
            self.world.pass(60_000);
            if self.world.setting.defect != Some(Defect::NoRecheck) {
                self.fire("recheck")?;
            }
            self.drain()?;
        }
        Ok(())
    }

    /// Whether somebody waits, as the log says.
    fn somebody_waits(&self) -> bool {
        !settled(&self.world.stores.log.journal(0))
    }

    /// What operators do once the releases are new: everything that is parked is tried again.
    fn operate(&mut self) -> Result<(), Violation> {
        let world = self.world.clone();
        self.work(async move {
            let _ = ask(&world, Method::POST, "/ops/lost/redrive").await;
            let mut path = "/ops/parked".to_owned();
            let mut ids = vec![];
            while let Some(page) = ask(&world, Method::GET, &path).await {
                let items = page.body["items"].as_array().cloned().unwrap_or_default();
                ids.extend(items.iter().filter_map(|item| item["id"].as_str().map(ToOwned::to_owned)));
                match page.body["next"].as_str() {
                    Some(next) => next.clone_into(&mut path),
                    None => break,
                }
            }
            for id in ids {
                let _ = ask(&world, Method::POST, &format!("/ops/parked/{}/redrive", id.replace('/', "%2F"))).await;
            }
        })?;
        self.drain()
    }

    /// While older releases run, only what they cannot read is parked for good.
    fn only_what_is_unreadable_is_parked(&mut self) -> Result<(), Violation> {
        let wrong = self.notes(|(class, error)| class == Class::Permanent && !error.contains(UNKNOWN))?;
        match wrong.first() {
            Some(note) => Err(Violation::new(Invariant::NothingParked, note.clone())),
            None => Ok(()),
        }
    }

    fn notes(&mut self, which: impl Fn((Class, &str)) -> bool) -> Result<Vec<String>, Violation> {
        let parked = self.world.stores.parked.parked().clone();
        let notes = self.work(async move { parked.notes(None, usize::MAX).await })?.unwrap_or_default().notes;
        let notes = notes.into_iter().map(|note| note.trouble);
        let wanted = notes.filter(|trouble| which((trouble.class, &trouble.error)));
        Ok(wanted.map(|trouble| format!("{}: {} ({})", trouble.subject, trouble.error, trouble.class)).collect())
    }

    /// Whether every row is the fold of its stream, and every total that of all.
    fn views(&mut self) -> Result<(), Violation> {
        let host = Host::new(&self.world);
        let (log, views, ledger) = (
            self.world.stores.log.clone(),
            self.world.stores.views.views().clone(),
            self.world.stores.ledger.ledger().clone(),
        );
        self.work(async move {
            let heads = log.heads().await.map_err(|error| differs(&error))?;
            let streams: Vec<StreamName> = heads.into_iter().map(|(stream, _)| stream).collect();
            verify(&log, &views, &host, &streams).await?;
            let totals = TotalsVerification { log: &log, ledger: &ledger, host: &host, generation: Generation::FIRST };
            let of = |stream: &&StreamName| stream.category() == sales::View::CATEGORY;
            let orders: Vec<_> = streams.iter().filter(of).cloned().collect();
            totals.run::<sales::View>(&orders).await.map_err(|error| differs(&error))?;
            Ok(())
        })?
    }
}

async fn verify(log: &MemoryLog, views: &MemoryViews, host: &Host, streams: &[StreamName]) -> Result<(), Violation> {
    let subscriptions = subscriptions();
    let verification = Verification { log, views, host, subscriptions: &subscriptions, generation: Generation::FIRST };
    verification.run(streams, || {}).await.map(drop).map_err(|error| differs(&error))
}

fn differs(error: &dyn std::fmt::Display) -> Violation {
    Violation::new(Invariant::ViewsAreFolds, error.to_string())
}

/// An operator's request, where all is well.
async fn ask(world: &Arc<World>, method: Method, path: &str) -> Option<Got> {
    let body: Value = json!({});
    let sent = Sent { subject: "operator:olga".to_owned(), method, path: path.to_owned(), headers: vec![], body };
    send(world, &sent).await.filter(|got| got.status < 300)
}

fn moment(at: eventsourcing::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
