//! The staff's commands on shipments. Their creation, dispatch and cancellation come through `shipment-reactions`.

use foldlog::StreamName;
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::Nothing;
use shop_api::responses;
use shop_domain::shipment::{Command, Shipment};
use shop_domain::values::ShipmentId;

/// The handler of every shipment route.
pub struct ShipmentCommands<P: Ports>(CommandsOn<Shipment, P>);

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<HttpOn<ShipmentCommands<P>, P>, SettingError> {
    Ok(ports.http(ShipmentCommands(ports.commands()?)))
}

impl<P: Ports> HttpHandler for ShipmentCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let shipment: ShipmentId = request.path("id")?;
        let (Nothing {}, metadata) = match request.route() {
            "POST /shipments/{id}/deliver" => request.command()?,
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.0.execute(&StreamName::of::<Shipment>(&shipment), &Command::Deliver, &metadata).await?;
        let body = responses::Shipment::of(&shipment, done.version, &done.state);
        Ok(Response::json(StatusCode::OK, &body)?.etag(done.version))
    }
}
