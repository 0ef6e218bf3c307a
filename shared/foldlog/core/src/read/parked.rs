//! Where a subscriber notes what it cannot follow, while everything else goes on.
//!
//! A note is information, not a gate: what holds a fold back is contiguity, and every new hint tries again.

use crate::read::views::{Generation, ViewError};
use crate::stream::{EventId, StreamName, Version};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

/// The pause before the first redrive; each further one is twice as long,
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// up to this.
const LONGEST_PAUSE: Duration = Duration::from_hours(6);

/// Who cannot follow, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A set of a view's rows, and the stream that it cannot follow.
    Fold {
        /// The view.
        view: String,
        /// The set of rows.
        generation: Generation,
        /// The stream.
        stream: StreamName,
    },
    /// A function that reacts, and the event that it cannot react to.
    Reaction {
        /// The function.
        function: String,
        /// The event.
        event: EventId,
    },
}

impl Subject {
    /// Who cannot follow: `cart/g1`, or `stock-reactions`.
    #[must_use]
    pub fn subscriber(&self) -> String {
        match self {
            Self::Fold { view, generation, .. } => format!("{view}/{generation}"),
            Self::Reaction { function, .. } => function.clone(),
        }
    }

    /// What it cannot follow: a stream, or `<stream>@<version>`.
    #[must_use]
    pub fn object(&self) -> String {
        match self {
            Self::Fold { stream, .. } => stream.to_string(),
            Self::Reaction { event, .. } => event.to_string(),
        }
    }

    /// The subject of these two texts.
    pub fn of(subscriber: &str, object: &str) -> Result<Self, NoSubject> {
        let parse = || match subscriber.split_once("/g") {
            Some((view, generation)) => Some(Self::Fold {
                view: view.to_owned(),
                generation: Generation(generation.parse().ok()?),
                stream: object.parse().ok()?,
            }),
            None => Some(Self::Reaction { function: subscriber.to_owned(), event: object.parse().ok()? }),
        };
        parse().ok_or(NoSubject)
    }
}

impl fmt::Display for Subject {
    /// One word, by which it can be asked for: `cart/g1:cart-…`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.subscriber(), self.object())
    }
}

/// Text that names no subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parked subject reads <view>/g<generation>:<stream> or <function>:<stream>@<version>")]
pub struct NoSubject;

impl FromStr for Subject {
    type Err = NoSubject;

    fn from_str(text: &str) -> Result<Self, NoSubject> {
        let (subscriber, object) = text.split_once(':').ok_or(NoSubject)?;
        Self::of(subscriber, object)
    }
}

/// Whether trying again can help by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Class {
    /// What is there cannot be understood: another release is needed, or a repair.
    Permanent,
    /// The store failed, for longer than everybody else was to wait.
    Transient,
}

/// What is noticed at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Who cannot follow, and what.
    pub subject: Subject,
    /// The commit it stopped before; that of the event, for a reaction.
    pub version: Version,
    /// The last version that was passed over on account of it; a note keeps the highest. Who follows again has to get
    /// so far at least, or what was passed over is never made up for.
    pub passed_over: Version,
    /// Why.
    pub error: String,
    /// Whether trying again can help by itself.
    pub class: Class,
    /// When.
    pub at: Timestamp,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The newest trouble.
    pub trouble: Trouble,
    /// How often it was noticed.
    pub attempts: u32,
    /// When it was noticed first.
    pub since: Timestamp,
}

impl Parked {
    /// When it is tried again on a schedule: after growing pauses.
    #[must_use]
    pub fn due_at(&self) -> Timestamp {
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.attempts.saturating_sub(1)));
        self.trouble.at.after(doubled.min(LONGEST_PAUSE))
    }
}

/// Some notes, and where the next ones begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// In the order of their subjects' texts.
    pub notes: Vec<Parked>,
    /// The subject of the last one that was read, where there are more.
    pub next: Option<Subject>,
}

/// The notes, one a subject.
pub trait ParkingLot: Send + Sync {
    /// Leaves a note; of an older one of the same subject it keeps since when, and the highest version that was passed
    /// over, and counts.
    fn park(&self, trouble: &Trouble) -> impl Future<Output = Result<(), ViewError>> + Send;

    /// The notes behind a subject, or the first ones: at most `limit`.
    fn notes(&self, after: Option<&Subject>, limit: usize) -> impl Future<Output = Result<Notes, ViewError>> + Send;

    /// The note of a subject, strongly consistent.
    fn note(&self, subject: &Subject) -> impl Future<Output = Result<Option<Parked>, ViewError>> + Send;

    /// Takes the note of a subject away, if nothing later than `upto` was passed over. True where none is left.
    fn clear(&self, subject: &Subject, upto: Version) -> impl Future<Output = Result<bool, ViewError>> + Send;
}

/// One that is made when it is needed for the first time.
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
