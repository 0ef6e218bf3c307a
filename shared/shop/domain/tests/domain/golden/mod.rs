//! Stored payloads are frozen: one golden file for each event type and schema, one for each schema of the states that
//! snapshots hold, and one for each fold of the read models. Where a state's file differs, its `STATE_SCHEMA` has to be
//! one more; where a fold's does, its `VERSION`.
//!
//! A new type or schema gets a new file (`UPDATE_GOLDEN=1 cargo test -p shop-domain --test domain golden` writes those
//! that are missing); one that exists is never changed, since logs hold what it shows.

mod events;
mod processes;
mod samples;
mod states;
mod views;

use foldlog::write::decider::fold;
use foldlog::write::event::schema_of;
use foldlog::{Decider, Event, Events};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use strum::VariantNames;

fn folder(category: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(category)
}

/// Each event type of a stream has a file for each of its schemas, and no other file is there. The file of today's
/// schema reads as an event that is stored as the file says; a file of an earlier schema reads as the event of today
/// that is given for it.
fn frozen<D: Decider<Event: Debug + PartialEq>>(any: impl Strategy<Value = D::Event>, earlier: &[(&str, D::Event)]) {
    let mut files = BTreeSet::new();
    for name in D::Event::VARIANTS {
        let today = schema_of::<D::Event>(name);
        let file = |schema| format!("{name}.{schema}");
        let stored = |event: &D::Event| format!("{}\n", Events::encode(std::slice::from_ref(event)).unwrap().text());
        let path = folder(D::CATEGORY).join(format!("{}.json", file(today)));
        written(&path, || stored(&sample(&any, name)));
        golden(&path, &stored(&read::<D::Event>(D::CATEGORY, &file(today))));
        for schema in 1..today {
            let (_, event) = earlier.iter().find(|(earlier, _)| *earlier == file(schema)).expect("what it reads as");
            assert_eq!(&read::<D::Event>(D::CATEGORY, &file(schema)), event, "{}", file(schema));
        }
        files.extend((1..=today).map(|schema| format!("{}.json", file(schema))));
    }
    let there = fs::read_dir(folder(D::CATEGORY)).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), files, "a file for every schema of {}, and no other", D::CATEGORY);
}

/// An event of this name, the same one in every run.
fn sample<E: Event>(any: &impl Strategy<Value = E>, name: &str) -> E {
    let mut runner = TestRunner::deterministic();
    let mut events = std::iter::repeat_with(|| any.new_tree(&mut runner).unwrap().current());
    events.find(|event| event.name() == name).unwrap()
}

/// The state after these events is kept in snapshots as its file says.
fn state_frozen<D: Decider>(events: &[D::Event]) {
    let state = fold::<D>(D::State::default(), events);
    let stored = format!("{}\n", serde_json::to_string(&state).unwrap());
    golden(&folder("states").join(format!("{}.{}.json", D::CATEGORY, D::STATE_SCHEMA)), &stored);
}

/// Where golden files may be written, one that is missing is.
fn written(file: &Path, text: impl FnOnce() -> String) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !file.exists() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text()).unwrap();
    }
}

fn golden(file: &Path, stored: &str) {
    written(file, || stored.to_owned());
    let golden = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(stored, golden, "{}", file.display());
}

/// The event that a file holds.
fn read<E: Event>(category: &str, name: &str) -> E {
    let text = fs::read_to_string(folder(category).join(format!("{name}.json"))).unwrap();
    Events::parse(text).unwrap().decode::<E>().unwrap().remove(0)
}
