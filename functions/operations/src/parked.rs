//! The parked notes: events that subscribers cannot process.

use crate::{LATER_S, Operations, asked};
use foldlog::{Parked, ParkingLot, Subject};
use foldlog_functions::KeyPorts;
use foldlog_functions::projector::TAMPERING;
use foldlog_lambda::http::Page;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::operations::{ParkedNote, Recorded};
use shop_api::requests::Nothing;
use shop_api::responses::Page as Answer;
use shop_domain::audit::Event;
use shop_domain::values::NoteId;

impl<P: KeyPorts> Operations<P> {
    /// `GET /ops/parked?cursor=&limit=`, in no particular order.
    pub(crate) async fn parked(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["cursor", "limit"])?;
        let page = Page::of(request, "/ops/parked", &self.keys).await?;
        let after = page.from.as_deref().map(str::parse::<Subject>).transpose();
        let after = after.map_err(|error| Problem::internal(&error))?;
        let found = self.lot().notes(after.as_ref(), page.limit).await?;
        let next = match found.next {
            Some(next) => Some(page.next(&next.to_string(), &self.keys).await?),
            None => None,
        };
        let items: Vec<ParkedNote> = found.notes.iter().map(ParkedNote::from).collect();
        Response::json(StatusCode::OK, &Answer { items, next })
    }

    /// `POST /ops/parked/{id}/redrive`: `reconcile` retries the note, and reports.
    pub(crate) async fn redrive(&self, request: &Request) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let subject: Subject = request.path("id")?;
        let decide = async || {
            let note = self.note(&subject).await?;
            if note.trouble.subject.subscriber() == TAMPERING {
                let detail = "nothing can follow what was tampered with: look into it, then discard the note";
                return Err(Problem::refused("tampered", detail));
            }
            Ok(Event::ParkedRedriven { note: named(&note.trouble.subject)? })
        };
        asked(self.audit.record_as_decided(&metadata, decide).await?, LATER_S)
    }

    /// `POST /ops/parked/{id}/discard`. The note of a lost batch goes with the batch, which `reconcile` removes.
    pub(crate) async fn discard(&self, request: &Request) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let subject: Subject = request.path("id")?;
        if let Subject::Fold { .. } = subject {
            self.note(&subject).await?;
            let detail = "a row that passes over a commit is wrong for ever: a fold is redriven or rebuilt";
            return Err(Problem::refused("fold-is-rebuilt", detail));
        }
        let decide = async || {
            let note = self.note(&subject).await?;
            Ok(Event::ParkedDiscarded { note: named(&note.trouble.subject)? })
        };
        let record = self.audit.record_as_decided(&metadata, decide).await?;
        if let Subject::Message { function, .. } = &subject
            && function != TAMPERING
        {
            return asked(record, LATER_S);
        }
        // Without a note, an earlier try of the same request has removed it.
        if let Some(Parked { trouble, .. }) = self.lot().note(&subject).await?
            && !self.lot().clear(&subject, trouble.version).await?
        {
            return Err(Problem::conflict("parked-anew", "it was parked again meanwhile"));
        }
        Response::json(StatusCode::OK, &Recorded::from(record))
    }

    async fn note(&self, subject: &Subject) -> Result<Parked, Problem> {
        let note = self.lot().note(subject).await?;
        note.ok_or_else(|| Problem::not_found(&format!("nothing is parked as {subject}")))
    }
}

/// A note's id as the audit record spells it.
fn named(subject: &Subject) -> Result<NoteId, Problem> {
    subject.to_string().parse().map_err(|error| Problem::internal(&error))
}
