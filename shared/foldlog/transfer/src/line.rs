//! A commit as a line: all attributes of its item in the log, texts unchanged, digests in hex.

use foldlog::json;
use foldlog::{
    Actor, CommandId, Commit, Correlation, Digest, EventId, Events, Hash, Snapshot, StreamName, Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The attributes of a commit. Events and snapshot are JSON texts within a JSON text, since their exact bytes are
/// hashed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    stream: Cow<'a, StreamName>,
    version: Version,
    events: Cow<'a, str>,
    commit_id: Cow<'a, CommandId>,
    #[serde(with = "hex::serde")]
    digest: [u8; 32],
    committed_at: Timestamp,
    correlation_id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_correlation_id: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation_id: Option<Cow<'a, EventId>>,
    actor: Cow<'a, Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<Cow<'a, str>>,
    #[serde(with = "hex::serde")]
    hash: [u8; 32],
}

/// The line of a commit, with its line break.
pub(crate) fn line_of(commit: &Commit) -> Result<String, serde_json::Error> {
    let line = Line {
        stream: Cow::Borrowed(&commit.stream),
        version: commit.version,
        events: Cow::Borrowed(commit.events.text()),
        commit_id: Cow::Borrowed(&commit.id),
        digest: commit.digest.0,
        committed_at: commit.committed_at,
        correlation_id: Cow::Borrowed(&commit.correlation.id),
        client_correlation_id: commit.correlation.client.as_deref().map(Cow::Borrowed),
        causation_id: commit.causation.as_ref().map(Cow::Borrowed),
        actor: Cow::Borrowed(&commit.actor),
        snapshot: commit.snapshot.as_ref().map(|snapshot| Cow::Borrowed(snapshot.text())),
        hash: commit.hash.0,
    };
    Ok(serde_json::to_string(&line)? + "\n")
}

/// The commit of a line, or the reason why it is not one.
pub(crate) fn commit_of(line: &str) -> Result<Commit, String> {
    let line: Line<'static> = json::read(line).map_err(|error| error.to_string())?;
    Ok(Commit {
        stream: line.stream.into_owned(),
        version: line.version,
        events: Events::parse(line.events.into_owned()).map_err(|error| error.to_string())?,
        id: line.commit_id.into_owned(),
        digest: Digest(line.digest),
        committed_at: line.committed_at,
        correlation: Correlation {
            id: line.correlation_id.into_owned(),
            client: line.client_correlation_id.map(Cow::into_owned),
        },
        causation: line.causation_id.map(Cow::into_owned),
        actor: line.actor.into_owned(),
        snapshot: line.snapshot.map(|snapshot| Snapshot::stored(snapshot.into_owned())),
        hash: Hash(line.hash),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = include_str!("../tests/golden/commit.ndjson");

    fn commit() -> Commit {
        let mut commit = Commit {
            stream: "cart-0195f1c2a7b37c5d8e9f001122334455".parse().unwrap(),
            version: Version(3),
            events: Events::parse(
                r#"[{"schema":1,"type":"ItemAdded","data":{"sku":"mug","note":"\u00fc \\n"}}]"#.to_owned(),
            )
            .unwrap(),
            id: CommandId::of_key(["alice", "POST", "/carts/1/checkout", "k1"]),
            digest: Digest(std::array::from_fn(|index| u8::try_from(index).unwrap())),
            committed_at: Timestamp(1_763_718_723_045),
            correlation: Correlation { id: "c-1".to_owned(), client: Some("client-7".to_owned()) },
            causation: Some("order-0195f1c2a7b37c5d8e9f001122334455@1".parse().unwrap()),
            actor: Actor("4f1d3a5b7c9e0f1a2b3c4d5e6f708192".to_owned()),
            snapshot: Some(Snapshot::stored(r#"{"schema":1, "state":{}}"#.to_owned())),
            hash: Hash::ORIGIN,
        };
        commit.hash = commit.chained(&Hash([7; 32]));
        commit
    }

    #[test]
    fn the_line_of_a_commit_is_frozen_and_reads_back() {
        assert_eq!(line_of(&commit()).unwrap(), GOLDEN);
        assert_eq!(commit_of(GOLDEN).unwrap(), commit());
    }

    #[test]
    fn what_a_commit_does_not_have_is_not_in_its_line() {
        let correlation = Correlation { id: "c".to_owned(), client: None };
        let bare = Commit { correlation, causation: None, snapshot: None, ..commit() };
        let line = line_of(&bare).unwrap();
        assert!(
            ["client_correlation_id", "causation_id", "snapshot"].iter().all(|name| !line.contains(name)),
            "{line}"
        );
        assert_eq!(commit_of(&line).unwrap(), bare);
    }

    #[test]
    fn a_line_that_says_less_or_more_is_no_commit() {
        for line in [GOLDEN.replace("\"actor\"", "\"actress\""), GOLDEN.replace("\"version\":3", "\"version\":\"3\"")] {
            assert!(commit_of(&line).is_err(), "{line}");
        }
    }
}
