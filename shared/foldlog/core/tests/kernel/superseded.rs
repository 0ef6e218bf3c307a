//! A changed projection: it is rebuilt beside the old one, each on its own rows, and the two are never mixed up.

use crate::counter::{Add, Counted, Counter, StillHost, Sums, keyed, stream};
use foldlog::read::generations::{Set, Sets, Stage, SwitchError, Switched, change};
use foldlog::read::projection::DocumentReader;
use foldlog::read::projection::{PerStream, subscriptions_of};
use foldlog::read::views::Generation;
use foldlog::rebuild::{self, Phase, Request};
use foldlog::{
    Commands, Consistency, EventId, Generations, Hint, Projection, ProjectionEngine, Reader, Recorded, Subscription,
    Timestamp, Version, ViewError, Views,
};
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryViews};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

/// [`Sums`] as the next release has them: the highest addition too, and the sum doubled.
struct Extremes;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Extreme {
    sum: u32,
    /// None if the old projection did not keep it.
    highest: Option<u32>,
}

impl From<(u32, u32)> for Extreme {
    fn from((sum, _): (u32, u32)) -> Self {
        Self { sum, highest: None }
    }
}

impl Projection for Extremes {
    const NAME: &'static str = Sums::NAME;
    const VERSION: u32 = 2;
    type Decider = Counter;
    type Document = Extreme;

    fn apply(document: Option<Extreme>, recorded: &Recorded<'_, Counted>) -> Option<Extreme> {
        let Counted::Added { by } = recorded.event;
        let before = document.unwrap_or(Extreme { sum: 0, highest: None });
        Some(Extreme { sum: before.sum + by, highest: before.highest.max(Some(by)) })
    }

    fn index(_: &Extreme) -> Vec<(&'static str, String)> {
        vec![]
    }

    fn folds() -> Vec<Box<dyn DocumentReader<Extreme>>> {
        vec![Box::new(PerStream::<Sums>::new()), Box::new(PerStream::<Self>::new())]
    }
}

type Engine = ProjectionEngine<MemoryLog, MemoryViews, MemoryParked, StillHost>;

#[derive(Default)]
struct Ground {
    log: MemoryLog,
    views: MemoryViews,
}

impl Ground {
    fn release(&self, subscriptions: Vec<Box<dyn Subscription>>) -> Engine {
        let parked = MemoryParked::default();
        ProjectionEngine::new(self.log.clone(), self.views.clone(), parked, StillHost::default(), subscriptions)
    }

    /// One more addition, which the projections of a release follow.
    async fn added(&self, by: u32, release: &Engine) {
        let commands = Commands::<Counter, _, _>::new(self.log.clone(), StillHost::default());
        let version = self.log.commits(&stream()).len() as u64;
        commands.execute(&stream(), &Add(by), &keyed(&version.to_string(), Add(by))).await.unwrap();
        let followed = release.follow(&[Hint::of(stream(), Version(version + 1))]).await;
        assert!(followed.troubles.is_empty(), "{followed:?}");
    }

    /// The row of a generation, and its version.
    async fn stored(&self, generation: u32) -> Option<(String, u64)> {
        let generation = Generation(generation);
        let place = foldlog::read::views::RowKey { view: Sums::NAME, generation, key: "1".to_owned() };
        let row = self.views.row(&place, Consistency::Strong).await.unwrap();
        row.map(|row| (row.document, row.version.0))
    }

    /// The document that a release with these projections shows.
    async fn shown<D>(&self, folds: Vec<Box<dyn DocumentReader<D>>>) -> Result<Option<D>, ViewError> {
        let reader = Reader::of(&self.views, folds).await?;
        let row = self.views.row(&reader.place(&stream()), Consistency::Strong).await?;
        row.map_or(Ok(None), |row| reader.document(&row))
    }

    /// Fills and compares a new generation of the newest projection, and returns the comparison.
    async fn rebuilt(&self, release: &Engine) -> rebuild::Plan {
        let (oldest, schema) = (release.versions(Sums::NAME)[0], *release.versions(Sums::NAME).last().unwrap());
        let id = EventId { stream: "audit-1".parse().unwrap(), version: Version(1) };
        let stage = Stage::Filling { parts: 2, commits: 3 };
        let set = Set { schema, stage, since: Timestamp(1), asked: Some(id.clone()) };
        let mut request = Request::Rebuild { id, set, oldest };
        loop {
            let plan = rebuild::plan(&self.views, Sums::NAME, &request).await.unwrap();
            if plan.work.is_empty() {
                return plan;
            }
            request = Request::GoOn;
            for work in &plan.work {
                let (host, views) = (StillHost::default(), &self.views);
                let done = match work.phase {
                    Phase::Fill => {
                        let filling = release.filling(Sums::NAME, schema).unwrap();
                        rebuild::fill(&self.log, &filling, views, &host, work, MINUTE).await
                    }
                    Phase::Compare => {
                        let filling = release.filling(Sums::NAME, schema).unwrap();
                        rebuild::compare(views, Sums::NAME, &filling, views, &host, work, MINUTE).await
                    }
                    Phase::Sweep => rebuild::sweep(views, views, &host, work, MINUTE).await,
                };
                assert!(done.unwrap(), "{work}");
            }
        }
    }

    /// Sends readers to the generation that `decide` names, as the record of that version says.
    async fn switch(&self, record: u64, decide: fn(&Sets) -> Result<Switched, SwitchError>) {
        let id = EventId { stream: "audit-1".parse().unwrap(), version: Version(record) };
        let switched = change(&self.views, |registry| {
            let sets = registry.sets_mut(Sums::NAME).unwrap();
            let to = decide(sets)?.to;
            sets.switch(&id, to)
        });
        switched.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn both_folds_make_and_read_their_own_rows_until_the_old_one_goes() {
    let ground = Ground::default();
    let before = ground.release(subscriptions_of::<Sums>());
    ground.added(5, &before).await;
    ground.added(2, &before).await;

    // The release with the new projection goes on with the old one's rows, and shows what they contain.
    let both = ground.release(subscriptions_of::<Extremes>());
    assert_eq!(both.versions(Sums::NAME), [1, 2]);
    ground.added(3, &both).await;
    assert_eq!(ground.stored(1).await, Some(("[10,3]".to_owned(), 3)));
    assert_eq!(ground.stored(2).await, None);
    let old = Extreme { sum: 10, highest: None };
    assert_eq!(ground.shown(Extremes::folds()).await.unwrap(), Some(old.clone()));

    // Both are written from the rebuild on, and readers stay with the old one.
    ground.rebuilt(&both).await;
    assert_eq!(ground.shown(Extremes::folds()).await.unwrap(), Some(old));
    ground.added(4, &both).await;
    assert_eq!(ground.stored(1).await, Some(("[14,4]".to_owned(), 4)));
    assert_eq!(ground.stored(2).await, Some((r#"{"sum":14,"highest":5}"#.to_owned(), 4)));

    ground.switch(2, |sets| sets.newer(false)).await;
    let new = Extreme { sum: 14, highest: Some(5) };
    assert_eq!(ground.shown(Extremes::folds()).await.unwrap(), Some(new));
    ground.switch(3, Sets::older).await;
    assert_eq!(ground.shown(Extremes::folds()).await.unwrap(), Some(Extreme { sum: 14, highest: None }));
    ground.switch(4, |sets| sets.newer(false)).await;

    // The release after the switch has the new projection alone: the old one's rows do not change any longer.
    let after = ground.release(vec![Box::new(PerStream::<Extremes>::new())]);
    ground.added(9, &after).await;
    assert_eq!(ground.stored(1).await, Some(("[14,4]".to_owned(), 4)));
    assert_eq!(ground.stored(2).await, Some((r#"{"sum":23,"highest":9}"#.to_owned(), 5)));
}

#[tokio::test]
async fn rows_of_a_fold_that_a_release_has_not_are_neither_read_nor_written() {
    let ground = Ground::default();
    let before = ground.release(subscriptions_of::<Sums>());
    ground.added(5, &before).await;
    // A release that brings the new projection without the old one.
    let hasty = ground.release(vec![Box::new(PerStream::<Extremes>::new())]);
    ground.added(2, &hasty).await;
    assert_eq!(ground.stored(1).await, Some(("[5,1]".to_owned(), 1)));
    let only: Vec<Box<dyn DocumentReader<Extreme>>> = vec![Box::new(PerStream::<Extremes>::new())];
    let refused = ground.shown(only).await.unwrap_err();
    assert_eq!(refused.to_string(), "the view cannot be used: sums/g1 is of fold 1, of which this release has none");

    // And the other way round, once readers were switched.
    let both = ground.release(subscriptions_of::<Extremes>());
    ground.added(3, &both).await;
    assert_eq!(ground.stored(1).await, Some(("[10,3]".to_owned(), 3)));
    ground.rebuilt(&both).await;
    ground.switch(5, |sets| sets.newer(false)).await;
    ground.added(1, &before).await;
    assert_eq!(ground.stored(2).await, Some((r#"{"sum":10,"highest":5}"#.to_owned(), 3)));
    assert!(matches!(ground.shown(Sums::folds()).await, Err(ViewError::Unusable(_))));
    assert_eq!(ground.views.current(Sums::NAME).await.unwrap().schema, Some(2));
}
