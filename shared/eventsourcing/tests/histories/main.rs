//! Histories: processes and clients on a log that fails by seed, and a judge of what they were told.
//!
//! `HISTORY_SEEDS=10000` judges more of them, `HISTORY_SEED=7` one, with all that happened in it.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod broken;
mod executor;
mod faults;
mod judge;
mod recording;
mod shelf;
mod variants;
mod world;

use eventsourcing::Effect;
use eventsourcing::faulty::Fault;
use judge::judge;
use recording::Answer;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use world::{Left, Setting, run};

/// So many seeds are judged unless the environment says otherwise.
const SEEDS: u64 = 500;

/// Says how a run is seen again, where it fails in whatever way.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("replay: HISTORY_SEED={} cargo test -p eventsourcing --test histories no_history", self.0);
        }
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// What a run had in it: faults by kind, answers by kind.
fn contents(left: &Left) -> BTreeMap<String, u64> {
    let mut kinds = BTreeMap::new();
    for (fault, times) in &left.struck {
        *kinds.entry(fault.to_string()).or_default() += times;
    }
    for one in &left.recorded.tries {
        let kind = match &one.answer {
            Answer::Done { effect, .. } => format!("{effect:?}"),
            Answer::Refused(why) => format!("Refused: {why}"),
            Answer::Mismatch { .. } => "Mismatch".to_owned(),
            other @ (Answer::OtherContent | Answer::Contended | Answer::Unknown | Answer::Wrong(_)) => {
                format!("{other:?}")
            }
        };
        *kinds.entry(kind).or_default() += 1;
    }
    *kinds.entry("commits".to_owned()).or_default() += left.recorded.landings.len() as u64;
    kinds
}

#[test]
fn no_history_has_an_anomaly() {
    let one = from_environment("HISTORY_SEED");
    let many = from_environment("HISTORY_SEEDS").unwrap_or(SEEDS);
    let seeds = one.map_or(0..many, |seed| seed..seed + 1);
    let (started, mut total) = (Instant::now(), BTreeMap::<String, u64>::new());
    for seed in seeds.clone() {
        let _replay = Replay(seed);
        let left = run(seed, Setting::ALL);
        let found = judge(&left.recorded, &left.streams);
        if one.is_some() {
            println!("{}", left.recorded.lines());
        }
        let unknown = left.recorded.unknown_at_the_end();
        assert!(unknown.is_empty(), "{unknown:?} have no answer");
        assert!(found.is_empty(), "{found:?}");
        for (kind, times) in contents(&left) {
            *total.entry(kind).or_default() += times;
        }
    }
    println!("{} seeds in {:?}: {total:?}", seeds.end - seeds.start, started.elapsed());
    if one.is_none() && many >= SEEDS {
        let faults = [Fault::LostAnswer, Fault::Late, Fault::Dropped, Fault::Throttled, Fault::StaleRead];
        let effects = [Effect::Appended, Effect::Repeated, Effect::Unchanged];
        let others = ["Refused: it is full", "Refused: there are not so many", "Refused: it is locked"];
        let mut kinds: BTreeSet<String> = others.map(str::to_owned).into();
        kinds.extend(["Mismatch", "OtherContent", "Unknown"].map(str::to_owned));
        kinds.extend(faults.map(|fault| fault.to_string()));
        kinds.extend(effects.map(|effect| format!("{effect:?}")));
        let missing: Vec<_> = kinds.iter().filter(|kind| total.get(*kind).is_none_or(|times| *times < many)).collect();
        assert!(missing.is_empty(), "less than one in a history: {missing:?} of {total:?}");
    }
}

#[test]
fn a_seed_is_replayed_to_the_letter() {
    for seed in 0..20 {
        let [one, other] = [0; 2].map(|_| run(seed, Setting::ALL).recorded.lines());
        assert_eq!(one, other);
    }
}
