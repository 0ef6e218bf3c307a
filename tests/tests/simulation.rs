//! Simulations of the whole shop, by seed: `shop-simulate` runs more of them.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use foldlog::{Commit, Draft, Event, Events, History, StreamName};
use foldlog_local::Topology;
use shop_domain::{fulfilment, invoice, payment, shipment};
use shop_simulation::judge::{Invariant, Recording, judge};
use shop_simulation::{Answer, ClientAction, ClientRecord, Defect, Mishap, Setting, campaign, run};
use std::num::NonZeroUsize;
use std::sync::Arc;
use strum::{IntoEnumIterator, VariantNames};

/// The number of seeds.
const SEEDS: u64 = 300;
/// The number of seeds within which a defect must be found.
const SOON: u64 = 300;
/// Storms in which something was found once. What a seed makes changes with the simulation: each finding has a test of
/// its own beside.
const FOUND: [u64; 7] = [12, 30, 360, 3_136, 3_606, 3_876, 4_068];

fn topology() -> Arc<Topology> {
    Arc::new(Topology::read(shop_composition::TEMPLATE, &shop_composition::parameters()).unwrap())
}

fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[test]
fn no_storm_makes_the_shop_break_its_word() {
    let report = campaign(0..SEEDS, Setting::ROUGH, &topology(), threads(), |_| {}).unwrap();
    println!("{report:#?}");
    assert!(report.failures.is_empty(), "shop-simulate --seed {} --trace: {:?}", report.failures[0].0, report.failures);
    assert!(report.fewest_commits >= 200, "{}", report.fewest_commits);
    let store = foldlog_testing::faulty::Fault::VARIANTS.iter().map(|fault| format!("store-{fault}"));
    let all = store.chain(Mishap::VARIANTS.iter().map(ToString::to_string));
    let missing: Vec<_> = all.filter(|fault| !report.faults.contains_key(fault)).collect();
    assert!(missing.is_empty(), "these never happened: {missing:?}");
    let steps = fulfilment::Event::VARIANTS.iter().chain(payment::Event::VARIANTS).chain(invoice::Event::VARIANTS);
    let steps = steps.chain(shipment::Event::VARIANTS);
    let owed = ["PaymentLost", "PaymentRegained", "CardReplaced", "PaymentWrittenOff"];
    let withdrawn = ["ReservationWithdrawn", "ReservationReplaced", "AccountErased", "AccountClosed"];
    let missing: Vec<_> =
        steps.chain(&owed).chain(&withdrawn).filter(|event| !report.events.contains_key(**event)).collect();
    assert!(missing.is_empty(), "these never happened: {missing:?}");
    let ends = ["OrderConfirmed", "OrderShipped", "OrderDelivered", "OrderCancelled", "OrderFailed"];
    let orders: u64 = report.ends.values().sum();
    for end in ends {
        assert!(report.ends[end] * 20 > orders, "hardly any order came to {end}: {:?}", report.ends);
    }
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
        if defect.breaks_nothing() {
            assert_eq!((0..50).find_map(violation), None);
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

/// What the judge says of a recording that was changed.
fn judged(recording: &Recording, change: impl FnOnce(&mut Recording)) -> Option<Invariant> {
    let mut changed = recording.clone();
    change(&mut changed);
    judge(&changed).err().map(|violation| violation.invariant)
}

#[test]
fn the_judge_sees_what_is_not_so() {
    let recording = run(0, Setting::ROUGH, &topology()).unwrap().recording;
    assert_eq!(judged(&recording, |_| {}), None);
    let alone = |record: &ClientRecord| {
        record.open_tries == 0 && recording.records.iter().filter(|one| one.key == record.key).count() == 1
    };
    let added = |record: &ClientRecord| {
        matches!((&record.action, &record.answer), (ClientAction::AddItem { .. }, Answer::Done { .. }))
    };
    let place = recording.records.iter().position(|record| alone(record) && added(record)).unwrap();
    let key = recording.records[place].key.clone();
    let commit = recording.commits.iter().position(|commit| commit.correlation.client.as_ref() == Some(&key)).unwrap();

    let elsewhere =
        |changed: &mut Recording| changed.records[place].answer = Answer::Done { version: foldlog::Version(77) };
    assert_eq!(judged(&recording, elsewhere), Some(Invariant::AppendedOnce), "done, but not there");
    let refused = |changed: &mut Recording| {
        changed.records[place].answer = Answer::Refused { problem: "cart-empty".to_owned() };
    };
    assert_eq!(judged(&recording, refused), Some(Invariant::AppendedOnce), "refused, and done all the same");
    let forgotten = |changed: &mut Recording| changed.records[place].key = "another".to_owned();
    assert_eq!(judged(&recording, forgotten), Some(Invariant::AppendedOnce), "done, and not in the log");
    let untrue = |changed: &mut Recording| {
        changed.records[place].key = "another".to_owned();
        changed.records[place].answer = Answer::Refused { problem: "cart-empty".to_owned() };
    };
    assert_eq!(judged(&recording, untrue), Some(Invariant::TrueAnswers), "no client checked out");
    let removed = |changed: &mut Recording| drop(changed.commits.remove(commit));
    assert_eq!(judged(&recording, removed), Some(Invariant::WholeStreams));
    let late = |changed: &mut Recording| changed.commits[commit].committed_at = foldlog::Timestamp(0);
    assert_eq!(judged(&recording, late), Some(Invariant::WholeStreams));

    let reaction = recording.commits.iter().rposition(|commit| commit.stream.category() == "order").unwrap();
    let cut_off = |changed: &mut Recording| {
        let stream = changed.commits[reaction].stream.clone();
        changed.commits.retain(|commit| commit.stream != stream);
        changed.records.clear();
    };
    assert_eq!(judged(&recording, cut_off), Some(Invariant::NobodyWaits));
}

/// The stream of an event that says so much.
fn where_it_happened<E: Event>(recording: &Recording, category: &str, is: impl Fn(&E) -> bool) -> Option<StreamName> {
    let of_category = recording.commits.iter().filter(|commit| commit.stream.category() == category);
    let is_one = |commit: &&Commit| commit.events.decode::<E>().unwrap().iter().any(&is);
    of_category.clone().find(is_one).map(|commit| commit.stream.clone())
}

/// Appends an event to a stream, in a commit that is as whole as any.
fn append<E: Event>(recording: &mut Recording, stream: &StreamName, event: E) {
    let commits: Vec<_> = recording.commits.iter().filter(|commit| commit.stream == *stream).cloned().collect();
    let last = commits.last().unwrap().clone();
    let draft = Draft {
        events: Events::encode(&[event]).unwrap(),
        id: last.id,
        digest: last.digest,
        now: last.committed_at,
        correlation: last.correlation,
        cause: None,
        actor: last.actor,
        snapshot: None,
    };
    recording.commits.push(History::prove(stream, commits).unwrap().head().seal(draft));
}

#[test]
fn the_judge_sees_what_owners_do_not_agree_on() {
    let topology = topology();
    let found = (0..SOON).find_map(|seed| {
        let recording = run(seed, Setting::ROUGH, &topology).unwrap().recording;
        // Not one that waits anew: its goods were withdrawn.
        let cancelled = |event: &shipment::Event| matches!(event, shipment::Event::ShipmentCancelled { .. });
        let voided = |event: &payment::Event| matches!(event, payment::Event::PaymentVoided {});
        let paid = |event: &invoice::Event| matches!(event, invoice::Event::InvoicePaid {});
        let shipment = where_it_happened(&recording, "shipment", cancelled)?;
        let payment = where_it_happened(&recording, "payment", voided)?;
        let invoice = where_it_happened(&recording, "invoice", paid)?;
        Some((recording, shipment, payment, invoice))
    });
    let (recording, shipment, payment, invoice) = found.unwrap();
    assert_eq!(judged(&recording, |_| {}), None);

    let captured = |changed: &mut Recording| append(changed, &payment, payment::Event::PaymentCaptured {});
    assert_eq!(judged(&recording, captured), Some(Invariant::Agreement), "paid, and never delivered");
    let of_shipment = recording.commits.iter().filter(|commit| commit.stream == shipment);
    let mut happened = of_shipment.flat_map(|commit| commit.events.decode::<shipment::Event>().unwrap());
    let arrived = happened.find_map(|event| match event {
        shipment::Event::ShipmentCancelled { order, warehouse, .. } => {
            Some(shipment::Event::ShipmentDelivered { order, warehouse })
        }
        shipment::Event::ShipmentCreated(_)
        | shipment::Event::ShipmentRepacked { .. }
        | shipment::Event::ShipmentDispatched { .. }
        | shipment::Event::ShipmentDelivered { .. } => None,
    });
    let delivered = |changed: &mut Recording| append(changed, &shipment, arrived.clone().unwrap());
    assert_eq!(judged(&recording, delivered), Some(Invariant::Agreement), "cancelled, and yet it arrived");
    let unbilled = |changed: &mut Recording| {
        changed.commits.retain(|commit| commit.stream != invoice);
        changed.records.clear();
    };
    assert_eq!(judged(&recording, unbilled), Some(Invariant::Agreement), "delivered without an invoice");
}
