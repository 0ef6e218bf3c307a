//! What comes of a stream that was to be followed: what it means for the stream, and what is noted of it.

use super::{Redriven, Report};
use crate::read::advance::{AdvanceError, Advanced, Hint};
use crate::read::parked::{Class, Parked, ParkingLot, Subject, Trouble};
use crate::read::views::{Generation, ViewError};
use crate::time::Timestamp;

/// What an end means for the stream: it is followed, or it cannot be understood, or it failed for a reason that may pass.
pub(crate) fn judge(
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
        Err(error) => {
            let (version, class) = error.verdict(hint);
            (version, class, error.to_string())
        }
    };
    let subject = Subject::Fold { view: view.to_owned(), generation, stream: hint.stream().clone() };
    Err(Trouble { subject, version, passed_over: hint.target().max(version), error, class, at })
}

/// Notes what cannot be understood while a generation is filled; what may pass is the error.
pub(crate) async fn pass_over<P: ParkingLot>(parked: &P, judged: Result<Report, Trouble>) -> Result<(), Box<Trouble>> {
    let Err(trouble) = judged else { return Ok(()) };
    if trouble.class == Class::Transient {
        return Err(Box::new(trouble));
    }
    // Without a note nothing may be passed over.
    parked.park(&trouble).await.map_err(|error| {
        let error = format!("{}, which could not be noted: {error}", trouble.error);
        Box::new(Trouble { error, class: Class::Transient, ..trouble })
    })
}

/// A stream that is to be tried again.
pub(crate) struct Redrive<'a> {
    subject: &'a Subject,
    pub(crate) view: &'a str,
    pub(crate) generation: Generation,
    pub(crate) hint: Hint,
}

impl<'a> Redrive<'a> {
    /// That of a note, up to what was passed over; what came of it already, where the note is of no fold.
    pub(crate) fn of(note: &'a Parked) -> Result<Self, Redriven> {
        let subject = &note.trouble.subject;
        match subject {
            Subject::Fold { view, generation, stream } => {
                let hint = Hint::of(stream.clone(), note.trouble.passed_over);
                Ok(Self { subject, view, generation: *generation, hint })
            }
            Subject::Reaction { .. } => Err(Redriven::Stuck("no fold: its event has to be published again".to_owned())),
        }
    }

    /// What comes of it where no fold keeps the rows.
    pub(crate) fn unkept(&self) -> Redriven {
        Redriven::Stuck(format!("no fold keeps {}", self.subject.subscriber()))
    }

    /// What came of it: the note is taken away, or says what is wrong now.
    pub(crate) async fn settle<P: ParkingLot>(
        &self,
        parked: &P,
        end: Result<Advanced, AdvanceError>,
        at: Timestamp,
    ) -> Result<Redriven, ViewError> {
        let version = match &end {
            Ok(Advanced::To(progress)) => progress.version,
            Ok(Advanced::Already | Advanced::Stuck { .. }) | Err(_) => self.hint.target(),
        };
        if let Err(trouble) = judge(self.view, self.generation, &self.hint, end, at) {
            parked.park(&trouble).await?;
            return Ok(Redriven::Stuck(trouble.error));
        }
        parked.clear(self.subject, version).await?;
        Ok(Redriven::Follows(version))
    }
}
