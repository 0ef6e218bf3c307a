//! Some streams of a log, picked by chance without reading all of it.

use crate::ports::Randomness;
use crate::stream::{StreamName, Version};
use crate::write::log::LogError;
use crate::write::scan::{Cursor, LogScan, Part};
use std::collections::BTreeSet;

/// At so many places of the log a page is read.
const PLACES: usize = 4;

/// Up to `count` streams: of those that stand behind a few places of the log, and of the first ones. A store that keeps
/// its items in the order of a hash, as DynamoDB does, has any stream behind any place.
pub async fn sample<L: LogScan, H: Randomness>(log: &L, host: &H, count: usize) -> Result<Vec<StreamName>, LogError> {
    let mut found = BTreeSet::new();
    for place in 0..=PLACES {
        let after = (place < PLACES).then(|| somewhere(host.bits()));
        for commit in log.page(&Part::WHOLE, after.as_ref()).await?.commits {
            match commit {
                Ok(commit) => found.insert(commit.stream),
                Err(LogError::Corrupt { stream, .. }) => found.insert(stream),
                Err(error) => return Err(error),
            };
        }
    }
    let mut left: Vec<_> = found.into_iter().collect();
    let mut picked = Vec::new();
    while picked.len() < count && !left.is_empty() {
        let chance = usize::try_from(host.bits() % left.len() as u128).unwrap_or_default();
        picked.push(left.swap_remove(chance));
    }
    Ok(picked)
}

/// A place that nothing has to stand at: letters, so that a store in the order of names has something on both sides.
fn somewhere(bits: u128) -> Cursor {
    let letters = bits.to_be_bytes().map(|byte| char::from(b'a' + byte % 26));
    Cursor { stream: letters.iter().collect(), version: Version(1) }
}
