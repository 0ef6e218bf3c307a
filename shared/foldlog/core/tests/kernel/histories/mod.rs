//! Histories: processes and clients on a log that fails by seed, and a judge of what they were told.
//!
//! `HISTORY_SEEDS=10000` judges more of them, `HISTORY_SEED=7` one, with all that happened in it.

mod broken;
mod coverage;
mod executor;
mod faults;
mod judge;
mod later;
mod process;
mod rebuilding;
mod recording;
mod shelf;
mod streams;
mod traffic;
mod used;
mod variants;
mod world;

use self::coverage::{Coverage, IN_NEARLY_ALL, ON_AVERAGE, coverage};
use self::judge::{Anomaly, judge};
use self::world::{Again, Setting, run};
use foldlog_testing::faulty::Fault;
use std::collections::BTreeMap;
use std::time::Instant;
use strum::VariantNames;

/// The number of seeds that are judged, unless the environment says otherwise.
const SEEDS: u64 = 500;

/// Prints how to repeat a run if it fails in any way.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("replay: HISTORY_SEED={} cargo test -p foldlog --test kernel no_history", self.0);
        }
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn no_history_has_an_anomaly() {
    let one = from_environment("HISTORY_SEED");
    let many = from_environment("HISTORY_SEEDS").unwrap_or(SEEDS);
    let seeds = one.map_or(0..many, |seed| seed..seed + 1);
    let (started, mut total) = (Instant::now(), Coverage::new());
    let mut lacking: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in seeds.clone() {
        let _replay = Replay(seed);
        let left = run(seed, Setting::ALL);
        let found = judge(&left);
        if one.is_some() {
            println!("{}", left.recorded.lines());
        }
        let unknown = left.recorded.unknown_at_the_end();
        assert!(unknown.is_empty(), "{unknown:?} have no answer");
        assert!(found.is_empty(), "{found:?}");
        let counted = coverage(&left);
        for missing in IN_NEARLY_ALL.into_iter().filter(|what| !counted.contains_key(*what)) {
            *lacking.entry(missing).or_default() += 1;
        }
        for (what, times) in counted {
            *total.entry(what).or_default() += times;
        }
    }
    println!("{} seeds in {:?}: {total:#?}, of these lack: {lacking:?}", seeds.end - seeds.start, started.elapsed());
    if one.is_none() && many >= SEEDS {
        let rare: Vec<_> = lacking.iter().filter(|(_, histories)| **histories * 100 > many).collect();
        assert!(rare.is_empty(), "more than one history in a hundred is without {rare:?}");
        let wanted = Fault::VARIANTS.iter().chain(&ON_AVERAGE);
        let missing: Vec<_> = wanted.filter(|what| total.get(**what).is_none_or(|times| *times < many)).collect();
        assert!(missing.is_empty(), "less than one in a history: {missing:?} of {total:?}");
    }
}

#[test]
fn no_history_on_a_log_with_markers_has_an_anomaly_whatever_its_hints_say_of_their_time() {
    let setting = Setting { marks: true, ..Setting::ALL };
    for again in [Again::Same, Again::DatedByDelivery] {
        for seed in 0..SEEDS / 2 {
            let left = run(seed, Setting { again, ..setting });
            let mut found = judge(&left);
            // A hint with a wrong time of its cause cannot keep the effect behind it. It must do no other harm.
            found.retain(|(anomaly, _)| again == Again::Same || *anomaly != Anomaly::BeforeItsCause);
            assert!(
                found.is_empty() && left.recorded.unknown_at_the_end().is_empty(),
                "seed {seed}, {again:?}: {found:?}"
            );
        }
    }
}

#[test]
fn a_seed_is_replayed_to_the_letter() {
    for seed in 0..20 {
        let [one, other] = [0; 2].map(|_| run(seed, Setting::ALL).recorded.lines());
        assert_eq!(one, other);
    }
}
