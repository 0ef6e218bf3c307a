//! The contract of every [`EventLog`]. Each rule gets an empty log of its own.

use crate::sample::commits::{NOW, append, current, draft, effect, note_each, reading, stream, texts};
use foldlog::{
    AppendError, Commit, Consistency, Correlation, Digest, Direction, Draft, EventLog, Hash, LogError, LogScan,
    LogSpans, ReadOptions, Snapshot, Span, StreamName, Timestamp, Version, verify_chain,
    write::scan::{Cursor, Part},
};
use std::collections::BTreeSet;

/// Passes the names of all rules for logs to a macro: `log_rules!(run; more)` is `run!(rules: a, b, c; more)`. A suite
/// that makes a test of each name also gets the rules of later releases.
#[macro_export]
macro_rules! log_rules {
    ($run:ident $(; $($more:tt)*)?) => {
        $run! {
            rules: a_stream_that_does_not_exist_is_empty,
                what_was_appended_is_loaded_as_it_was,
                versions_count_events_without_gaps,
                streams_do_not_mix,
                another_command_at_the_same_version_conflicts,
                the_same_command_sent_again_succeeds_and_stands_once,
                the_same_command_id_with_other_content_conflicts,
                a_stale_head_conflicts_and_writes_nothing,
                of_many_at_the_same_head_one_wins,
                what_follows_a_version_is_read_from_there,
                a_stream_of_more_than_one_page_is_read_whole,
                every_stream_has_its_end_among_the_heads,
                time_never_goes_back_in_a_stream,
                an_effect_is_later_than_its_cause,
                the_chain_holds_along_the_history,
                a_stream_is_loaded_back_to_its_newest_usable_snapshot,
                a_load_reads_no_more_commits_than_it_may,
                a_snapshot_of_what_came_later_is_passed_over,
                a_span_is_read_from_either_end_and_no_further,
                a_reaction_is_found_as_far_back_as_asked,
                pages_of_all_segments_hold_every_commit_once,
                a_stream_s_chain_is_followed_to_its_end;
            $($($more)*)?
        }
    };
}

pub async fn a_stream_that_does_not_exist_is_empty<L: EventLog + LogScan>(log: &L) {
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        let history = log.load(&stream("note-1"), reading(consistency)).await.unwrap();
        assert!(history.commits().is_empty());
        assert_eq!((history.head().version(), history.head().stream()), (Version::NONE, &stream("note-1")));
    }
    assert_eq!(log.since(&stream("note-1"), Version::NONE).await.unwrap(), []);
    assert_eq!(log.heads().await.unwrap(), []);
}

pub async fn what_was_appended_is_loaded_as_it_was<L: EventLog>(log: &L) {
    let name = stream("note-berlin.mug_1-large");
    let bare = draft("one", &["a", "ü \"quoted\" \u{1f600}\n"]);
    let full = Draft {
        correlation: Correlation { id: "server".to_owned(), client: Some("client's own".to_owned()) },
        ..effect("two", NOW)
    };
    let first = append(log, &name, bare).await;
    let second = append(log, &name, full).await;
    assert_eq!((first.version, first.last_version(), second.version), (Version(1), Version(2), Version(3)));
    assert_eq!(second.correlation.client.as_deref(), Some("client's own"));
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        let history = log.load(&name, reading(consistency)).await.unwrap();
        assert_eq!(history.commits(), [first.clone(), second.clone()]);
    }
}

pub async fn versions_count_events_without_gaps<L: EventLog>(log: &L) {
    let name = stream("note-1");
    for (command, notes, version) in [("one", 1, 1), ("two", 12, 2), ("three", 3, 14), ("four", 1, 17)] {
        let texts = vec![command; notes];
        let commit = append(log, &name, draft(command, &texts)).await;
        assert_eq!(commit.version, Version(version));
    }
    assert_eq!(current(log, &name).await.head().version(), Version(17));
}

pub async fn streams_do_not_mix<L: EventLog>(log: &L) {
    for name in ["note-1", "note-10", "note-1-0", "notes-1"] {
        note_each(log, &stream(name), &[name]).await;
    }
    for name in ["note-1", "note-10", "note-1-0", "notes-1"] {
        assert_eq!(texts(&current(log, &stream(name)).await), [name]);
    }
}

pub async fn another_command_at_the_same_version_conflicts<L: EventLog>(log: &L) {
    let history = note_each(log, &stream("note-1"), &["first"]).await;
    log.append(history.head(), draft("mine", &["mine"])).await.unwrap();
    let lost = log.append(history.head(), draft("yours", &["yours"])).await;
    assert!(matches!(lost, Err(AppendError::Conflict)), "{lost:?}");
    assert_eq!(texts(&current(log, &stream("note-1")).await), ["first", "mine"]);
}

pub async fn the_same_command_sent_again_succeeds_and_stands_once<L: EventLog>(log: &L) {
    let history = note_each(log, &stream("note-1"), &["first"]).await;
    let first = log.append(history.head(), draft("again", &["x", "y"])).await.unwrap();
    let later = Draft { now: Timestamp(NOW.0 + 60_000), ..draft("again", &["x", "y"]) };
    let again = log.append(history.head(), later).await.unwrap();
    assert_eq!(again, first, "what is returned is what stands in the log");
    assert_eq!(texts(&current(log, &stream("note-1")).await), ["first", "x", "y"]);
}

pub async fn the_same_command_id_with_other_content_conflicts<L: EventLog>(log: &L) {
    let history = current(log, &stream("note-1")).await;
    log.append(history.head(), draft("again", &["x"])).await.unwrap();
    let other = Draft { digest: Digest([9; 32]), ..draft("again", &["x"]) };
    let lost = log.append(history.head(), other).await;
    assert!(matches!(lost, Err(AppendError::Conflict)), "{lost:?}");
}

pub async fn a_stale_head_conflicts_and_writes_nothing<L: EventLog>(log: &L) {
    let name = stream("note-1");
    let stale = note_each(log, &name, &["one"]).await;
    let before = note_each(log, &name, &["two", "three"]).await;
    for texts in [vec!["late"], vec!["late"; 5]] {
        let lost = log.append(stale.head(), draft("late", &texts)).await;
        assert!(matches!(lost, Err(AppendError::Conflict)), "{lost:?}");
    }
    assert_eq!(current(log, &name).await.commits(), before.commits());
}

pub async fn of_many_at_the_same_head_one_wins<L: EventLog>(log: &L) {
    let history = note_each(log, &stream("note-1"), &["first"]).await;
    let commands: Vec<String> = (0..16).map(|number| format!("command {number}")).collect();
    let append = |command: &str| log.append(history.head(), draft(command, &[command]));
    let outcomes = futures::future::join_all(commands.iter().map(|command| append(command))).await;
    let won: Vec<&Commit> = outcomes.iter().flatten().collect();
    assert_eq!(won.len(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(AppendError::Conflict))));
    assert_eq!(current(log, &stream("note-1")).await.commits().last(), won.first().copied());
}

pub async fn what_follows_a_version_is_read_from_there<L: EventLog>(log: &L) {
    let name = stream("note-1");
    let history = note_each(log, &name, &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]).await;
    for after in [0, 1, 9, 11, 12] {
        let commits = log.since(&name, Version(after)).await.unwrap();
        assert_eq!(commits, history.commits().split_at(usize::try_from(after).unwrap()).1);
        assert_eq!(in_pages(log, &name, Version(after)).await, commits);
    }
}

/// The commits after a version, page by page.
async fn in_pages<L: EventLog>(log: &L, name: &StreamName, mut after: Version) -> Vec<Commit> {
    let mut commits = Vec::new();
    loop {
        let page = log.page_since(name, after).await.unwrap();
        after = page.commits.last().map_or(after, Commit::last_version);
        commits.extend(page.commits);
        if !page.more {
            return commits;
        }
    }
}

pub async fn a_stream_of_more_than_one_page_is_read_whole<L: EventLog + LogScan>(log: &L) {
    let name = stream("note-1");
    let large: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(|letter| letter.repeat(380_000)).to_vec();
    let large: Vec<&str> = large.iter().map(String::as_str).collect();
    let history = note_each(log, &name, &large).await;
    assert_eq!(texts(&history), large);
    assert_eq!(log.load(&name, reading(Consistency::Eventual)).await.unwrap().commits(), history.commits());
    assert_eq!(log.since(&name, Version(1)).await.unwrap(), history.commits().split_at(1).1);
    assert_eq!(in_pages(log, &name, Version(1)).await, history.commits().split_at(1).1);
    assert_eq!(log.heads().await.unwrap(), [(name, Version(6))]);
}

pub async fn every_stream_has_its_end_among_the_heads<L: EventLog + LogScan>(log: &L) {
    for (name, commits) in [("note-1", 1), ("note-2", 11), ("memo-1", 3)] {
        for number in 0..commits {
            let command = format!("command {number}");
            append(log, &stream(name), draft(&command, &["x", "y"])).await;
        }
    }
    let mut heads = log.heads().await.unwrap();
    heads.sort();
    assert_eq!(
        heads,
        [(stream("memo-1"), Version(6)), (stream("note-1"), Version(2)), (stream("note-2"), Version(22))]
    );
}

pub async fn time_never_goes_back_in_a_stream<L: EventLog>(log: &L) {
    let name = stream("note-1");
    for (command, now) in [("one", 1_000), ("two", 400), ("three", 999), ("four", 1_001)] {
        append(log, &name, Draft { now: Timestamp(now), ..draft(command, &["x"]) }).await;
    }
    let times: Vec<i64> = current(log, &name).await.commits().iter().map(|commit| commit.committed_at.0).collect();
    assert_eq!(times, [1_000, 1_000, 1_000, 1_001]);
}

pub async fn an_effect_is_later_than_its_cause<L: EventLog>(log: &L) {
    let future = Timestamp(NOW.0 + 86_400_000);
    let name = stream("note-1");
    let effect = append(log, &name, effect("effect", future)).await;
    assert_eq!(effect.committed_at, future.next());
    assert_eq!(effect.causation.map(|id| id.to_string()).as_deref(), Some("cause-1@1"));
    let after = note_each(log, &name, &["after"]).await;
    assert!(after.commits().iter().all(|commit| commit.committed_at > future));
}

pub async fn the_chain_holds_along_the_history<L: EventLog>(log: &L) {
    let name = stream("note-1");
    note_each(log, &name, &["one", "two"]).await;
    append(log, &name, effect("three", NOW)).await;
    let history = note_each(log, &name, &["four"]).await;
    let mut previous = Hash::ORIGIN;
    for commit in history.commits() {
        assert_eq!(commit.hash, commit.chained(&previous), "at version {}", commit.version);
        previous = commit.hash;
    }
    assert_ne!(previous, Hash::ORIGIN);
}

/// A snapshot of a state of this schema.
fn snapshot(schema: u32) -> Snapshot {
    let window = r#"{"entries":[],"floor":0}"#;
    Snapshot::stored(format!(
        r#"{{"schema":{schema},"state":{{}},"recent":{{"first":null,"clients":{window},"reactions":{window}}}}}"#
    ))
}

pub async fn a_stream_is_loaded_back_to_its_newest_usable_snapshot<L: EventLog>(log: &L) {
    let name = stream("note-1");
    let kept = [None, Some(snapshot(1)), None, Some(snapshot(1)), None, Some(snapshot(2)), None];
    for (number, snapshot) in kept.into_iter().enumerate() {
        let text = number.to_string();
        let draft = Draft { snapshot: snapshot.clone(), ..draft(&text, &[&text]) };
        let commit = append(log, &name, draft).await;
        assert_eq!(commit.snapshot, snapshot);
    }
    let all = log.since(&name, Version::NONE).await.unwrap();
    let after = async |schema: u32, until: Option<Version>| {
        let history =
            log.load(&name, ReadOptions { until, ..ReadOptions::newest(schema, Consistency::Strong) }).await.unwrap();
        let base = history.base().map(|base| base.version.0);
        assert_eq!(history.head().version(), until.unwrap_or(Version(7)));
        let behind = usize::try_from(base.unwrap_or_default()).unwrap();
        let until = usize::try_from(history.head().version().0).unwrap();
        assert_eq!(history.commits(), &all[behind..until]);
        base
    };
    assert_eq!(after(1, None).await, Some(4), "one of another schema is passed over");
    assert_eq!(after(2, None).await, Some(6));
    assert_eq!(after(3, None).await, None);
    assert_eq!(after(1, Some(Version(3))).await, Some(2));
    assert_eq!(after(1, Some(Version(2))).await, Some(2));
    assert_eq!(after(1, Some(Version(1))).await, None);
    let next = append(log, &name, draft("next", &["x"])).await;
    assert_eq!(next.version, Version(8), "what was loaded from a snapshot on can be appended to");
}

pub async fn a_load_reads_no_more_commits_than_it_may<L: EventLog>(log: &L) {
    let name = stream("note-1");
    for number in 0..7 {
        let text = number.to_string();
        let snapshot = (number == 3).then(|| snapshot(1));
        append(log, &name, Draft { snapshot, ..draft(&text, &[&text]) }).await;
    }
    let load = async |schema: u32, most: usize, back_to: Option<u64>| {
        let newest = ReadOptions::newest(schema, Consistency::Strong);
        let history = log.load(&name, ReadOptions { most, back_to: back_to.map(Version), ..newest }).await?;
        Ok::<_, LogError>((history.base().map(|base| base.version.0), history.commits().len()))
    };
    assert_eq!(load(1, 4, None).await.unwrap(), (Some(4), 3), "the snapshot is in the last commit that it may read");
    assert_eq!(load(2, 7, None).await.unwrap(), (None, 7), "so is the first commit");
    for (schema, most) in [(1, 3), (2, 6)] {
        let error = load(schema, most, None).await.unwrap_err();
        assert!(matches!(error, LogError::TooLong { read, .. } if read == most), "{error}");
    }
    assert_eq!(load(2, 6, Some(2)).await.unwrap(), (Some(2), 5), "a state that is known from elsewhere is enough");
    assert_eq!(load(2, 6, Some(7)).await.unwrap(), (Some(7), 0));
    assert!(load(2, 5, Some(2)).await.is_err());
}

pub async fn a_snapshot_of_what_came_later_is_passed_over<L: EventLog>(log: &L) {
    let name = stream("note-1");
    for (command, snapshot) in [("one", Some(snapshot(1))), ("two", None), ("three", Some(snapshot(1)))] {
        let draft = Draft { snapshot, ..draft(command, &["x", "y"]) };
        append(log, &name, draft).await;
    }
    let read = async |until: u64| {
        let reading = ReadOptions { until: Some(Version(until)), ..reading(Consistency::Strong) };
        let history = log.load(&name, reading).await.unwrap();
        (history.base().map(|base| base.version.0), history.commits().len(), history.head().version().0)
    };
    assert_eq!(read(6).await, (Some(5), 0, 6));
    assert_eq!(read(5).await, (Some(1), 2, 6), "its own commit's is of the event behind it too");
    assert_eq!(read(3).await, (Some(1), 1, 4));
    assert_eq!(read(1).await, (None, 1, 2));
    assert_eq!(read(0).await, (None, 0, 0));
}

pub async fn a_span_is_read_from_either_end_and_no_further<L: EventLog + LogSpans>(log: &L) {
    let name = stream("note-1");
    for number in 0..14 {
        let command = number.to_string();
        let texts = vec!["x"; 1 + number % 3];
        append(log, &name, draft(&command, &texts)).await;
    }
    note_each(log, &stream("note-10"), &["another's"]).await;
    let all = log.since(&name, Version::NONE).await.unwrap();
    let last = all.last().unwrap().last_version().0;
    for after in [0, 1, 2, 3, 9, last - 1, last, u64::MAX] {
        for until in [None, Some(0), Some(1), Some(2), Some(10), Some(last), Some(u64::MAX)] {
            for limit in [None, Some(0), Some(1), Some(5)] {
                let (after, until) = (Version(after), until.map(Version));
                let within =
                    |commit: &&Commit| commit.version > after && until.is_none_or(|last| commit.version <= last);
                let within = || all.iter().filter(within).cloned();
                let most = limit.unwrap_or(usize::MAX);
                let span = Span { after, until, direction: Direction::Ascending, limit };
                assert_eq!(log.span(&name, span).await.unwrap(), within().take(most).collect::<Vec<_>>(), "{span:?}");
                let span = Span { direction: Direction::Descending, ..span };
                let newest_first: Vec<_> = within().rev().take(most).collect();
                assert_eq!(log.span(&name, span).await.unwrap(), newest_first, "{span:?}");
            }
        }
    }
    assert_eq!(log.span(&stream("note-2"), Span::around(Version(1))).await.unwrap(), []);
}

pub async fn a_reaction_is_found_as_far_back_as_asked<L: EventLog>(log: &L) {
    let name = stream("note-1");
    for number in 0..200 {
        let now = Timestamp(NOW.0 + number);
        append(log, &name, Draft { now, ..effect(&number.to_string(), Timestamp(0)) }).await;
    }
    let found = async |command: &str, since: i64| {
        let commit = log.find(&name, &effect(command, NOW).id, Timestamp(NOW.0 + since)).await.unwrap();
        commit.map(|commit| commit.version.0)
    };
    assert_eq!(found("199", 0).await, Some(200));
    assert_eq!(found("3", 2).await, Some(4));
    let older = log.recognises_reactions().then_some(4);
    assert_eq!(found("3", 3).await, older, "what is looked for was committed later than that");
    assert_eq!(found("none", -1).await, None);
}

/// All pages of a part: the commits in order, and how many pages there were.
async fn paged<L: LogScan>(log: &L, part: &Part) -> (Vec<Commit>, usize) {
    let (mut commits, mut pages, mut after) = (Vec::new(), 0, None::<Cursor>);
    loop {
        let page = log.page(part, after.as_ref()).await.unwrap();
        commits.extend(page.commits.into_iter().map(Result::unwrap));
        (pages, after) = (pages + 1, page.next);
        if after.is_none() {
            return (commits, pages);
        }
    }
}

pub async fn pages_of_all_segments_hold_every_commit_once<L: EventLog + LogScan>(log: &L) {
    let mut written = BTreeSet::new();
    for name in ["note-1", "note-2", "memo-1", "memo-22"] {
        for command in ["one", "two", "three"] {
            let commit = append(log, &stream(name), draft(command, &[name, command])).await;
            written.insert((commit.stream.clone(), commit.version));
        }
    }
    for of in [1, 3] {
        let mut seen = BTreeSet::new();
        for number in 0..of {
            let (commits, _) = paged(log, &Part::Segment { number, of }).await;
            for commit in commits {
                let last = { &seen }.iter().rfind(|(stream, _)| *stream == commit.stream);
                assert!(last.is_none_or(|(_, version)| *version < commit.version), "each stream oldest first");
                assert!(seen.insert((commit.stream, commit.version)), "no commit twice");
            }
        }
        assert_eq!(seen, written);
    }
}

pub async fn a_stream_s_chain_is_followed_to_its_end<L: EventLog + LogScan>(log: &L) {
    let name = stream("note-1");
    let large: Vec<String> = ["a", "b", "c", "d"].map(|letter| letter.repeat(390_000)).to_vec();
    let mut texts: Vec<&str> = large.iter().map(String::as_str).collect();
    let small: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    texts.extend(small.iter().map(String::as_str));
    let history = note_each(log, &name, &texts).await;
    let (commits, pages) = paged(log, &Part::Stream(name.clone())).await;
    assert_eq!(commits, history.commits());
    assert!(pages > 1, "{pages}");
    let chain = verify_chain(log, &name, &[]).await.unwrap();
    assert_eq!((chain.version(), chain.hash()), (Version(64), commits.last().unwrap().hash));
}
