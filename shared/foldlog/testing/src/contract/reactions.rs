//! The contract of every log that recognises reactions at the append: those with markers.

use crate::sample::commits::{NOW, append, current, draft, effect, note_each, stream};
use foldlog::{AppendError, CommandId, Digest, Draft, EventLog, Timestamp};

pub async fn a_reaction_is_recognised<L: EventLog>(log: &L) {
    assert!(log.recognises_reactions());
    let name = stream("note-1");
    let first = append(log, &name, effect("mine", NOW)).await;
    let texts: Vec<String> = (0..70).map(|number| number.to_string()).collect();
    note_each(log, &name, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let later = current(log, &name).await;

    // Even with another time of the cause and other content, there is one commit of this id.
    let late = effect("mine", Timestamp(NOW.0 + 1_000_000));
    let other = Draft { digest: Digest::of("other").unwrap(), ..effect("mine", NOW) };
    for again in [effect("mine", NOW), late, other] {
        match log.append(later.head(), again).await {
            Err(AppendError::Repeated(commit)) => assert_eq!(*commit, first),
            appended => panic!("{appended:?}"),
        }
    }
    assert_eq!(current(log, &name).await.head(), later.head(), "nothing was appended");
    assert_eq!(log.find(&name, &effect("mine", NOW).id, Timestamp(i64::MAX)).await.unwrap(), Some(first));
    let never = CommandId::of_key(["alice", "POST", "/notes", "never"]);
    assert_eq!(log.find(&name, &never, Timestamp(0)).await.unwrap(), None);

    // Another stream does not know it, and a client's commands have no marker.
    append(log, &stream("note-2"), effect("mine", NOW)).await;
    append(log, &name, draft("0", &["0"])).await;
}
