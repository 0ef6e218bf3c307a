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
use foldlog::{Decider, Event, Events, Named};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(category: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(category)
}

/// Each sample is stored as its file says, and reads back as it was; no type is without a sample.
fn frozen<E: Event + Debug + PartialEq>(category: &str, samples: &[E]) {
    let names: BTreeSet<_> = samples.iter().map(Named::name).collect();
    assert_eq!(names, E::VARIANTS.iter().copied().collect(), "every event of {category} has a sample");
    for sample in samples {
        let stored = format!("{}\n", Events::encode(std::slice::from_ref(sample)).unwrap().text());
        let file = folder(category).join(format!("{}.{}.json", sample.name(), schema_of::<E>(sample.name())));
        golden(&file, &stored);
    }
}

/// The state after these events is kept in snapshots as its file says.
fn state_frozen<D: Decider>(events: &[D::Event]) {
    let state = fold::<D>(D::State::default(), events);
    let stored = format!("{}\n", serde_json::to_string(&state).unwrap());
    golden(&folder("states").join(format!("{}.{}.json", D::CATEGORY, D::STATE_SCHEMA)), &stored);
}

fn golden(file: &Path, stored: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !file.exists() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, stored).unwrap();
    }
    let golden = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(stored, golden, "{}", file.display());
}

/// The event that a file holds.
fn stored<E: Event + Clone>(category: &str, name: &str) -> E {
    let text = fs::read_to_string(folder(category).join(format!("{name}.json"))).unwrap();
    Events::parse(text).unwrap().decode::<E>().unwrap()[0].clone()
}

/// Each file of an earlier schema reads as the event of today that is given for it, and none is without one; all others
/// are of the schemas that are written today.
fn upcast<E: Event + Debug + PartialEq>(category: &str, earlier: &[(&str, E)]) {
    for (name, today) in earlier {
        let file = folder(category).join(format!("{name}.json"));
        let events = Events::parse(fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(events.decode::<E>().as_deref(), Ok(std::slice::from_ref(today)), "{}", file.display());
    }
    let schemas = E::VARIANTS.iter().flat_map(|name| (1..=schema_of::<E>(name)).map(move |schema| (*name, schema)));
    let (now, before): (BTreeSet<_>, BTreeSet<_>) = (
        schemas.clone().map(|(name, schema)| format!("{name}.{schema}.json")).collect(),
        schemas
            .filter(|(name, schema)| *schema < schema_of::<E>(name))
            .map(|(name, schema)| format!("{name}.{schema}"))
            .collect(),
    );
    let stored = fs::read_dir(folder(category)).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(stored.collect::<BTreeSet<_>>(), now, "a file for every schema of {category}, and no other");
    assert_eq!(earlier.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), before);
}
