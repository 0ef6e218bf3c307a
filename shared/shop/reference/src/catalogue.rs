//! The reference of the streams: every event with its schema and an example, and every decision, as pages of Markdown.
//!
//! Events and their schemas come from the code; examples are the payloads that tests hold frozen, decisions the tables
//! that tests hold against `decide` and `evolve`.

mod decisions;
mod events;

use decisions::Decisions;
use events::Events;

/// The folder of the reference in the repository.
pub const FOLDER: &str = "docs/reference";

/// A file of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name in that folder.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// The files of the reference. `read` reads a file of the repository by its path there.
pub fn catalogue<E>(read: impl Fn(&str) -> Result<String, E>) -> Result<Vec<File>, E> {
    let streams = events::streams();
    let decisions =
        Decisions::of(&streams, |category| read(&format!("shared/shop/domain/tests/table/{category}.txt")))?;
    let example = |category: &str, event: &str, schema: u32| {
        read(&format!("shared/shop/domain/tests/golden/{category}/{event}.{schema}.json"))
    };
    let schemas = events::schemas();
    let schemas = serde_json::to_string_pretty(&schemas).unwrap_or_default() + "\n";
    Ok(vec![
        File { name: "events.md", text: Events::of(&streams, example)?.text() },
        File { name: "events.schema.json", text: schemas },
        File { name: "decisions.md", text: decisions.text() },
    ])
}

/// The JSON Schema of every event: one document for programs.
#[must_use]
pub fn event_schemas() -> serde_json::Value {
    events::schemas()
}
