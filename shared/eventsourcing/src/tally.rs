//! One total's fold on its ports: what [`crate::Folds`] is to views.

use crate::advance::{AdvanceError, Advanced, Hint};
use crate::folds::{Followed, Redriven, Report};
use crate::log::EventLog;
use crate::parked::{Class, Parked, ParkingLot, Subject, Trouble};
use crate::ports::{Clock, Randomness};
use crate::rebuild::Fill;
use crate::stream::StreamName;
use crate::totals::{Ledger, Totals, advance_totals};
use crate::views::{Generation, ViewError};
use std::marker::PhantomData;

/// The totals `T`, and what they stand on.
pub struct Tally<T, L, R, P, H> {
    log: L,
    ledger: R,
    parked: P,
    host: H,
    totals: PhantomData<T>,
}

impl<T: Totals, L: EventLog, R: Ledger, P: ParkingLot, H: Clock + Randomness> Tally<T, L, R, P, H> {
    /// The totals on these ports.
    pub const fn new(log: L, ledger: R, parked: P, host: H) -> Self {
        Self { log, ledger, parked, host, totals: PhantomData }
    }

    /// The rows and checkpoints, and which generations of them there are.
    pub const fn ledger(&self) -> &R {
        &self.ledger
    }

    /// Adds every stream of the batch that is of the category, in each generation, at least up to the version that its
    /// hint speaks of.
    ///
    /// A stream that cannot be understood is parked, and the others go on. One that fails for a reason that may pass is
    /// answered for by its hint, to be delivered again. There is no budget: whoever delivers hints to one fold alone may
    /// count by itself how often it does.
    pub async fn follow(&self, hints: &[Hint]) -> Followed {
        let (positions, concerned): (Vec<_>, Vec<_>) =
            { hints.iter().cloned().enumerate() }.filter(|(_, hint)| hint.stream().category() == T::CATEGORY).unzip();
        let mut followed = Followed::default();
        if concerned.is_empty() {
            return followed;
        }
        let generations = match self.written().await {
            Ok(generations) => generations,
            Err(error) => {
                for (position, hint) in positions.into_iter().zip(&concerned) {
                    let (target, class) = (hint.target(), Class::Transient);
                    let error = format!("the generations are not known: {error}");
                    let subject = subject::<T>(Generation::FIRST, hint.stream());
                    let at = self.host.now();
                    followed.troubles.push(Trouble { subject, version: target, passed_over: target, error, class, at });
                    followed.failed.push(position);
                    let failed = Report { failed: 1, ..Report::default() };
                    followed.folds.entry(T::NAME).or_default().add(failed);
                }
                return followed;
            }
        };
        for generation in generations {
            let ends = self.advance(generation, &concerned).await;
            for ((position, hint), end) in positions.iter().zip(&concerned).zip(ends) {
                let report = match self.judge(generation, hint, end) {
                    Ok(report) => report,
                    Err(trouble) => {
                        // Without a note nothing may be passed over.
                        let parked = trouble.class == Class::Permanent && self.parked.park(&trouble).await.is_ok();
                        followed.troubles.push(trouble);
                        Report { parked: parked.into(), failed: (!parked).into(), ..Report::default() }
                    }
                };
                if report.failed > 0 {
                    followed.failed.push(*position);
                }
                followed.folds.entry(T::NAME).or_default().add(report);
            }
        }
        followed.failed.sort_unstable();
        followed.failed.dedup();
        followed
    }

    /// The generations that are kept up to date; registers the totals where they never were.
    async fn written(&self) -> Result<Vec<Generation>, ViewError> {
        let mut registered = self.ledger.registered().await?;
        if registered.registry.adopt(T::NAME, T::SCHEMA)
            && !self.ledger.register(&registered.registry, registered.changes).await?
        {
            registered = self.ledger.registered().await?;
        }
        Ok(registered.registry.written(T::NAME, T::SCHEMA, T::SCHEMA))
    }

    /// Tries a parked stream again, from the log.
    pub async fn redrive(&self, parked: &Parked) -> Result<Redriven, ViewError> {
        let Subject::Fold { stream, generation, .. } = &parked.trouble.subject else {
            return Ok(Redriven::Stuck("no fold: its event has to be published again".to_owned()));
        };
        if !self.written().await?.contains(generation) {
            return Ok(Redriven::Stuck(format!("no fold keeps {}/{generation}", T::NAME)));
        }
        let hint = Hint::of(stream.clone(), parked.trouble.passed_over);
        for end in self.advance(*generation, std::slice::from_ref(&hint)).await {
            if let Err(trouble) = self.judge(*generation, &hint, end) {
                self.parked.park(&trouble).await?;
                return Ok(Redriven::Stuck(trouble.error));
            }
        }
        self.parked.clear(&parked.trouble.subject, hint.target()).await?;
        Ok(Redriven::Follows(hint.target()))
    }

    async fn advance(&self, generation: Generation, hints: &[Hint]) -> Vec<Result<Advanced, AdvanceError>> {
        advance_totals::<T, _, _, _>(&self.log, &self.ledger, &self.host, generation, hints).await
    }

    /// What an end means for the stream.
    fn judge(
        &self,
        generation: Generation,
        hint: &Hint,
        end: Result<Advanced, AdvanceError>,
    ) -> Result<Report, Trouble> {
        let (version, class, error) = match end {
            Ok(Advanced::Already) => return Ok(Report { duplicates: 1, ..Report::default() }),
            Ok(Advanced::To(progress)) => return Ok(Report::of(&progress, self.host.now())),
            Ok(Advanced::Stuck { version, error }) => (version, Class::Permanent, error),
            Err(error) => {
                let (version, class) = error.verdict(hint);
                (version, class, error.to_string())
            }
        };
        let (subject, passed_over) = (subject::<T>(generation, hint.stream()), hint.target().max(version));
        Err(Trouble { subject, version, passed_over, error, class, at: self.host.now() })
    }
}

impl<T: Totals, L: EventLog, R: Ledger, P: ParkingLot, H: Clock + Randomness> Fill for Tally<T, L, R, P, H> {
    fn follows(&self, category: &str) -> bool {
        category == T::CATEGORY
    }

    async fn fill(&self, generation: Generation, hints: &[Hint]) -> Result<(), Box<Trouble>> {
        for (hint, end) in hints.iter().zip(self.advance(generation, hints).await) {
            match self.judge(generation, hint, end) {
                Ok(_) => {}
                Err(trouble) if trouble.class == Class::Permanent && self.parked.park(&trouble).await.is_ok() => {}
                Err(trouble) => return Err(Box::new(trouble)),
            }
        }
        Ok(())
    }
}

fn subject<T: Totals>(generation: Generation, stream: &StreamName) -> Subject {
    Subject::Fold { view: T::NAME.to_owned(), generation, stream: stream.clone() }
}
