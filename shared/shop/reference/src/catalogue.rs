//! The reference of the streams: every event with its schema and an example, and every decision, as pages of Markdown.
//!
//! Events and their schemas come from the code. The examples are the golden payloads, and the decisions are the tables
//! that tests compare with `decide` and `evolve`.

mod decisions;
mod events;

use askama::Template;
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
    let (streams, types) = events::streams();
    let decisions =
        Decisions::of(&streams, |category| read(&format!("shared/shop/domain/tests/table/{category}.txt")))?;
    let example = |category: &str, event: &str, schema: u32| {
        read(&format!("shared/shop/domain/tests/golden/{category}/{event}.{schema}.json"))
    };
    let events = Events::of(&streams, &types, example)?;
    let schemas = serde_json::to_string_pretty(&events::schemas(&streams, &types)).unwrap_or_default() + "\n";
    // Writing into a string cannot fail.
    Ok(vec![
        File { name: "events.md", text: events.render().unwrap_or_default() },
        File { name: "events.schema.json", text: schemas },
        File { name: "decisions.md", text: decisions.render().unwrap_or_default() },
    ])
}

/// The JSON Schema of every event: one document for programs.
#[must_use]
pub fn event_schemas() -> serde_json::Value {
    let (streams, types) = events::streams();
    events::schemas(&streams, &types)
}
