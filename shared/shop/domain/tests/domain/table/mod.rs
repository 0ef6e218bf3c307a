//! What each stream decides in each state about each command: the events and the state that they lead to (`→`), nothing
//! (`-`), or the refusal (`!`).
//!
//! A table is made of every pair of the examples of states and of commands, of which there has to be one for each
//! variant of both, and has to be what its file says. So no pair is missing, and none changes unseen. A file is written
//! by hand or reviewed word by word: `UPDATE_TABLES=1 cargo test -p shop-domain --test domain table` writes those that
//! are missing.

mod audit;
mod customer;
mod fulfilment;
mod order;
mod samples;
mod shop;

use foldlog::write::decider::{decide, fold};
use foldlog::{Decider, Named};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What there are examples of.
struct Kinds<T> {
    /// Every kind that there is.
    all: Vec<String>,
    /// Of which kind something is.
    of: fn(&T) -> String,
}

impl<T> Kinds<T> {
    fn new(all: &[&str], of: fn(&T) -> String) -> Self {
        Self { all: all.iter().map(ToString::to_string).collect(), of }
    }

    /// The names of the examples, each its kind and what tells it from others of it. There is one of each kind.
    fn names(&self, examples: &[(&str, T)]) -> Vec<String> {
        let kinds: BTreeSet<_> = examples.iter().map(|(_, example)| (self.of)(example)).collect();
        assert_eq!(kinds, self.all.iter().cloned().collect(), "an example of each");
        examples.iter().map(|(detail, example)| format!("{} {detail}", (self.of)(example)).trim().to_owned()).collect()
    }
}

/// Commands that mean more each time, and are told apart by their ids alone, with the category of their stream.
const ADDING: [(&str, &str); 9] = [
    ("access", "Record"),
    ("audit", "Record"),
    ("cart", "AddItem"),
    ("stock", "Receive"),
    ("stock", "Reserve"),
    ("stock", "Release"),
    ("stock", "Dispatch"),
    ("stock", "TakeBack"),
    ("order", "TakeBack"),
];

/// Walks every pair. States are given by their histories.
fn walk<D: Decider<State: PartialEq>>(
    states: &Kinds<D::State>,
    histories: Vec<(&str, Vec<D::Event>)>,
    commands: &Kinds<D::Command>,
    examples: &[(&str, D::Command)],
) {
    let histories: Vec<_> =
        histories.into_iter().map(|(detail, events)| (detail, fold::<D>(D::State::default(), &events))).collect();
    let command_names = commands.names(examples);
    let mut table = String::new();
    for (name, (_, state)) in states.names(&histories).iter().zip(&histories) {
        let mut results: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (command, (_, example)) in command_names.iter().zip(examples) {
            let adds = ADDING.contains(&(D::CATEGORY, (commands.of)(example).as_str()));
            assert!(adds || repeats::<D>(state, example), "{command} changes {name} each time");
            results.entry(decided::<D>(states, state, example)).or_default().push(command);
        }
        writeln!(table, "{name}").unwrap();
        for (result, commands) in results {
            writeln!(table, "    {result}\n        {}", commands.join(", ")).unwrap();
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/table").join(format!("{}.txt", D::CATEGORY));
    if std::env::var_os("UPDATE_TABLES").is_some() && !file.exists() {
        fs::write(&file, &table).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(table, expected, "{}", file.display());
}

/// Whether nothing changes any more when the command comes again.
fn repeats<D: Decider<State: PartialEq>>(state: &D::State, command: &D::Command) -> bool {
    let carried_out = |state: &D::State| fold::<D>(state.clone(), &decide::<D>(state, command).unwrap_or_default());
    let once = carried_out(state);
    carried_out(&once) == once
}

/// What is decided and where that leads, by names.
fn decided<D: Decider>(states: &Kinds<D::State>, state: &D::State, command: &D::Command) -> String {
    match decide::<D>(state, command) {
        Ok(events) if events.is_empty() => "-".to_owned(),
        Ok(events) => {
            let names: Vec<_> = events.iter().map(Named::name).collect();
            format!("{} → {}", names.join(" + "), (states.of)(&fold::<D>(state.clone(), &events)))
        }
        Err(refusal) => format!("! {}", refusal.name()),
    }
}
