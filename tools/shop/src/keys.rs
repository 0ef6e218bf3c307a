//! The wrapped keys of personal data, as a file: for a shop that moves.

use crate::failure::Failure;
use crate::table_source::TableSource;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use foldlog::Timestamp;
use foldlog::seal::{Standing, Wrapped};
use foldlog_dynamo::{Keys, OwnersKey};
use foldlog_lambda::http::cursor::OWNER as CURSORS;
use foldlog_local::private;
use serde::{Deserialize, Serialize};
use shop_client::Client;
use shop_composition::NoTable;
use std::path::Path;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrapped: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destroyed_at: Option<Timestamp>,
}

/// Writes all keys of personal data to a file that only its owner can read. The key of cursors stays: each shop has its
/// own.
pub(crate) async fn save(tables: &TableSource, client: &Client, file: &Path) -> Result<(), Failure> {
    let mut text = String::new();
    let keys = store(tables, client).await?.all().await.map_err(Failure::tables)?;
    for OwnersKey { owner, standing, until } in keys.into_iter().filter(|key| key.owner != CURSORS) {
        let (wrapped, destroyed_at) = match standing {
            Standing::Kept(Wrapped(bytes)) => (Some(BASE64_STANDARD.encode(bytes)), None),
            Standing::Destroyed(at) => (None, Some(at)),
        };
        text += &serde_json::to_string(&Line { owner, wrapped, until, destroyed_at }).map_err(Failure::machine)?;
        text.push('\n');
    }
    private::write(file, text.as_bytes()).map_err(Failure::machine)
}

/// Takes in all keys of personal data in a file. A key that is there stays.
pub(crate) async fn load(tables: &TableSource, client: &Client, file: &Path) -> Result<(), Failure> {
    let store = store(tables, client).await?;
    let text = std::fs::read_to_string(file).map_err(Failure::machine)?;
    for line in text.lines() {
        let unreadable = || Failure::machine(format!("{} has a line that is no key", file.display()));
        let line: Line = foldlog::json::read(line).map_err(|_| unreadable())?;
        if line.owner == CURSORS {
            continue;
        }
        let standing = match (line.wrapped, line.destroyed_at) {
            (Some(text), None) => Standing::Kept(Wrapped(BASE64_STANDARD.decode(text).map_err(|_| unreadable())?)),
            (None, Some(at)) => Standing::Destroyed(at),
            (Some(_), Some(_)) | (None, None) => return Err(unreadable()),
        };
        let key = OwnersKey { owner: line.owner, standing, until: line.until };
        store.take_in(&key).await.map_err(Failure::tables)?;
    }
    Ok(())
}

async fn store(tables: &TableSource, client: &Client) -> Result<Keys, Failure> {
    let (database, names) = tables.tables(client).await?;
    let table = names.get("Keys").ok_or_else(|| NoTable("Keys".to_owned()))?;
    Ok(Keys::new(database, table))
}
