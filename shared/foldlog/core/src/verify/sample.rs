//! A random sample of a log's streams, without reading all of it.

use crate::ports::Randomness;
use crate::stream::{StreamName, Version};
use crate::write::log::LogError;
use crate::write::scan::{Cursor, LogScan, Part};
use std::collections::BTreeSet;

/// The number of random positions at which a page of the log is read.
const PLACES: usize = 4;

/// Up to `count` streams: of those after a few positions in the log, and of the first ones. In a store that keeps its
/// items in the order of a hash, as DynamoDB does, any stream may come after any position.
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

/// A random position, which need not be that of an item. It is made of letters, so that a store in the order of names
/// has items on both sides.
fn somewhere(bits: u128) -> Cursor {
    let letters = bits.to_be_bytes().map(|byte| char::from(b'a' + byte % 26));
    Cursor { stream: letters.iter().collect(), version: Version(1) }
}
