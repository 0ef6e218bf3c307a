//! The requests of operators: list, retry or discard parked notes, see how far the projections are behind, switch
//! generations, and verify the log against everything that follows from it.
//!
//! Operators change only what follows from the log. Every action is first recorded in `audit-<yyyymm>`, under the
//! command id of the request, and then done, as the record says. A request that is repeated under its key gets the same
//! record, and is not decided again. Readers are switched once for each record, in the order of the records; every other
//! action may be done twice. If an action takes longer than a request, a reaction to the record does it: `verification` carries out a verification of the whole log, and appends its report
//! under an id that it derives from the request.
//!
//! `GET /ops/events` gathers from the streams that moved last (an index with one row per stream), not from an index
//! with one row per commit. That halves the writes of the projector; in return, one answer covers at most 500 streams.

mod audit;
mod generations;
mod parked;
mod projections;
mod verification;

use audit::Audit;
use foldlog::Clock;
use foldlog_functions::ports::HttpOn;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use reconcile::{Ports, Reconcile};
use shop_api::operations::{Reconciled, Recovered};
use shop_api::requests::Nothing;
use shop_domain::audit::Event;
use std::time::Duration;

/// The longest time that a request works for: the gateway waits for 29 s.
const AT_MOST: Duration = Duration::from_secs(20);

/// The handler of every operator route.
pub struct Operations<P: Ports> {
    /// Brings everything that is behind up to date. Operators see the log, the views and the notes of these ports.
    reconcile: Reconcile<P>,
    /// The audit record of operators.
    audit: Audit<P>,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<HttpOn<Operations<P>, P>, SettingError> {
    Ok(ports.http(Operations { reconcile: reconcile::function(ports, settings)?, audit: Audit(ports.commands()?) }))
}

impl<P: Ports> Operations<P> {
    fn views(&self) -> &P::Views {
        self.reconcile.folds().views()
    }

    fn lot(&self) -> &P::ParkingLot {
        self.reconcile.folds().parked()
    }
}

impl<P: Ports> HttpHandler for Operations<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "GET /ops/parked" => self.parked(request).await,
            "POST /ops/parked/{id}/redrive" => self.redrive(request).await,
            "POST /ops/parked/{id}/discard" => self.discard(request).await,
            "POST /ops/lost/redrive" => {
                let (Nothing {}, metadata) = request.command()?;
                self.audit.record(&metadata, Event::LostBatchesRedriven {}).await?;
                let until = self.reconcile.folds().host().now().after(AT_MOST);
                let found = self.reconcile.recover_all(until).await.map_err(|error| Problem::unavailable(&error))?;
                let (batches, recovered) = (found.batches, found.recovered);
                if recovered < batches {
                    let detail = format!(
                        "of {batches} batches {} are left: the notes of `reconcile` say why, and the schedule goes on",
                        batches - recovered
                    );
                    return Err(Problem::conflict("still-lost", &detail));
                }
                Response::json(StatusCode::OK, &Recovered { batches, recovered })
            }
            "POST /ops/verify" => self.verify(request).await,
            "POST /ops/verifications" => self.report(request).await,
            "GET /ops/projections" => self.projections(request).await,
            "GET /ops/projections/{name}" => self.generations(request).await,
            "POST /ops/projections/{name}/rebuild" => self.rebuild(request).await,
            "POST /ops/projections/{name}/flip" => self.flip(request).await,
            "POST /ops/projections/{name}/rollback" => self.roll_back(request).await,
            "POST /ops/projections/{name}/cleanup" => self.clean_up(request).await,
            "POST /ops/reconcile" => {
                let (Nothing {}, metadata) = request.command()?;
                self.audit.record(&metadata, Event::Reconciled {}).await?;
                let until = self.reconcile.folds().host().now().after(AT_MOST);
                let summary = self.reconcile.reconcile(until).await.map_err(|error| Problem::unavailable(&error))?;
                let reconcile::Summary { streams, advanced, parked, hinted, left } = summary;
                Response::json(StatusCode::OK, &Reconciled { streams, advanced, parked, hinted, left })
            }
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}
