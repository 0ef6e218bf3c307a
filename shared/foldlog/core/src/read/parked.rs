//! The notes of a subscriber about what it cannot follow, while everything else goes on.
//!
//! A note is information, not a gate. Contiguity holds a projection back, and every new hint tries again.

use crate::read::views::{Generation, ViewError};
use crate::stream::{EventId, StreamName, Version};
use crate::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

/// The pause before the first redrive. Each further one is twice as long,
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// up to this limit.
const LONGEST_PAUSE: Duration = Duration::from_hours(6);

/// A subscriber, and what it cannot follow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A generation of a view, and the stream that it cannot follow.
    Fold {
        /// The view.
        view: String,
        /// The generation.
        generation: Generation,
        /// The stream.
        stream: StreamName,
    },
    /// A reacting function, and the event that it cannot react to.
    Reaction {
        /// The function.
        function: String,
        /// The event.
        event: EventId,
    },
    /// A function, and a message that it cannot use and that names no event: a record of the log's stream that is no
    /// commit, or a batch that was lost.
    Message {
        /// The function.
        function: String,
        /// What finds the message where it lies.
        id: String,
    },
}

impl Subject {
    /// The subscriber: `cart/g1`, or `stock-reactions`.
    #[must_use]
    pub fn subscriber(&self) -> String {
        match self {
            Self::Fold { view, generation, .. } => format!("{view}/{generation}"),
            Self::Reaction { function, .. } | Self::Message { function, .. } => function.clone(),
        }
    }

    /// What it cannot follow: a stream, `<stream>@<version>`, or `@<message>`.
    #[must_use]
    pub fn object(&self) -> String {
        match self {
            Self::Fold { stream, .. } => stream.to_string(),
            Self::Reaction { event, .. } => event.to_string(),
            Self::Message { id, .. } => format!("@{id}"),
        }
    }

    /// Parses a subject from these two texts.
    pub fn of(subscriber: &str, object: &str) -> Result<Self, NoSubject> {
        let parse = || match subscriber.split_once("/g") {
            Some((view, generation)) => Some(Self::Fold {
                view: view.to_owned(),
                generation: Generation(generation.parse().ok()?),
                stream: object.parse().ok()?,
            }),
            None => match object.strip_prefix('@') {
                Some("") => None,
                Some(id) => Some(Self::Message { function: subscriber.to_owned(), id: id.to_owned() }),
                None => Some(Self::Reaction { function: subscriber.to_owned(), event: object.parse().ok()? }),
            },
        };
        parse().ok_or(NoSubject)
    }
}

impl fmt::Display for Subject {
    /// The subject as one word: `cart~g1~cart-…`, `relay~cart-…~5` or `reconcile~~…`. It is an id in paths, and its
    /// characters are letters, digits and `-._~` alone: [HTTP APIs of AWS decode a path before they look for its
    /// route](https://stackoverflow.com/questions/69677023), so they find none for an id with `/`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fold { view, generation, stream } => write!(formatter, "{view}~{generation}~{stream}"),
            Self::Reaction { function, event } => {
                write!(formatter, "{function}~{}~{}", event.stream, event.version)
            }
            Self::Message { function, id } => {
                let escaped = utf8_percent_encode(id, ESCAPED).to_string();
                write!(formatter, "{function}~~{}", escaped.replace('%', "~"))
            }
        }
    }
}

/// What is escaped in the id of a message: all but letters, digits and `-._`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// A text that is not a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parked subject reads <view>~g<generation>~<stream>, <function>~<stream>~<version> or <function>~~<message>")]
pub struct NoSubject;

impl FromStr for Subject {
    type Err = NoSubject;

    fn from_str(text: &str) -> Result<Self, NoSubject> {
        let (subscriber, object) = text.split_once('~').ok_or(NoSubject)?;
        let (middle, last) = object.split_once('~').ok_or(NoSubject)?;
        if middle.is_empty() {
            let escaped = last.replace('~', "%");
            let id = percent_decode_str(&escaped).decode_utf8().map_err(|_| NoSubject)?;
            Self::of(subscriber, &format!("@{id}"))
        } else if middle.starts_with('g') && !middle.contains('-') {
            Self::of(&format!("{subscriber}/{middle}"), last)
        } else {
            Self::of(subscriber, &format!("{middle}@{last}"))
        }
    }
}

/// Whether a retry alone can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Class {
    /// The event or commit cannot be understood: it needs another release, or a repair.
    Permanent,
    /// The store failed for longer than the other subscribers could wait.
    Transient,
}

/// One failure to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The subscriber, and what it cannot follow.
    pub subject: Subject,
    /// The commit before which it stopped; for a reaction, the commit of the event.
    pub version: Version,
    /// The last version that was passed over because of it; a note keeps the highest. A subscriber that follows again
    /// has to reach it, or it would miss what was passed over.
    pub passed_over: Version,
    /// The error.
    pub error: String,
    /// Whether a retry alone can help.
    pub class: Class,
    /// When.
    pub at: Timestamp,
}

impl Trouble {
    /// That a function cannot react to an event, and that a retry does not help.
    #[must_use]
    pub fn with_event(function: &str, event: &EventId, error: String, at: Timestamp) -> Self {
        let (function, event, version) = (function.to_owned(), event.clone(), event.version);
        let subject = Subject::Reaction { function, event };
        Self { subject, version, passed_over: version, error, class: Class::Permanent, at }
    }

    /// That a function cannot use a message which names no event.
    #[must_use]
    pub fn with_message(function: &str, id: &str, error: String, class: Class, at: Timestamp) -> Self {
        let subject = Subject::Message { function: function.to_owned(), id: id.to_owned() };
        Self { subject, version: Version::NONE, passed_over: Version::NONE, error, class, at }
    }
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The newest failure.
    pub trouble: Trouble,
    /// How often it failed.
    pub attempts: u32,
    /// When it failed first.
    pub since: Timestamp,
}

impl Parked {
    /// When the schedule tries it again: after growing pauses.
    #[must_use]
    pub fn due_at(&self) -> Timestamp {
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.attempts.saturating_sub(1)));
        self.trouble.at.after(doubled.min(LONGEST_PAUSE))
    }
}

/// A page of notes, and where the next page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The notes, in the order of their subjects' texts.
    pub notes: Vec<Parked>,
    /// The subject of the last one that was read, if there are more.
    pub next: Option<Subject>,
}

/// The store of notes: one for each subject.
pub trait ParkingLot: Send + Sync {
    /// Leaves a note. If the subject has one already, its first time stays, the higher of the passed-over versions
    /// stays, and its count goes up.
    fn park(&self, trouble: &Trouble) -> impl Future<Output = Result<(), ViewError>> + Send;

    /// The notes after a subject, or the first ones: at most `limit`.
    fn notes(&self, after: Option<&Subject>, limit: usize) -> impl Future<Output = Result<Notes, ViewError>> + Send;

    /// The note of a subject, strongly consistent.
    fn note(&self, subject: &Subject) -> impl Future<Output = Result<Option<Parked>, ViewError>> + Send;

    /// Removes the note of a subject, unless a version after `upto` was passed over. True if no note is left.
    fn clear(&self, subject: &Subject, upto: Version) -> impl Future<Output = Result<bool, ViewError>> + Send;
}

/// A store that is created when it is needed for the first time.
impl<P: ParkingLot, F: FnOnce() -> P + Send> ParkingLot for LazyLock<P, F> {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        (**self).park(trouble).await
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        (**self).notes(after, limit).await
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Parked>, ViewError> {
        (**self).note(subject).await
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        (**self).clear(subject, upto).await
    }
}
