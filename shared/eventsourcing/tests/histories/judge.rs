//! Judges what a run left: the streams as they stand, against all that was sent and answered.

use crate::recording::{Answer, Moment, Recorded, Sent, Try};
use crate::shelf::{Happened, Shelf, State};
use eventsourcing::decider::fold;
use eventsourcing::{Commit, Decider, Effect, Hash, StreamName, Version};

/// What must not be.
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
    /// A commit is not what its command amounts to where it stands, or nobody sent that command.
    Content,
    /// A command is in the log more than once.
    Twice,
    /// An acknowledged command is not in the log where its answer says, or not with that state, or not yet.
    Lost,
    /// A command is in the log although every time that it was sent it was answered otherwise.
    FailedYetThere,
    /// A command stands before one that was acknowledged before it was first sent.
    Order,
    /// An answer that was not right at any moment between sending and answer.
    Untrue,
    /// A command that was in the log already, or its id under other content, was decided like a new one.
    DecidedAnew,
    /// Called a repetition, and it was the first time.
    NoRepetition,
    /// The log was called broken.
    Alarm,
}

/// Something that must not be, and where.
pub(crate) type Found = (Anomaly, String);

/// One stream, as it came to be.
struct Stream<'a> {
    commits: &'a [Commit],
    /// When each commit landed.
    landed: Vec<Moment>,
    /// The state and the version before each commit, and at the end.
    before: Vec<(State, Version)>,
}

impl<'a> Stream<'a> {
    fn new(commits: &'a [Commit], recorded: &Recorded) -> Self {
        let landed = |commit: &Commit| {
            let landing = recorded.landings.iter().find(|landing| landing.commit == *commit);
            landing.map_or(Moment::MAX, |landing| landing.moment)
        };
        let mut before = vec![(State::default(), Version::NONE)];
        for commit in commits {
            let (state, _) = before[before.len() - 1].clone();
            let events = commit.events.decode::<Happened>().unwrap();
            before.push((fold::<Shelf>(state, &events), commit.last_version()));
        }
        Self { commits, landed: commits.iter().map(landed).collect(), before }
    }

    /// Whether something was so at some moment of a try.
    fn ever(&self, one: &Try, so: impl Fn(&State, Version) -> bool) -> bool {
        let until = |moment| self.landed.iter().filter(|landed| **landed < moment).count();
        let window = &self.before[until(one.invoked)..=until(one.answered)];
        window.iter().any(|(state, version)| so(state, *version))
    }

    /// Where a command stands.
    fn places(&self, sent: &Sent) -> Vec<usize> {
        let mine = |index: &usize| self.commits[*index].correlation.id == sent.name;
        (0..self.commits.len()).filter(mine).collect()
    }

    /// When a commit under the same id but with other content landed first.
    fn sibling(&self, sent: &Sent) -> Option<Moment> {
        let commits = self.commits.iter().zip(&self.landed);
        commits.filter(|(commit, _)| commit.id == sent.id && commit.digest != sent.digest).map(|(_, at)| *at).min()
    }
}

/// All that is wrong.
pub(crate) fn judge(recorded: &Recorded, streams: &[(StreamName, Vec<Commit>)]) -> Vec<Found> {
    let mut found = vec![];
    for (name, commits) in streams {
        let stream = Stream::new(commits, recorded);
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

/// Versions 1 to n, a whole chain, times that never go back, and commits that follow from their commands.
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
            Shelf::decide(state, &sent.command).as_ref() == Ok(&events)
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

/// In the log at most once, only where one of the tries can have put it there, and behind what was acknowledged before.
fn fate(stream: &Stream<'_>, sent: &Sent, tries: &[&Try], floor: Version) -> Vec<Anomaly> {
    let mut anomalies = vec![];
    let places = stream.places(sent);
    if places.len() > 1 {
        anomalies.push(Anomaly::Twice);
    }
    for place in places {
        let landed = stream.landed[place];
        if !tries.iter().any(|one| put_it_there(one, landed, tries)) {
            anomalies.push(Anomaly::FailedYetThere);
        }
        if stream.commits[place].version <= floor {
            anomalies.push(Anomaly::Order);
        }
    }
    anomalies
}

/// Whether a try can have brought a commit into the log at a moment: an acknowledged one before its answer, one of
/// unknown fate at any time, unless the command was sent again behind it and answered otherwise. What such an answer
/// stands on leaves no place for what was on its way before.
fn put_it_there(one: &Try, landed: Moment, tries: &[&Try]) -> bool {
    let denied = |later: &&Try| later.invoked > one.answered && later.answered < landed && failed(later);
    let in_time = if one.answer == Answer::Unknown {
        !tries.iter().any(denied)
    } else {
        acknowledged(one).is_some() && landed < one.answered
    };
    one.invoked < landed && in_time
}

/// Whether the answer says that this time the command is not in the log.
fn failed(one: &Try) -> bool {
    one.answer != Answer::Unknown && acknowledged(one).is_none()
}

/// What is wrong with one answer.
fn answer(stream: &Stream<'_>, sent: &Sent, one: &Try, tries: &[&Try]) -> Option<Anomaly> {
    let decide = |state: &State| Shelf::decide(state, &sent.command);
    let expected = |version| sent.expected.is_none_or(|expected| expected == version);
    let places = stream.places(sent);
    let known_before = places.iter().any(|place| stream.landed[*place] < one.invoked);
    let sibling = stream.sibling(sent);
    let other_content = one.answer == Answer::OtherContent;
    if failed(one) && (known_before || !other_content && sibling.is_some_and(|landed| landed < one.invoked)) {
        return Some(Anomaly::DecidedAnew);
    }
    let right = match &one.answer {
        Answer::Unknown | Answer::Contended => true,
        Answer::Wrong(_) => return Some(Anomaly::Alarm),
        Answer::OtherContent => sibling.is_some_and(|landed| landed < one.answered),
        Answer::Refused(why) => stream.ever(one, |state, version| decide(state) == Err(*why) && expected(version)),
        Answer::Mismatch { actual, .. } => !expected(*actual) && stream.ever(one, |_, version| version == *actual),
        Answer::Done { effect: Effect::Unchanged, version, state, .. } => stream.ever(one, |at, its_version| {
            (at, its_version) == (state, *version) && expected(*version) && decide(at) == Ok(vec![])
        }),
        Answer::Done { effect, version, state, committed_at } => {
            let so = |place: &&usize| {
                stream.before[**place + 1] == (state.clone(), *version)
                    && Some(stream.commits[**place].committed_at) == *committed_at
                    && stream.landed[**place] < one.answered
            };
            if !places.iter().any(|place| so(&place)) {
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
