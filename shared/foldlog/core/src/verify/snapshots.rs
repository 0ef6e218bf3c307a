//! Snapshots beside the fold: those that a stream's commits carry, and those that were prepared for it.
//!
//! If a load stops at a snapshot, its state is only as true as that snapshot. The chain shows that nobody changed it;
//! the fold shows that it was right when it was written.

use super::difference::{Difference, VerifyError, first_unlike};
use crate::past::replay::{Replay, StreamType};
use crate::stream::StreamName;
use crate::write::chain::{Chain, ChainError, follow_chain};
use crate::write::commit::Commit;
use crate::write::log::History;
use crate::write::prepared::{CATEGORY, Prepared};
use crate::write::scan::LogScan;
use crate::write::snapshot::Snapshot;
use std::collections::VecDeque;

/// A stream folded by its decider, beside the snapshots that it meets.
pub(super) struct Snapshots<'a> {
    of: Option<&'a dyn StreamType>,
    /// None before the first commit that the decider reads, and after one that it cannot read.
    replay: Option<Box<dyn Replay>>,
    /// The first difference.
    pub(super) difference: Option<Difference>,
    /// The prepared snapshots of another stream, where this stream holds such.
    pub(super) prepared: Vec<Prepared>,
    prepares: bool,
}

impl<'a> Snapshots<'a> {
    pub(super) fn of(types: &'a [Box<dyn StreamType>], stream: &StreamName) -> Self {
        let of = types.iter().map(AsRef::as_ref).find(|of| of.category() == stream.category());
        let replay = of.and_then(|of| of.replay(&History::prove(stream, vec![]).ok()?).ok());
        Self { of, replay, difference: None, prepared: vec![], prepares: stream.category() == CATEGORY }
    }

    /// Takes in the next commit.
    pub(super) fn take(&mut self, commit: &Commit) {
        if self.prepares {
            match Prepared::of(commit) {
                Ok(prepared) => self.prepared.push(prepared),
                Err(error) => self.differs(commit, "snapshot", error.to_string(), "a prepared one".to_owned()),
            }
        }
        let Some((of, replay)) = self.of.zip(self.replay.take()) else { return };
        match replay.then(commit) {
            Ok(replay) => {
                if let Some(snapshot) = commit.snapshot.as_ref().filter(|_| commit.has_snapshot(of.schema()))
                    && let Some((field, found, folded)) = unlike(&*replay, snapshot)
                {
                    self.differs(commit, &field, found, folded);
                }
                self.replay = Some(replay);
            }
            Err(error) => self.differs(commit, "events", error.to_string(), "events of this release".to_owned()),
        }
    }

    fn differs(&mut self, commit: &Commit, field: &str, found: String, folded: String) {
        let (stream, version, field) = (commit.stream.clone(), commit.last_version(), field.to_owned());
        self.difference.get_or_insert(Difference::Snapshot { stream, version, field, found, folded });
    }
}

/// The first field of a snapshot that is not what a replay says.
fn unlike(replay: &dyn Replay, snapshot: &Snapshot) -> Option<(String, String, String)> {
    let (found, folded) = replay.unlike(snapshot)?;
    let (path, found, folded) = first_unlike(&found, &folded)?;
    Some((path.trim_start_matches('/').to_owned(), found, folded))
}

/// The first prepared snapshot that is not the fold of the stream that it names. Those of another schema than this
/// release's are passed over, as a load does.
pub(super) async fn prepared<L: LogScan>(
    log: &L,
    types: &[Box<dyn StreamType>],
    prepared: Vec<Prepared>,
) -> Result<Option<Difference>, VerifyError> {
    let Some(Prepared { stream, schema, .. }) = prepared.first() else { return Ok(None) };
    let (stream, schema) = (stream.clone(), *schema);
    let fits = |of: &&dyn StreamType| (of.category(), of.schema()) == (stream.category(), schema);
    let Some(of) = types.iter().map(AsRef::as_ref).find(fits) else { return Ok(None) };
    let mut left: VecDeque<Prepared> = prepared.into();
    let origin = History::prove(&stream, vec![]).map_err(VerifyError::Log)?;
    let mut replay = Some(of.replay(&origin).map_err(VerifyError::Log)?);
    let mut difference = None;
    let followed = follow_chain(log, Chain::of(stream.clone(), &[]), |commit| {
        replay = replay.take().and_then(|replay| replay.then(commit).ok());
        let Some(replay) = &replay else { return };
        while let Some(one) = left.pop_front_if(|one| one.stream == stream && one.version <= commit.last_version()) {
            let differs = if (one.version, &one.hash) == (commit.last_version(), &commit.hash.to_string()) {
                unlike(&**replay, &one.snapshot)
            } else {
                Some(("hash".to_owned(), one.hash, commit.hash.to_string()))
            };
            if let (Some((field, found, folded)), None) = (differs, &difference) {
                difference =
                    Some(Difference::Snapshot { stream: stream.clone(), version: one.version, field, found, folded });
            }
        }
    });
    match followed.await {
        Ok(_) => {}
        Err(ChainError::Broken(broken)) => return Ok(Some(Difference::Log(broken))),
        Err(ChainError::Log(error)) => return Err(VerifyError::Log(error)),
    }
    let beyond = left.pop_front().map(|one| Difference::Snapshot {
        stream: one.stream,
        version: one.version,
        field: "version".to_owned(),
        found: one.version.to_string(),
        folded: "none: no commit of the stream ends there".to_owned(),
    });
    Ok(difference.or(beyond))
}
