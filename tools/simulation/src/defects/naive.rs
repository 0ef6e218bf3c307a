//! Projections as a developer would write them without the kit: one commit after another. Each rule is a line that a
//! defect leaves out. They know neither generations nor damaged rows, so their storms have none.

use super::Defect;
use crate::stores::{Log, Parked, Views};
use crate::world::Host;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog::read::parked::{Class, Subject, Trouble};
use foldlog::read::projection::Folded;
use foldlog::read::views::{Generation, RowKey};
use foldlog::write::log::ReadOptions;
use foldlog::{Clock, Commit, Consistency, EventLog, ParkingLot, Row, Subscription, Version, Views as _, Written};
use foldlog_dynamo::item::commit_of;
use foldlog_functions::Ports;
use foldlog_lambda::stream::{Change, answer, records};
use foldlog_lambda::{Error, Function, SettingError};
use shop_domain::views::read_models;

/// The maximum number of folds of a row after lost races.
const ATTEMPTS: u32 = 8;

/// The projector, naively.
pub(crate) struct Naive {
    log: Log,
    views: Views,
    parked: Parked,
    host: Host,
    subscriptions: Vec<Box<dyn Subscription>>,
}

impl Function for Naive {
    type Event = Event;
    type Answer = DynamoDbEventResponse;

    async fn call(&self, event: Event) -> Result<DynamoDbEventResponse, Error> {
        for record in records(event) {
            let Change::Added(item) = record.change else { continue };
            let commit = commit_of(item)?;
            for fold in self.subscriptions.iter().filter(|fold| fold.follows(commit.stream.category())) {
                if self.follow(fold.as_ref(), &commit).await.is_err() {
                    return Ok(answer(Some(&record.sequence_number)));
                }
            }
        }
        Ok(answer(None))
    }
}

impl Naive {
    /// The projector on the ports of a run.
    pub(crate) fn on<P>(ports: &P) -> Result<Self, SettingError>
    where
        P: Ports<Log = Log, Views = Views, ParkingLot = Parked, Host = Host>,
    {
        let (log, views, parked, host) = (ports.log()?, ports.views([])?, ports.parked()?, ports.host());
        Ok(Self { log, views, parked, host, subscriptions: ports.subscriptions(read_models().views) })
    }

    async fn follow(&self, fold: &dyn Subscription, commit: &Commit) -> Result<(), Error> {
        let place = RowKey { view: fold.name(), generation: Generation::FIRST, key: fold.key(&commit.stream) };
        for _ in 0..ATTEMPTS {
            let row = self.views.row(&place, Consistency::Strong).await?;
            let seen = row.as_ref().map_or(Version::NONE, |row| row.version);
            if seen >= commit.last_version() {
                return Ok(());
            }
            let next = self.next(commit, seen).await?;
            let folded = self.folded(fold, row.as_ref(), &next).await?;
            let Some(folded) = folded else { return Ok(()) };
            for (key, link) in fold.pointers(row.as_ref(), &next) {
                self.views.write(&RowKey { key, ..place.clone() }, &link, Version::NONE).await?;
            }
            let next = folded;
            let mut seen = seen;
            if self.host.world.has(Defect::CheckpointBeforeResult) {
                let document = row.as_ref().map_or("null", |row| row.document.as_str()).to_owned();
                let index = row.as_ref().map(|row| row.index.clone()).unwrap_or_default();
                let checkpoint = Row { document, index, ..next.clone() };
                if let Written::No(_) = self.views.write(&place, &checkpoint, seen).await? {
                    continue;
                }
                seen = next.version;
            }
            if let Written::Yes = self.views.write(&place, &next, seen).await? {
                return Ok(());
            }
        }
        Err("others were first again and again".into())
    }

    /// The commits that a row lacks.
    async fn next(&self, commit: &Commit, seen: Version) -> Result<Vec<Commit>, Error> {
        if commit.version == seen.next() || self.host.world.has(Defect::ContiguityUnchecked) {
            return Ok(vec![commit.clone()]);
        }
        if self.host.world.has(Defect::GapRepairedEventually) {
            let whole = ReadOptions::newest(u32::MAX, Consistency::Eventual);
            let history = self.log.load(&commit.stream, whole).await?;
            return Ok(history.commits().iter().filter(|commit| commit.version > seen).cloned().collect());
        }
        Ok(self.log.since(&commit.stream, seen).await?)
    }

    /// The row after these commits, up to the first that cannot be read; none if the first one cannot.
    async fn folded(&self, fold: &dyn Subscription, row: Option<&Row>, next: &[Commit]) -> Result<Option<Row>, Error> {
        let Folded { row: mut folded, failed } = fold.fold(row, next);
        let Some((version, error)) = failed else { return Ok(folded) };
        let Some(stuck) = next.iter().find(|commit| commit.version == version) else { return Ok(folded) };
        let subject =
            Subject::Fold { view: fold.name().to_owned(), generation: Generation::FIRST, stream: stuck.stream.clone() };
        let passed_over = next.last().map_or(version, Commit::last_version);
        let at = self.host.now();
        self.parked.park(&Trouble { subject, version, passed_over, error, class: Class::Permanent, at }).await?;
        if self.host.world.has(Defect::ParkedNotHeldBack) {
            let before = folded.take().or_else(|| row.cloned());
            let nothing = Row { document: "null".to_owned(), version, hash: stuck.hash, index: [].into() };
            folded = Some(Row { version: stuck.last_version(), hash: stuck.hash, ..before.unwrap_or(nothing) });
        }
        Ok(folded)
    }
}
