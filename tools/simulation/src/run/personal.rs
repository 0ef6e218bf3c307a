//! Personal data: sealed wherever they are kept, and out of reach once they were erased.

use super::Run;
use crate::actions::{BRAND, EMAIL, PERSON};
use crate::gateway::{Sent, send};
use crate::judge::{Invariant, Violation};
use crate::traffic::{operator::ask, subjects};
use crate::wire::ISSUER;
use foldlog::seal::{KeyStore, REMEMBERED, Standing};
use foldlog::write::event::DecodeError;
use foldlog::write::identity::subject_id;
use foldlog::{Consistency, Decider, ParkingLot, Snapshot, Views};
use http::Method;
use serde_json::{Value, json};
use shop_domain::account::{self, Account};
use shop_domain::audit::{Audit, Event};
use shop_domain::values::AccountId;
use std::collections::BTreeSet;

/// What only customers tell the shop. All their cards have tokens that begin so.
const PERSONAL: [&str; 4] = [PERSON, EMAIL, BRAND, "tok_"];

impl Run {
    /// Whether the log, the views and the notes hold only sealed data, and the shop has forgotten whom it had to forget.
    pub(super) fn personal_data(&mut self) -> Result<(), Violation> {
        for (place, text) in self.everything_kept()? {
            if let Some(found) = PERSONAL.into_iter().find(|personal| text.contains(personal)) {
                return Err(Violation::new(Invariant::Personal, format!("{found} stands in {place}")));
            }
        }
        for account in self.erased()? {
            self.is_forgotten(&account)?;
        }
        Ok(())
    }

    /// What the stores hold, each text with its place.
    fn everything_kept(&mut self) -> Result<Vec<(String, String)>, Violation> {
        let mut kept = Vec::new();
        for commit in self.world.stores.log.journal(0) {
            let place = format!("{}@{}", commit.stream, commit.version);
            let snapshot = commit.snapshot.as_ref().map_or("", Snapshot::text);
            kept.push((place, format!("{}{snapshot}{}", commit.events.text(), commit.actor.0)));
        }
        let (views, parked) = (self.world.stores.views.store().clone(), self.world.stores.parked.store().clone());
        let stored = self.work(async move {
            let mut stored = Vec::new();
            for place in views.row_keys() {
                let row = views.row(&place, Consistency::Strong).await?;
                stored.push((
                    format!("{place:?}"),
                    row.map(|row| format!("{}{:?}", row.document, row.index)).unwrap_or_default(),
                ));
            }
            let notes = parked.notes(None, usize::MAX).await?.notes;
            stored.extend(notes.into_iter().map(|note| (note.trouble.subject.to_string(), format!("{note:?}"))));
            Ok::<_, foldlog::ViewError>(stored)
        })?;
        kept.extend(stored.map_err(|error| Violation::new(Invariant::Personal, error.to_string()))?);
        Ok(kept)
    }

    /// The accounts whose erasure was recorded, and those that their owners closed.
    pub(super) fn erased(&self) -> Result<BTreeSet<AccountId>, Violation> {
        let mut erased = BTreeSet::new();
        for commit in self.world.stores.log.journal(0) {
            let unreadable = |error: DecodeError| Violation::new(Invariant::Personal, error.to_string());
            if commit.stream.category() == Audit::CATEGORY {
                for event in commit.events.decode::<Event>().map_err(unreadable)? {
                    if let Event::AccountErased { account } = event {
                        erased.insert(account);
                    }
                }
            }
            if let Some(account) = commit.stream.id_of::<Account>() {
                let events = commit.events.decode::<account::Event>().map_err(unreadable)?;
                if events.iter().any(|event| matches!(event, account::Event::AccountClosed {})) {
                    erased.insert(account);
                }
            }
        }
        Ok(erased)
    }

    /// Whether the key is destroyed, and nothing is told of the person. An operator repeats the erasure first, because it
    /// may have failed after it was recorded.
    fn is_forgotten(&mut self, account: &AccountId) -> Result<(), Violation> {
        let wrong = |what: &str| Violation::new(Invariant::Personal, format!("{account} was erased, and {what}"));
        let subject = subjects().find(|subject| subject_id(ISSUER, subject) == account.as_str());
        let (world, id) = (self.world.clone(), account.clone());
        let (standing, told) = self.work(async move {
            let _ = ask(&world, Method::POST, &format!("/ops/accounts/{id}/erase"), json!({})).await;
            world.pass(i64::try_from(REMEMBERED.as_millis()).unwrap_or(i64::MAX));
            let standing = world.stores.keys.store().find(id.as_str()).await;
            let mut told = String::new();
            for path in [format!("/accounts/{id}"), format!("/accounts/{id}/events")] {
                let subject = subject.clone().unwrap_or_default();
                let sent = Sent { subject, method: Method::GET, path, headers: vec![], body: Value::Null };
                let got = send(&world, &sent).await.filter(|got| got.status == 200);
                told.push_str(&got.map_or_else(|| PERSON.to_owned(), |got| got.body.to_string()));
            }
            (standing, told)
        })?;
        if !matches!(standing, Ok(Some(Standing::Destroyed(_)))) {
            return Err(wrong(&format!("its key stands as {standing:?}")));
        }
        match PERSONAL.into_iter().find(|personal| told.contains(personal)) {
            Some(_) => Err(wrong(&format!("the shop tells {told}"))),
            None => Ok(()),
        }
    }
}
