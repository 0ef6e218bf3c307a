//! Which generations the folds keep up to date, and how a new one is filled.

use super::{Attempt, CONCURRENCY, Fold, Folds, Followed, Report};
use crate::advance::Hint;
use crate::generations::{Registered, Registry};
use crate::log::EventLog;
use crate::parked::{Class, ParkingLot, Trouble};
use crate::ports::Clock;
use crate::projection::Subscription;
use crate::rebuild::Fill;
use crate::views::{Generation, ViewError, Views};
use futures::{StreamExt, stream};

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> Folds<L, V, P, H> {
    /// What is registered, and every view of these folds with it.
    pub(super) async fn registry(&self) -> Result<Registry, ViewError> {
        let Registered { mut registry, changes } = self.views.registered().await?;
        let news = self.all.iter().filter(|fold| {
            let view = fold.subscription.name();
            registry.adopt(view, self.oldest(view))
        });
        if news.count() > 0 && !self.views.register(&registry, changes).await? {
            return self.views.registered().await.map(|registered| registered.registry);
        }
        Ok(registry)
    }

    /// The generations that a fold keeps up to date.
    pub(super) fn written(&self, registry: &Registry, subscription: &dyn Subscription) -> Vec<Generation> {
        let (view, schema) = (subscription.name(), subscription.schema());
        registry.written(view, schema, self.oldest(view))
    }

    /// The lowest number that a fold of the view has.
    fn oldest(&self, view: &str) -> u32 {
        let folds = self.all.iter().filter(|fold| fold.subscription.name() == view);
        folds.map(|fold| fold.subscription.schema()).min().unwrap_or(1)
    }

    /// Nothing was followed, since nobody knows which generations there are.
    pub(super) fn unregistered(&self, hints: &[Hint], error: &ViewError) -> Followed {
        let mut followed = Followed::default();
        for (position, hint) in hints.iter().enumerate() {
            let concerned = |fold: &&Fold| fold.subscription.follows(hint.stream().category());
            let Some(fold) = self.all.iter().find(concerned) else { continue };
            followed.failed.push(position);
            let (target, class) = (hint.target(), Class::Transient);
            let error = format!("the generations are not known: {error}");
            followed.troubles.push(self.trouble(fold, Generation::FIRST, hint, target, error, class));
            let failed = Report { failed: 1, ..Report::default() };
            followed.folds.entry(fold.subscription.name()).or_default().add(failed);
        }
        followed
    }

    /// What fills the rows of a view by one of its folds; none where there is no such fold.
    #[must_use]
    pub fn filling(&self, view: &str, schema: u32) -> Option<Filling<'_, L, V, P, H>> {
        let fold = self.all.iter().find(|fold| {
            let subscription = fold.subscription.as_ref();
            subscription.name() == view && subscription.schema() == schema
        })?;
        Some(Filling { folds: self, fold })
    }

    /// The view of that name, if there is a fold of it.
    #[must_use]
    pub fn named(&self, view: &str) -> Option<&'static str> {
        self.all.iter().map(|fold| fold.subscription.name()).find(|name| *name == view)
    }

    /// The numbers of the folds that a view has, in order.
    #[must_use]
    pub fn schemas(&self, view: &str) -> Vec<u32> {
        let folds = self.all.iter().filter(|fold| fold.subscription.name() == view);
        let mut schemas: Vec<_> = folds.map(|fold| fold.subscription.schema()).collect();
        schemas.sort_unstable();
        schemas
    }
}

/// What fills the rows of a view.
pub struct Filling<'a, L, V, P, H> {
    folds: &'a Folds<L, V, P, H>,
    fold: &'a Fold,
}

impl<L: EventLog, V: Views, P: ParkingLot, H: Clock> Fill for Filling<'_, L, V, P, H> {
    fn follows(&self, category: &str) -> bool {
        self.fold.subscription.follows(category)
    }

    async fn fill(&self, generation: Generation, hints: &[Hint]) -> Result<(), Box<Trouble>> {
        let mut attempts = Vec::new();
        for hint in hints {
            attempts.push(self.folds.attempt(self.fold, generation, hint));
        }
        let mut attempts = stream::iter(attempts).buffer_unordered(CONCURRENCY);
        while let Some(attempt) = attempts.next().await {
            match attempt {
                Attempt::Done(_) => {}
                Attempt::Failed(trouble) => return Err(Box::new(trouble)),
                Attempt::Parked(trouble) => {
                    // Without a note nothing may be passed over.
                    if let Err(error) = self.folds.parked.park(&trouble).await {
                        let error = format!("{}, which could not be noted: {error}", trouble.error);
                        return Err(Box::new(Trouble { error, class: Class::Transient, ..trouble }));
                    }
                }
            }
        }
        Ok(())
    }
}
