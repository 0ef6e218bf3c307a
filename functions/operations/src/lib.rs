//! The requests of operators: the log itself, the parked notes, how far the projections are behind, their generations,
//! and the verification of the log against everything that follows from it.
//!
//! Operators change only what follows from the log. Every action is first recorded in `audit-<yyyymm>`, under the
//! command id of the request, and then done, as the record says. A request that is repeated under its key gets the same
//! record, and is not decided again. Readers are switched once for each record, in the order of the records; every other
//! action may be done twice.
//!
//! An action that takes longer than a request, or rights that no other request needs, is done by a reaction to its
//! record: `reconcile` retries notes and reads the whole log, `verification` verifies the whole log, and the state machine
//! rebuilds. The reaction appends its report under an id that it derives from the request.
//!
//! `GET /ops/events` gathers from the streams that moved last (an index with one row per stream), not from an index
//! with one row per commit. That halves the writes of the projector; in return, one answer covers at most 500 streams.

mod activity;
mod audit;
mod correlations;
mod erasure;
mod events;
mod generations;
mod merged;
mod parked;
mod projections;
mod streams;
mod verification;

use audit::{Audit, Record};
use foldlog_functions::KeyPorts;
use foldlog_functions::keys::KeyringOn;
use foldlog_functions::ports::{HttpOn, ProjectionsOn};
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::operations::Recorded;
use shop_api::requests::Nothing;
use shop_domain::audit::Event;
use shop_domain::views::read_models;

/// The number of seconds after which a client should ask for the report on a request.
const LATER_S: u32 = 2;

/// The handler of every operator route.
pub struct Operations<P: KeyPorts> {
    /// The log, the views and the notes, as operators see them. Nothing is folded here.
    folds: ProjectionsOn<P>,
    /// The audit record of operators.
    audit: Audit<P>,
    /// The key of cursors, and the keys of accounts: none of these is read here.
    keys: KeyringOn<P>,
}

/// The function.
pub fn function<P: KeyPorts>(ports: &P, _: &Settings) -> Result<HttpOn<Operations<P>, P>, SettingError> {
    let folds = ports.projections(read_models().views)?;
    Ok(ports.http(Operations { folds, audit: Audit(ports.commands()?), keys: ports.keyring()? }))
}

impl<P: KeyPorts> Operations<P> {
    fn log(&self) -> &P::Log {
        self.folds.log()
    }

    fn views(&self) -> &P::Views {
        self.folds.views()
    }

    fn lot(&self) -> &P::ParkingLot {
        self.folds.parked()
    }

    /// Records a request that another function carries out.
    async fn ask(&self, request: &Request, action: Event) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        asked(self.audit.record(&metadata, action).await?, LATER_S)
    }
}

/// The answer to a request that another function carries out: its place, and where its report will be.
fn asked(record: Record, later_s: u32) -> Result<Response, Problem> {
    let recorded = Recorded::from(record);
    let watch = format!("/ops/streams/{}?after={}", recorded.stream, recorded.version);
    Ok(Response::json(StatusCode::ACCEPTED, &recorded)?.location(&watch).retry_after(later_s))
}

impl<P: KeyPorts> HttpHandler for Operations<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "GET /ops/events" => self.events(request).await,
            "GET /ops/streams" => self.streams(request).await,
            "GET /ops/streams/{stream}" => self.stream(request).await,
            "GET /ops/streams/{stream}/state" => self.state(request).await,
            "GET /ops/streams/{stream}/diff" => self.diff(request).await,
            "GET /ops/correlations/{id}" => self.correlation(request).await,
            "GET /ops/parked" => self.parked(request).await,
            "POST /ops/parked/{id}/redrive" => self.redrive(request).await,
            "POST /ops/parked/{id}/discard" => self.discard(request).await,
            "POST /ops/accounts/{id}/erase" => self.erase(request).await,
            "POST /ops/lost/redrive" => self.ask(request, Event::LostBatchesRedriven {}).await,
            "POST /ops/reconcile" => self.ask(request, Event::Reconciled {}).await,
            "POST /ops/verify" => self.verify(request).await,
            "POST /ops/verifications" => self.report(request).await,
            "GET /ops/projections" => self.projections(request).await,
            "GET /ops/projections/{name}" => self.generations(request).await,
            "POST /ops/projections/{name}/rebuild" => self.rebuild(request).await,
            "POST /ops/projections/{name}/flip" => self.flip(request).await,
            "POST /ops/projections/{name}/rollback" => self.roll_back(request).await,
            "POST /ops/projections/{name}/cleanup" => self.clean_up(request).await,
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}
