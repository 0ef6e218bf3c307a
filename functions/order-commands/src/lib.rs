//! Commands of customers and staff on orders. Every other change of an order comes through `order-reactions`.

use foldlog::{Effect, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::{CancelOrder, ShipOrder};
use shop_api::responses;
use shop_domain::order::{Command, Order};
use shop_domain::values::OrderId;

/// The handler of every order route.
pub struct OrderCommands<P: Ports>(CommandsOn<Order, P>);

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<HttpOn<OrderCommands<P>, P>, SettingError> {
    Ok(ports.http(OrderCommands(ports.commands()?)))
}

impl<P: Ports> HttpHandler for OrderCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let order: OrderId = request.path("id")?;
        let (command, metadata) = match request.route() {
            "POST /orders/{id}/cancel" => {
                let by = request.caller_id()?;
                let (CancelOrder { reason }, metadata) = request.command()?;
                (Command::Cancel { by, reason }, metadata)
            }
            "POST /orders/{id}/ship" => {
                let (ShipOrder { tracking }, metadata) = request.command()?;
                (Command::Ship { tracking }, metadata)
            }
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.0.execute(&StreamName::of::<Order>(&order), &command, &metadata).await?;
        // The order has decided. The work that follows, such as its stock and its payment, is still under way.
        let status = match done.effect {
            Effect::Appended | Effect::Repeated => StatusCode::ACCEPTED,
            Effect::Unchanged => StatusCode::OK,
        };
        let body = responses::Order::of(&order, done.version, &done.state);
        Ok(Response::json(status, &body)?.etag(done.version).location(&format!("/orders/{order}")))
    }
}
