//! Totals for testing a totals store.

use crate::memory::MemoryLog;
use crate::sample::commits::{Sample, note_each, stream};
use foldlog::read::views::{Generation, RowKey};
use foldlog::totals::{Checkpoint, Entry, Sums, TotalKey, fold};
use foldlog::{Decider, EventLog, Hash, Hint, NoRefusal, Recorded, Totals, TotalsStore, Version};

/// The first generation of every view.
pub const FIRST: Generation = Generation::FIRST;

/// A stream of notes, each as it was sent.
pub struct NoteStream;

impl Decider for NoteStream {
    const CATEGORY: &'static str = "note";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = ();
    type Command = Sample;
    type Event = Sample;
    type Refusal = NoRefusal;

    fn decide((): &(), note: &Sample) -> Result<Vec<Sample>, NoRefusal> {
        Ok(vec![note.clone()])
    }

    fn evolve((): (), _: &Sample) {}
}

/// Counts how often each text was noted. A row for each letter, which all streams share, counts how often the letter
/// was noted, and how many notes of its stream came before.
pub struct Notes;

impl Totals for Notes {
    const NAME: &'static str = "notes";
    type Decider = NoteStream;
    type Document = u32;

    fn partitions() -> Vec<String> {
        ["texts", "letters"].map(str::to_owned).into()
    }

    fn apply(noted: Option<u32>, recorded: &Recorded<'_, Sample>) -> (Option<u32>, Sums) {
        let Sample::Noted { text } = &recorded.event;
        let mut sums = Sums::default();
        sums.add(key("texts", text), "times", 1);
        for letter in text.chars() {
            sums.add(key("letters", &letter.to_string()), "times", 1);
            sums.add(key("letters", &letter.to_string()), "behind others", noted.unwrap_or_default().into());
        }
        (Some(noted.unwrap_or_default() + 1), sums)
    }
}

/// The key of a row of totals.
#[must_use]
pub fn key(partition: &str, name: &str) -> TotalKey {
    TotalKey { partition: partition.to_owned(), name: name.to_owned() }
}

/// The place of a stream's checkpoint.
#[must_use]
pub fn place(key: &str) -> RowKey {
    RowKey { view: "notes", generation: FIRST, key: key.to_owned() }
}

/// A checkpoint at this version, with `part` parts of the next commit added.
#[must_use]
pub fn checkpoint(version: u64, part: u32) -> Checkpoint {
    Checkpoint { document: format!("[{version}]"), version: Version(version), part, hash: Hash([7; 32]) }
}

/// A stream's entry from one checkpoint to the next.
#[must_use]
pub fn entry(key: &str, seen: Option<Checkpoint>, next: Checkpoint) -> Entry {
    Entry { place: place(key), seen, next }
}

/// Sums from partition, row, amount and number.
#[must_use]
pub fn sums(amounts: &[(&str, &str, &str, i64)]) -> Sums {
    let mut sums = Sums::default();
    for (partition, name, amount, by) in amounts {
        sums.add(key(partition, name), amount, *by);
    }
    sums
}

/// All rows of these partitions.
pub async fn standing<L: TotalsStore>(totals_store: &L, generation: Generation, partitions: &[&str]) -> Sums {
    let mut all = Sums::default();
    for partition in partitions {
        let rows = totals_store.rows("notes", generation, partition, "\u{1}"..="\u{10ffff}").await.unwrap();
        all.0.extend(rows.into_iter().map(|(name, amounts)| (key(partition, &name), amounts)));
    }
    all
}

/// Notes in 12 streams, and what they add.
pub async fn noted(log: &MemoryLog) -> (Vec<Hint>, Sums) {
    let (mut hints, mut all) = (Vec::new(), Sums::default());
    for number in 0..12 {
        let name = stream(&format!("note-{number}"));
        let texts = ["ab", "bc", "ca", "abc", &format!("a{number}")].map(str::to_owned);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        note_each(log, &name, &texts).await;
        all.merge(fold(&Notes, &log.since(&name, Version::NONE).await.unwrap()).1);
        hints.push(Hint::of(name, Version(5)));
    }
    (hints, all)
}
