//! The result of following a stream: what it means for the stream, and the note that it leaves.

use super::{Redriven, Report};
use crate::read::advance::{AdvanceError, Advanced, Hint};
use crate::read::generations::Registry;
use crate::read::parked::{Class, Parked, ParkingLot, Subject, Trouble};
use crate::read::views::{Generation, ViewError};
use crate::stream::Version;
use crate::time::Timestamp;

/// The meaning of a result for the stream: it is followed, or it cannot be understood, or it failed for a reason that
/// may pass.
pub(crate) fn classify(
    view: &str,
    generation: Generation,
    hint: &Hint,
    end: Result<Advanced, AdvanceError>,
    at: Timestamp,
) -> Result<Report, Trouble> {
    let (version, class, error) = match end {
        Ok(Advanced::Already) => return Ok(Report { duplicates: 1, ..Report::default() }),
        Ok(Advanced::To(progress)) => return Ok(Report::of(&progress, at)),
        Ok(Advanced::Stuck { version, error }) => (version, Class::Permanent, error),
        Ok(Advanced::Behind(version)) => {
            let error = format!("the row is at {version}, far behind {}: it is brought up in steps", hint.target());
            (version, Class::Transient, error)
        }
        Err(error) => {
            let (version, class) = error.verdict(hint);
            (version, class, error.to_string())
        }
    };
    let subject = Subject::Fold { view: view.to_owned(), generation, stream: hint.stream().clone() };
    Err(Trouble { subject, version, passed_over: hint.target().max(version), error, class, at })
}

/// Parks what cannot be understood while a generation is filled. A failure that may pass is the error.
pub(crate) async fn pass_over<P: ParkingLot>(parked: &P, outcome: Result<Report, Trouble>) -> Result<(), Box<Trouble>> {
    let Err(trouble) = outcome else { return Ok(()) };
    if trouble.class == Class::Transient {
        return Err(Box::new(trouble));
    }
    // Nothing may be passed over without a note.
    parked.park(&trouble).await.map_err(|error| {
        let error = format!("{}, which could not be noted: {error}", trouble.error);
        Box::new(Trouble { error, class: Class::Transient, ..trouble })
    })
}

/// A stream that is tried again.
pub(crate) struct Redrive<'a> {
    trouble: &'a Trouble,
    subject: &'a Subject,
    pub(crate) view: &'a str,
    pub(crate) generation: Generation,
    pub(crate) hint: Hint,
}

impl<'a> Redrive<'a> {
    /// The stream of a note, up to the version that was passed over; or the result already, if the note belongs to no
    /// projection.
    pub(crate) fn of(note: &'a Parked) -> Result<Self, Redriven> {
        let subject = &note.trouble.subject;
        match subject {
            Subject::Fold { view, generation, stream } => {
                let hint = Hint::of(stream.clone(), note.trouble.passed_over);
                Ok(Self { trouble: &note.trouble, subject, view, generation: *generation, hint })
            }
            Subject::Reaction { .. } | Subject::Message { .. } => {
                Err(Redriven::Stuck("no fold: what it names has to be delivered again".to_owned()))
            }
        }
    }

    /// The result if no projection keeps the rows. The note of a generation that was given up is removed: a fold that was
    /// late may have left it when all others were removed. Otherwise it counts as an attempt, so that others come before
    /// the next one.
    pub(crate) async fn unkept<P: ParkingLot>(
        &self,
        registry: &Registry,
        parked: &P,
        at: Timestamp,
    ) -> Result<Redriven, ViewError> {
        if registry.sets(self.view).is_some_and(|sets| sets.is_given_up(self.generation)) {
            parked.clear(self.subject, Version(u64::MAX)).await?;
            return Ok(Redriven::GivenUp);
        }
        let error = format!("no fold keeps {}", self.subject.subscriber());
        parked.park(&Trouble { error: error.clone(), at, ..self.trouble.clone() }).await?;
        Ok(Redriven::Stuck(error))
    }

    /// The result of the attempt: the note is removed, or updated with the present error.
    pub(crate) async fn settle<P: ParkingLot>(
        &self,
        parked: &P,
        end: Result<Advanced, AdvanceError>,
        at: Timestamp,
    ) -> Result<Redriven, ViewError> {
        let version = match &end {
            Ok(Advanced::To(progress)) => progress.version,
            Ok(Advanced::Already | Advanced::Behind(_) | Advanced::Stuck { .. }) | Err(_) => self.hint.target(),
        };
        if let Err(trouble) = classify(self.view, self.generation, &self.hint, end, at) {
            parked.park(&trouble).await?;
            return Ok(Redriven::Stuck(trouble.error));
        }
        parked.clear(self.subject, version).await?;
        Ok(Redriven::Follows(version))
    }
}
