//! After the faults: waiting processes get time, operators retry parked notes, and the views are compared.

use super::Run;
use crate::Defect;
use crate::defects::unnumbered;
use crate::judge::{Invariant, Violation, settled};
use crate::setting::Net;
use crate::traffic::operator::{ask, names};
use crate::world::Host;
use foldlog::read::generations::Registry;
use foldlog::read::parked::Class;
use foldlog::verify::{TotalsVerification, Verification};
use foldlog::write::decider::fold;
use foldlog::{Decider, Generations, LogScan, ParkingLot, StreamName, Timestamp};
use foldlog_lambda::Error;
use foldlog_testing::memory::DAMAGED;
use http::Method;
use serde_json::{Value, json};
use shop_domain::payment;
use shop_domain::streams::stream_types;
use shop_domain::values::CardToken;
use shop_domain::views::{ReadModels, read_models};
use shop_payments::{Payment, Reference, Standing};
use std::collections::BTreeMap;

/// The number of minutes that the waiting processes get,
const MOST_MINUTES: usize = 300;
/// and the number if the re-check cannot find all of them.
const FEW_MINUTES: usize = 3;

impl Run {
    /// Lets minutes pass until no order waits.
    pub(super) fn wait_for_those_who_wait(&mut self) -> Result<(), Violation> {
        let mut looked_at = None;
        // Before the run through the whole log, a waiting process may have no row, and then the re-check cannot find
        // it.
        let minutes = if self.reconciled || self.world.net == Net::Recheck { MOST_MINUTES } else { FEW_MINUTES };
        for _ in 0..minutes {
            // Without a commit, a waiting order continues to wait.
            let length = self.world.stores.log.len();
            if looked_at.replace(length) != Some(length) && !self.somebody_waits() {
                break;
            }
            self.minute = Timestamp(self.minute.0 + 60_000);
            // Hints on their way may have taken longer than that.
            self.world.pass((self.minute.0 - self.world.now().0).max(0));
            if !self.world.has(Defect::NoRecheck) {
                self.fire("recheck", self.minute);
            }
            self.fire("deadlines", self.minute);
            self.drain()?;
        }
        Ok(())
    }

    /// Whether the log has a waiting order.
    fn somebody_waits(&self) -> bool {
        !settled(&self.world.stores.log.journal(0))
    }

    /// The operators retry all parked notes once all releases are new.
    pub(super) fn operate(&mut self) -> Result<(), Violation> {
        let world = self.world.clone();
        self.work(async move {
            let _ = ask(&world, Method::POST, "/ops/lost/redrive", json!({})).await;
            let mut path = "/ops/parked".to_owned();
            let mut ids = vec![];
            while let Some(page) = ask(&world, Method::GET, &path, Value::Null).await {
                let items = page.body["items"].as_array().cloned().unwrap_or_default();
                ids.extend(items.iter().filter_map(|item| item["id"].as_str().map(ToOwned::to_owned)));
                match page.body["next"].as_str() {
                    Some(next) => next.clone_into(&mut path),
                    None => break,
                }
            }
            for id in ids {
                let path = format!("/ops/parked/{id}/redrive");
                let _ = ask(&world, Method::POST, &path, json!({})).await;
            }
        })?;
        self.drain()
    }

    /// The operators ask again for what is not finished of a rebuild or a cleanup: its execution may have failed.
    pub(super) fn finish_rebuilds(&mut self) -> Result<(), Violation> {
        for _ in 0..2 {
            let registry = self.registry()?;
            let unfinished =
                names().into_iter().filter(|view| registry.sets(view).is_some_and(|sets| sets.unfinished().is_some()));
            let (world, unfinished) = (self.world.clone(), unfinished.collect::<Vec<_>>());
            self.work(async move {
                for view in unfinished {
                    let _ = ask(&world, Method::POST, &format!("/ops/projections/{view}/rebuild"), json!({})).await;
                }
            })?;
            self.drain()?;
        }
        let registry = self.registry()?;
        let open = names().into_iter().find(|view| registry.sets(view).is_some_and(|sets| sets.under_way().is_some()));
        let open =
            open.map(|view| Violation::new(Invariant::ComesToAnEnd, format!("the rebuild of {view} has not ended")));
        open.map_or(Ok(()), Err)
    }

    /// Sends readers to each new generation that is complete, so that its rows are judged; whether there was one.
    pub(super) fn flip(&mut self) -> Result<bool, Violation> {
        let world = self.world.clone();
        self.work(async move {
            let mut flipped = false;
            for view in names() {
                let flip = json!({ "despite_differences": true });
                flipped |= ask(&world, Method::POST, &format!("/ops/projections/{view}/flip"), flip).await.is_some();
            }
            flipped
        })
    }

    fn registry(&mut self) -> Result<Registry, Violation> {
        let views = self.world.stores.views.store().clone();
        let registered = self.work(async move { views.registered().await })?;
        registered
            .map(|registered| registered.registry)
            .map_err(|error| Violation::new(Invariant::ComesToAnEnd, error.to_string()))
    }

    /// An operator has the whole log read, and the schedule goes on with what is left.
    pub(super) fn read_whole_log(&mut self) -> Result<(), Violation> {
        let world = self.world.clone();
        self.work(async move {
            let _ = ask(&world, Method::POST, "/ops/reconcile", json!({})).await;
        })?;
        self.drain()?;
        self.fire("resume", self.world.now());
        self.drain()
    }

    /// A damaged row is parked as what no repetition mends, and no batch of the log's stream comes again and again because
    /// of it. Somebody puts the row back, and the operators retry the notes about it.
    pub(super) fn only_damage_is_left(&mut self) -> Result<(), Violation> {
        self.none_is_parked(|(class, error)| class != Class::Permanent && error.contains(DAMAGED))?;
        if let Some(key) = self.world.hints().lost_batch() {
            return Err(Violation::new(Invariant::NothingParked, format!("the batch {key} is not made up for")));
        }
        self.world.stores.views.store().repair();
        self.operate()
    }

    /// Whether there is no note with these classes and reasons.
    pub(super) fn none_is_parked(&mut self, which: impl Fn((Class, &str)) -> bool) -> Result<(), Violation> {
        let parked = self.world.stores.parked.store().clone();
        let notes = self.work(async move { parked.notes(None, usize::MAX).await })?.unwrap_or_default().notes;
        let mut wrong = notes.into_iter().map(|note| note.trouble);
        match wrong.find(|trouble| which((trouble.class, &trouble.error))) {
            Some(trouble) => {
                let detail = format!("{}: {} ({})", trouble.subject, trouble.error, trouble.class);
                Err(Violation::new(Invariant::NothingParked, detail))
            }
            None => Ok(()),
        }
    }

    /// Whether provider and shop agree about each payment.
    pub(super) fn money(&self) -> Result<(), Violation> {
        let erased = self.erased()?;
        let mut theirs = self.world.books.sandbox.payments();
        let mut ours: BTreeMap<StreamName, payment::State> = BTreeMap::new();
        for commit in self.world.stores.log.journal(0) {
            if commit.stream.category() == payment::Payment::CATEGORY {
                let events = commit.events.decode().map_err(|error| differ(&commit.stream, &error))?;
                let state = ours.entry(commit.stream).or_default();
                *state = fold::<payment::Payment>(std::mem::take(state), &events);
            }
        }
        for (stream, state) in ours {
            let reference = stream.id().parse::<Reference>().map_err(|error| differ(&stream, &error))?;
            let theirs = theirs.remove(&reference).map(|theirs| unnumbered(&self.world, theirs));
            let payment::State::Created { charge, status, refunds, .. } = &state else {
                return Err(differ(&stream, &"it has no charge"));
            };
            // The shop must have recorded exactly the payments that the provider knows, except for the end of a hold
            // that it was not told of.
            let recorded = |theirs: &Payment| {
                let known = |command| payment::Payment::decide(&state, &command).is_ok_and(|events| events.is_empty());
                let untold = *status == payment::Status::Authorised && theirs.standing == Standing::Voided;
                let disputed = !matches!(status, payment::Status::Captured | payment::Status::Authorised);
                let given_back = theirs.refunds.iter().map(|part| part.amount.amount()).sum::<i64>();
                let same_parts = given_back == refunds.sum() && given_back <= theirs.amount.amount();
                (untold || theirs.commands().into_iter().all(known))
                    && (charge.amount == theirs.amount || disputed)
                    && same_parts
            };
            // A card that was erased cannot be charged.
            let is_erased = CardToken::owner(&charge.card).is_some_and(|account| erased.contains(&account));
            let is_uncharged = is_erased && matches!(status, payment::Status::Declined(_));
            let agrees = theirs.as_ref().map_or(is_uncharged, recorded);
            if !agrees {
                return Err(differ(&stream, &format!("{state:?} here, {theirs:?} at the provider")));
            }
        }
        match theirs.into_iter().next() {
            Some((reference, payment)) => {
                Err(Violation::new(Invariant::Agreement, format!("the provider alone knows {reference}: {payment:?}")))
            }
            None => Ok(()),
        }
    }

    /// Whether all generations are what the log says: those that are read, and the complete ones after them.
    pub(super) fn read_models(&mut self) -> Result<(), Violation> {
        self.views()?;
        if self.flip()? { self.views() } else { Ok(()) }
    }

    /// Whether every row is the fold of its stream, and every total the fold of all streams.
    fn views(&mut self) -> Result<(), Violation> {
        let host = Host::new(&self.world);
        let (log, views, totals_store) = (
            self.world.stores.log.clone(),
            self.world.stores.views.store().clone(),
            self.world.stores.totals_store.store().clone(),
        );
        let verified = self.work(async move {
            let streams: Vec<StreamName> = log.heads().await?.into_iter().map(|(stream, _)| stream).collect();
            let registry = &totals_store.registered().await?.registry;
            let types = &stream_types();
            let ReadModels { views: subscriptions, totals: folds } = &read_models();
            let rows = Verification { log: &log, views: &views, host: &host, subscriptions, registry, types };
            rows.run(&streams, || {}).await?;
            let totals = TotalsVerification { log: &log, totals_store: &totals_store, host: &host, folds, registry };
            totals.run(&streams).await?;
            Ok::<_, Error>(())
        })?;
        verified.map_err(|error| Violation::new(Invariant::ViewsAreFolds, error.to_string()))
    }
}

fn differ(stream: &StreamName, error: &dyn std::fmt::Display) -> Violation {
    Violation::new(Invariant::Agreement, format!("{stream}: {error}"))
}
