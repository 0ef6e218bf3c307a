//! Judges the result of a run: the streams in the end, against all commands that were sent and answered.

use crate::histories::recording::{Answer, Moment, Recorded, Sent, Try};
use crate::histories::shelf::{Happened, State, decide};
use crate::histories::streams::Stream;
use crate::histories::world::Left;
use foldlog::{Commit, Effect, Hash, StreamName, Version};

/// A violation of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Anomaly {
    /// A version is missing, or there twice.
    Versions,
    /// A commit is not chained to the one before.
    Chain,
    /// A commit is older than the one before.
    TimeWentBack,
    /// A commit is not later than the event that it follows from.
    BeforeItsCause,
    /// A commit does not have the events that its command has in that state, or no such command was sent.
    Content,
    /// A command, or two under one id, are in the log although the second one had to be recognised as a repetition.
    Twice,
    /// An acknowledged command is not in the log at the version of its answer, or not with that state, or not yet.
    Lost,
    /// A command is in the log although every try of it got another answer.
    FailedYetThere,
    /// A command is in the log before one that was acknowledged before it was first sent.
    Order,
    /// An answer that was not right at any moment between request and answer.
    Untrue,
    /// A command that had to be recognised, or its id under other content, was decided like a new one.
    DecidedAgain,
    /// The answer was a repetition, and it was the first time.
    NoRepetition,
    /// The answer was that the log is corrupt.
    Alarm,
}

/// A violation, and where it is.
pub(crate) type Found = (Anomaly, String);

/// All violations.
pub(crate) fn judge(left: &Left) -> Vec<Found> {
    let recorded = &left.recorded;
    let mut found = vec![];
    for (name, stream) in left.streams() {
        found.extend(
            shape(&stream, recorded).into_iter().map(|(anomaly, version)| (anomaly, format!("{name}@{version}"))),
        );
        for (number, sent) in recorded.sent.iter().enumerate().filter(|(_, sent)| sent.stream == *name) {
            let tries: Vec<_> = recorded.tries.iter().filter(|one| one.sent == number).collect();
            let floor = floor(recorded, name, &tries);
            let anomalies = fate(&stream, sent, &tries, floor).into_iter();
            let anomalies = anomalies.chain(tries.iter().filter_map(|one| answer(&stream, sent, one, &tries)));
            found.extend(anomalies.map(|anomaly| (anomaly, sent.name.clone())));
        }
    }
    found
}

/// Checks versions 1 to n, an intact chain, times that never go back, and commits that follow from their commands.
fn shape(stream: &Stream<'_>, recorded: &Recorded) -> Vec<(Anomaly, Version)> {
    let mut anomalies = vec![];
    let mut before: Option<&Commit> = None;
    for (commit, (state, _)) in stream.commits.iter().zip(&stream.before) {
        let mut wrong = |anomaly| anomalies.push((anomaly, commit.version));
        if commit.version != before.map_or(Version::NONE, Commit::last_version).next() {
            wrong(Anomaly::Versions);
        }
        if commit.hash != commit.chained(before.map_or(&Hash::ORIGIN, |before| &before.hash)) {
            wrong(Anomaly::Chain);
        }
        if before.is_some_and(|before| before.committed_at > commit.committed_at) {
            wrong(Anomaly::TimeWentBack);
        }
        let sent = recorded.sent.iter().find(|sent| sent.name == commit.correlation.id);
        let cause = sent.and_then(|sent| sent.cause.as_ref());
        if cause.is_some_and(|cause| cause.committed_at >= commit.committed_at) {
            wrong(Anomaly::BeforeItsCause);
        }
        let events = commit.events.decode::<Happened>().unwrap();
        let follows = |sent: &Sent| {
            decide(state, sent.command).as_ref() == Ok(&events)
                && sent.digest == commit.digest
                && cause.map(|cause| &cause.event) == commit.causation.as_ref()
                && sent.expected.is_none_or(|expected| expected.next() == commit.version)
        };
        if !sent.is_some_and(follows) {
            wrong(Anomaly::Content);
        }
        before = Some(commit);
    }
    anomalies
}

/// The highest version that was acknowledged before a command was first sent.
fn floor(recorded: &Recorded, stream: &StreamName, tries: &[&Try]) -> Version {
    let first = tries.iter().map(|one| one.invoked).min().unwrap_or(Moment::MAX);
    let earlier = recorded.tries.iter().filter(|one| one.answered < first && recorded.sent[one.sent].stream == *stream);
    earlier.filter_map(acknowledged).max().unwrap_or_default()
}

/// The version at which the answer says that the command is in the log.
fn acknowledged(one: &Try) -> Option<Version> {
    if let Answer::Done { effect: Effect::Appended | Effect::Repeated, version, .. } = one.answer {
        return Some(version);
    }
    None
}

/// Checks that a command is in the log once, or again where that is allowed, only where one of its tries can have put
/// it, and after everything that was acknowledged before.
fn fate(stream: &Stream<'_>, sent: &Sent, tries: &[&Try], floor: Version) -> Vec<Anomaly> {
    let mut anomalies = vec![];
    for place in stream.places(sent) {
        let landed = stream.landed[place];
        let repeats = |earlier: usize| stream.is_of(earlier, sent) || stream.has_id(earlier, sent);
        if (0..place).any(|earlier| repeats(earlier) && stream.has_to_be_known(earlier, place, sent)) {
            anomalies.push(Anomaly::Twice);
        }
        if !tries.iter().any(|one| put_it_there(one, &stream.commits[place], landed, tries)) {
            anomalies.push(Anomaly::FailedYetThere);
        }
        if stream.commits[place].version <= floor {
            anomalies.push(Anomaly::Order);
        }
    }
    anomalies
}

/// Whether a try can have stored a commit at a moment. An acknowledged try stored it before its answer. A try of
/// unknown fate may store it at any time, unless the command was sent again after it and answered otherwise: the state
/// of such an answer excludes what was on its way before.
///
/// An answer that the id has other content does not count: it refers to another commit, which not every process must
/// know.
fn put_it_there(one: &Try, commit: &Commit, landed: Moment, tries: &[&Try]) -> bool {
    let decided = |later: &Try| failed(later) && later.answer != Answer::OtherContent;
    let denied = |later: &&Try| later.invoked > one.answered && later.answered < landed && decided(later);
    let in_time = if one.answer == Answer::Unknown {
        !tries.iter().any(denied)
    } else {
        acknowledged(one) == Some(commit.last_version()) && landed < one.answered
    };
    one.invoked < landed && in_time
}

/// Whether the answer says that this time the command is not in the log.
fn failed(one: &Try) -> bool {
    one.answer != Answer::Unknown && acknowledged(one).is_none()
}

/// The violation in one answer.
fn answer(stream: &Stream<'_>, sent: &Sent, one: &Try, tries: &[&Try]) -> Option<Anomaly> {
    let decide = |state: &State| decide(state, sent.command);
    let expected = |version| sent.expected.is_none_or(|expected| expected == version);
    let places = stream.places(sent);
    let siblings = stream.siblings(sent);
    let at_the_end = stream.length_at(one.answered);
    let known = |place: &usize| stream.landed[*place] < one.invoked && stream.has_to_be_known(*place, at_the_end, sent);
    if failed(one) && one.answer != Answer::OtherContent && places.iter().chain(&siblings).any(known) {
        return Some(Anomaly::DecidedAgain);
    }
    let right = match &one.answer {
        Answer::Unknown | Answer::Contended => true,
        Answer::Wrong(_) => return Some(Anomaly::Alarm),
        Answer::OtherContent => siblings.iter().any(|place| stream.landed[*place] < one.answered),
        Answer::Refused(why) => stream.ever(one, |state, version| decide(state) == Err(*why) && expected(version)),
        Answer::Mismatch { actual, .. } => !expected(*actual) && stream.ever(one, |_, version| version == *actual),
        Answer::Done { effect: Effect::Unchanged, version, state, .. } => stream.ever(one, |at, its_version| {
            (at, its_version) == (state, *version) && expected(*version) && decide(at) == Ok(vec![])
        }),
        Answer::Done { effect, version, state, committed_at } => {
            let so = |place: &usize| {
                stream.before[*place + 1] == (state.clone(), *version)
                    && Some(stream.commits[*place].committed_at) == *committed_at
                    && stream.landed[*place] < one.answered
            };
            if !places.iter().any(so) {
                return Some(Anomaly::Lost);
            }
            let earlier = |other: &&Try| !std::ptr::eq(*other, one) && other.invoked < one.answered;
            if *effect == Effect::Repeated && !tries.iter().any(earlier) {
                return Some(Anomaly::NoRepetition);
            }
            true
        }
    };
    (!right).then_some(Anomaly::Untrue)
}
