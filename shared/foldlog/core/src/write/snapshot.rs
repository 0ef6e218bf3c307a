//! Snapshots: the folded state in some commits, so that a load reads back only as far as one of them.

use crate::json;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

/// A snapshot is due after this many commits without one: as many as a log reads at a time on its way back.
pub const INTERVAL: usize = 40;

/// A snapshot's JSON text: `{schema, state, recent}`, as it is stored and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(String);

#[derive(Serialize)]
struct Written<'a, S, C> {
    schema: u32,
    state: &'a S,
    recent: &'a C,
}

#[derive(Deserialize)]
struct Read<S, C> {
    schema: u32,
    state: S,
    recent: C,
}

impl Snapshot {
    /// The state of a stream after a commit, and its recent commands.
    pub(crate) fn of<S: Serialize, C: Serialize>(
        schema: u32,
        state: &S,
        recent: &C,
    ) -> Result<Self, serde_json::Error> {
        serde_json::to_string(&Written { schema, state, recent }).map(Self)
    }

    /// A snapshot as it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it holds a state of this schema. A snapshot of another schema is ignored, never trusted.
    #[must_use]
    pub fn is_usable(&self, schema: u32) -> bool {
        let read: Result<Read<IgnoredAny, IgnoredAny>, _> = json::read(&self.0);
        read.is_ok_and(|read| read.schema == schema)
    }

    /// The state and the commands, if it is usable.
    pub(crate) fn read<S: DeserializeOwned, C: DeserializeOwned>(&self, schema: u32) -> Option<(S, C)> {
        let read: Read<S, C> = json::read(&self.0).ok()?;
        (read.schema == schema).then_some((read.state, read.recent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Digest;
    use crate::stream::{EventId, Version};
    use crate::time::Timestamp;
    use crate::write::commit::{Actor, Correlation, Draft};
    use crate::write::event::Events;
    use crate::write::identity::{Cause, CommandId};
    use crate::write::log::Head;
    use crate::write::recent::{RecentCommands, WINDOW};
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// A command of a client, or a reaction to an event of that time.
    fn draft(id: String, digest: [u8; 32], now: i64, cause: Option<i64>) -> Draft {
        let event = EventId { stream: "cause-1".parse().unwrap(), version: Version(1) };
        Draft {
            events: Events::parse(r#"[{"schema":1,"type":"Any","data":{}}]"#.to_owned()).unwrap(),
            id: CommandId::stored(id),
            digest: Digest(digest),
            now: Timestamp(now),
            correlation: Correlation { id: "c".to_owned(), client: None },
            cause: cause.map(|then| Cause { event, committed_at: Timestamp(then) }),
            actor: Actor("alice".to_owned()),
            snapshot: None,
        }
    }

    type Command = (String, [u8; 32], i64, Option<i64>);

    fn commands() -> impl Strategy<Value = Vec<Command>> {
        let id = prop_oneof!["[0-9a-f]{32}", ".{1,40}"];
        vec((id, any::<[u8; 32]>(), any::<i64>(), prop::option::of(any::<i64>())), 0..3 * WINDOW)
    }

    fn recent(commands: Vec<Command>) -> RecentCommands {
        let (mut recent, mut head) = (RecentCommands::default(), Head::origin("note-1".parse().unwrap()));
        for (id, digest, now, cause) in commands {
            let commit = head.seal(draft(id, digest, now, cause));
            recent.add(&commit, WINDOW);
            head = Head::behind(&commit);
        }
        recent
    }

    proptest! {
        #[test]
        fn any_snapshot_reads_back_in_its_own_schema_and_in_no_other(
            state in btree_map(".{0,12}", (any::<u64>(), prop::option::of(".{0,12}")), 0..6),
            commands in commands(),
            (schema, other) in (any::<u32>(), any::<u32>()),
        ) {
            prop_assume!(schema != other);
            let recent = recent(commands);
            let stored = Snapshot::of(schema, &state, &recent).unwrap().text().to_owned();
            let snapshot = Snapshot::stored(stored);
            prop_assert!(snapshot.is_usable(schema) && !snapshot.is_usable(other));
            prop_assert_eq!(snapshot.read::<BTreeMap<String, (u64, Option<String>)>, RecentCommands>(other), None);
            prop_assert_eq!(snapshot.read(schema), Some((state, recent)));
        }
    }
}
