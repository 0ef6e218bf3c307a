//! What operators do: see what is parked, have it tried again or put away, see how far the folds are behind, and have
//! the whole log compared with what follows from it.

mod parked;
mod projections;

use api::requests::Nothing;
use aws_config::SdkConfig;
use dynamo::{Parked, Views};
use http::StatusCode;
use lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use reconcile::lost::Recovered;

/// The handler.
pub struct Operations {
    reconcile: reconcile::Deployed,
    views: Views,
    parked: Parked,
}

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<Operations>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    Ok(Http(Operations {
        reconcile: reconcile::function(settings, aws)?,
        views: projector::views(settings, &client)?,
        parked: Parked::new(client, settings.text("PARKED_TABLE")?),
    }))
}

impl HttpHandler for Operations {
    type Host = SystemHost;

    fn host(&self) -> &SystemHost {
        self.reconcile.folds().host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "GET /ops/parked" => self.parked(request).await,
            "POST /ops/parked/{id}/redrive" => self.redrive(request).await,
            "POST /ops/parked/{id}/discard" => self.discard(request).await,
            "POST /ops/lost/redrive" => {
                let Nothing {} = request.json()?;
                let found = self.reconcile.recover().await.map_err(|error| Problem::unavailable(&error))?;
                let Recovered { batches, recovered } = found;
                if recovered < batches {
                    let detail = format!(
                        "of {batches} batches {} are stuck: the log of operations says why",
                        batches - recovered
                    );
                    return Err(Problem::conflict("still-lost", &detail));
                }
                Response::json(StatusCode::OK, &found)
            }
            "GET /ops/projections" => self.projections(request).await,
            "POST /ops/reconcile" => {
                let Nothing {} = request.json()?;
                let summary = self.reconcile.reconcile().await.map_err(|error| Problem::unavailable(&error))?;
                Response::json(StatusCode::OK, &summary)
            }
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}
