//! The whole shop through storms, by seed: `shop simulate` runs more of them.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use local::Topology;
use simulation::{Defect, Mishap, Setting, campaign, run};
use std::num::NonZeroUsize;
use std::sync::Arc;
use strum::{IntoEnumIterator, VariantNames};

/// So many storms each time.
const SEEDS: u64 = 300;
/// Within so many a defect has to show.
const SOON: u64 = 200;
/// Storms in which something was found once.
const FOUND: [u64; 4] = [12, 30, 50, 360];

fn topology() -> Arc<Topology> {
    Arc::new(Topology::read(shop::TEMPLATE, &shop::parameters()).unwrap())
}

fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[test]
fn no_storm_makes_the_shop_break_its_word() {
    let report = campaign(0..SEEDS, Setting::ROUGH, &topology(), threads(), |_| {}).unwrap();
    println!("{report:#?}");
    assert!(report.failures.is_empty(), "shop simulate --seed {} --trace: {:?}", report.failures[0].0, report.failures);
    assert!(report.fewest_commits >= 200, "{}", report.fewest_commits);
    let store = eventsourcing::faulty::Fault::VARIANTS.iter().map(|fault| format!("store-{fault}"));
    let all = store.chain(Mishap::VARIANTS.iter().map(ToString::to_string));
    let missing: Vec<_> = all.filter(|fault| !report.faults.contains_key(fault)).collect();
    assert!(missing.is_empty(), "these never happened: {missing:?}");
}

#[test]
fn storms_that_once_found_something_find_nothing_any_more() {
    let topology = topology();
    for seed in FOUND {
        assert_eq!(run(seed, Setting::ROUGH, &topology).unwrap().violation, None, "seed {seed}");
    }
}

#[test]
fn whatever_is_broken_on_purpose_is_found_soon() {
    let topology = topology();
    for defect in Defect::iter() {
        let setting = Setting::ROUGH.with(Some(defect));
        let violation = |seed| run(seed, setting, &topology).unwrap().violation;
        if defect == Defect::NaiveFolds {
            // Nothing is broken in these: they show that the defects beside them are what is found.
            assert_eq!((0..20).find_map(violation), None);
        } else {
            println!("{defect}: {}", (0..SOON).find_map(violation).unwrap_or_else(|| panic!("{defect} was not found")));
        }
    }
}

#[test]
fn a_storm_that_fails_fails_again_to_the_letter() {
    let topology = topology();
    let setting = Setting::ROUGH.with(Some(Defect::NoRecheck)).traced();
    let mut seen = 0;
    for seed in 0..SOON {
        let one = run(seed, setting, &topology).unwrap();
        if one.violation.is_none() {
            continue;
        }
        let other = run(seed, setting, &topology).unwrap();
        assert_eq!((&one.trace, &one.violation), (&other.trace, &other.violation), "seed {seed}");
        assert!(one.trace.len() > 200, "{}", one.trace.len());
        seen += 1;
        if seen == 10 {
            return;
        }
    }
    panic!("only {seen} of {SOON} seeds failed");
}
