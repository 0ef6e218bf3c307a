//! Any commit as an item: it reads back as it was, of the SDK's items and of a stream record's alike.

use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::{
    Actor, CommandId, Commit, Correlation, Digest, EventId, Events, Hash, Snapshot, StreamName, Timestamp, Version,
};
use foldlog_dynamo::item::{commit_of, item_of, key_of};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_dynamo::Item;
use serde_json::json;
use std::collections::HashMap;

fn name() -> impl Strategy<Value = StreamName> {
    "[a-z]{1,12}-[A-Za-z0-9_.-]{1,40}".prop_map(|name| name.parse().unwrap())
}

fn events() -> impl Strategy<Value = Events> {
    vec((".{1,12}", any::<u32>(), ".{0,40}"), 1..5).prop_map(|records| {
        let record = |(name, schema, text)| json!({ "type": name, "schema": schema, "data": { "text": text } });
        Events::parse(records.into_iter().map(record).collect::<serde_json::Value>().to_string()).unwrap()
    })
}

prop_compose! {
    fn commit()(
        stream in name(),
        version in 1..u64::MAX / 2,
        events in events(),
        (id, digest, hash) in (".{1,40}", any::<[u8; 32]>(), any::<[u8; 32]>()),
        committed_at: i64,
        (correlation, client) in (".{1,40}", of(".{0,40}")),
        causation in of((name(), any::<u64>())),
        (actor, snapshot) in (".{0,40}", of(".{0,80}")),
    ) -> Commit {
        Commit {
            stream,
            version: Version(version),
            events,
            id: CommandId::stored(id),
            digest: Digest(digest),
            committed_at: Timestamp(committed_at),
            correlation: Correlation { id: correlation, client },
            causation: causation.map(|(stream, version)| EventId { stream, version: Version(version) }),
            actor: Actor(actor),
            snapshot: snapshot.map(Snapshot::stored),
            hash: Hash(hash),
        }
    }
}

proptest! {
    #[test]
    fn any_commit_reads_back_from_its_item(commit in commit()) {
        let item = item_of(&commit).unwrap();
        prop_assert_eq!(key_of(&item).unwrap(), (commit.stream.clone(), commit.version));
        let of_the_sdk: HashMap<String, AttributeValue> = item.clone().into();
        prop_assert_eq!(&commit_of(of_the_sdk.into()).unwrap(), &commit);
        let of_a_record: Item = serde_json::from_str(&serde_json::to_string(&item).unwrap()).unwrap();
        prop_assert_eq!(commit_of(of_a_record).unwrap(), commit);
    }
}
