//! Exports of logs in memory: what they depend on, what stops them, and what reveals a change of their files.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use foldlog::write::chain::Tampering;
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::{
    Actor, Cause, CommandId, Commit, Correlation, Digest, Draft, EventLog, Events, History, LogError, LogScan,
    StreamName, Timestamp, Version,
};
use foldlog_testing::memory::MemoryLog;
use foldlog_transfer::{Directory, Export, Manifest, TransferError};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_000_000);
/// Small enough for several files, one of which begins within a stream.
const FILE_BYTES: u64 = 2_000;

fn draft(number: i64, cause: Option<Cause>) -> Draft {
    Draft {
        events: Events::parse(format!(r#"[{{"schema":1,"type":"Noted","data":{{"number":{number}}}}}]"#)).unwrap(),
        id: CommandId::stored(format!("{number:032x}")),
        digest: Digest([7; 32]),
        now: Timestamp(number * 10),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause,
        actor: Actor("alice".to_owned()),
        snapshot: None,
    }
}

/// Appends this many commits to a stream, and returns the last one.
async fn fill(log: &MemoryLog, stream: &str, commits: i64, cause: Option<Cause>) -> Commit {
    let stream = stream.parse().unwrap();
    for number in 1..=commits {
        let history = History::prove(&stream, log.commits(&stream)).unwrap();
        log.append(history.head(), draft(number, cause.clone())).await.unwrap();
    }
    log.commits(&stream).pop().unwrap()
}

/// Three streams, the last of which follows from the first.
async fn sample(order: [&str; 2]) -> MemoryLog {
    let log = MemoryLog::default();
    for stream in order {
        fill(&log, stream, 12, None).await;
    }
    let cause = fill(&log, "note-c", 1, None).await.cause(0);
    fill(&log, "echo-a", 2, Some(cause)).await;
    log
}

async fn export<L: LogScan>(log: &L, directory: &Path, until: Option<Timestamp>) -> Result<Manifest, TransferError> {
    Export::begin(log, directory, until, NOW, FILE_BYTES).await?.run(|| {}).await
}

fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut all: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect();
    all.sort();
    all
}

#[tokio::test]
async fn an_export_follows_from_the_commits_and_from_nothing_else() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let manifest = export(&sample(["note-a", "note-b"]).await, one.path(), None).await.unwrap();
    assert!(manifest.files.len() > 2, "{manifest:#?}");
    assert_eq!((manifest.streams, manifest.commits, manifest.until), (4, 27, Some(Timestamp(120))));
    let until = Some(Timestamp(500));
    export(&sample(["note-b", "note-a"]).await, other.path(), until).await.unwrap();
    assert_eq!(contents(one.path()), contents(other.path()), "to the byte, manifest and files");
    assert_eq!(Directory::open(one.path()).unwrap().manifest().id(), manifest.id());
}

#[tokio::test]
async fn the_commits_of_an_export_read_back_by_stream_and_oldest_first() {
    let directory = TempDir::new().unwrap();
    let log = sample(["note-b", "note-a"]).await;
    export(&log, directory.path(), None).await.unwrap();
    let opened = Directory::open(directory.path()).unwrap();
    opened.check(|| {}).unwrap();
    let read: Vec<Commit> = opened.commits().collect::<Result<_, _>>().unwrap();
    let streams = ["echo-a", "note-a", "note-b", "note-c"].map(|name| name.parse::<StreamName>().unwrap());
    let written: Vec<Commit> = streams.iter().flat_map(|stream| log.commits(stream)).collect();
    assert_eq!(read, written);
}

#[tokio::test]
async fn what_was_committed_later_is_not_exported() {
    let directory = TempDir::new().unwrap();
    let log = sample(["note-a", "note-b"]).await;
    let manifest = export(&log, directory.path(), Some(Timestamp(45))).await.unwrap();
    // Four of each long stream, the cause and both of its effects, since these were committed right after it.
    assert_eq!((manifest.commits, manifest.until), (11, Some(Timestamp(40))));
    Directory::open(directory.path()).unwrap().check(|| {}).unwrap();
    let error = export(&log, directory.path(), None).await.unwrap_err();
    assert!(matches!(error, TransferError::Finished(_)), "{error}");
}

#[tokio::test]
async fn an_effect_without_its_cause_is_named() {
    let directory = TempDir::new().unwrap();
    let log = MemoryLog::default();
    let cause = fill(&log, "note-c", 1, None).await.cause(0);
    let beyond = Cause { event: "note-c@2".parse().unwrap(), ..cause };
    fill(&log, "echo-a", 2, Some(beyond)).await;
    let error = export(&log, directory.path(), None).await.unwrap_err();
    assert!(error.to_string().starts_with("echo-a@1 follows from note-c@2, which is not there"), "{error}");
    assert!(matches!(Directory::open(directory.path()).unwrap_err(), TransferError::NoManifest(_)));
}

/// A log that answers this many times and then fails, or that was tampered with.
struct Unreliable {
    log: MemoryLog,
    answers: AtomicUsize,
    tampered: Option<fn(&mut Commit)>,
}

impl LogScan for Unreliable {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        let left = self.answers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| LogError::Unavailable("it is gone".to_owned()))?;
        let mut page = self.log.page(part, after).await?;
        if let Some(tamper) = self.tampered {
            page.commits.iter_mut().flatten().for_each(tamper);
        }
        Ok(page)
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.log.heads().await
    }
}

#[tokio::test]
async fn an_export_that_is_stopped_anywhere_goes_on_and_is_the_same_in_the_end() {
    let whole = TempDir::new().unwrap();
    let log = sample(["note-a", "note-b"]).await;
    export(&log, whole.path(), None).await.unwrap();
    for answers in 0..6 {
        let directory = TempDir::new().unwrap();
        let stopping = Unreliable { log: log.clone(), answers: answers.into(), tampered: None };
        let Err(error) = export(&stopping, directory.path(), None).await else {
            assert!(answers >= 4, "there are four streams");
            continue;
        };
        assert!(matches!(error, TransferError::Log(_)), "{error}");
        if answers > 2 {
            // A finished file is damaged: it, and everything after it, is written again.
            fs::write(directory.path().join("log-00002.ndjson.gz"), "spoilt").unwrap();
        }
        let elsewhere = export(&log, directory.path(), Some(Timestamp(1))).await.unwrap_err();
        assert!(matches!(elsewhere, TransferError::OtherMoment { .. }), "{elsewhere}");
        export(&log, directory.path(), None).await.unwrap();
        assert_eq!(contents(directory.path()), contents(whole.path()), "stopped after {answers} answers");
    }
}

#[tokio::test]
async fn a_stream_that_is_not_what_was_written_is_named_and_not_exported() {
    let directory = TempDir::new().unwrap();
    let tampered: fn(&mut Commit) = |commit| {
        if commit.version == Version(2) {
            commit.actor = Actor("mallory".to_owned());
        }
    };
    let log = Unreliable { log: sample(["note-a", "note-b"]).await, answers: 99.into(), tampered: Some(tampered) };
    let error = export(&log, directory.path(), None).await.unwrap_err();
    let TransferError::Broken(broken) = error else { panic!("{error}") };
    assert_eq!((broken.stream.as_str(), broken.version), ("echo-a", Version(2)));
    assert_eq!(broken.tampering, Tampering::Changed);
}

#[tokio::test]
async fn an_export_that_was_changed_is_refused() {
    let directory = TempDir::new().unwrap();
    export(&sample(["note-a", "note-b"]).await, directory.path(), None).await.unwrap();
    let refused = || Directory::open(directory.path()).and_then(|opened| opened.check(|| {})).unwrap_err().to_string();
    let manifest = directory.path().join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for (says, otherwise, expected) in [
        ("\"commits\": 27", "\"commits\": 28", "28 commits, its files hold 27"),
        ("\"streams\": 4", "\"streams\": 3", "3 streams, its files hold 4"),
        ("\"root\": \"", "\"root\": \"0", "as its root"),
        ("\"format\": 1", "\"format\": 2", "its format is 2, and 1 is known here"),
        ("\"name\": \"", "\"name\": \"../", "no file in the same directory"),
    ] {
        fs::write(&manifest, text.replacen(says, otherwise, 1)).unwrap();
        assert!(refused().contains(expected), "{}", refused());
    }
    fs::write(&manifest, &text).unwrap();
    let file = directory.path().join("log-00002.ndjson.gz");
    let bytes = fs::read(&file).unwrap();
    for changed in [[&bytes[..bytes.len() / 2], &[0x55], &bytes[bytes.len() / 2 + 1..]].concat(), bytes[..40].to_vec()]
    {
        fs::write(&file, changed).unwrap();
        assert!(refused().contains("log-00002.ndjson.gz: "), "{}", refused());
    }
    fs::copy(directory.path().join("log-00001.ndjson.gz"), &file).unwrap();
    assert!(refused().contains("echo-a@1"), "{}", refused());
    fs::remove_file(&file).unwrap();
    assert!(refused().contains("log-00002.ndjson.gz"), "{}", refused());
}
