//! What customers and staff ask of orders. Everything else that moves an order comes through `order-reactions`.

use aws_config::SdkConfig;
use foldlog::{Clock, Commands, Decider, Effect, EventLog, Randomness, StreamName};
use foldlog_dynamo::Log;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use http::StatusCode;
use shop_api::requests::{CancelOrder, ShipOrder};
use shop_api::responses::Order;
use shop_domain::order::{Command, Stream};
use shop_domain::values::{AccountId, OrderId};

/// The handler.
pub struct OrderCommands<L, H>(Commands<Stream, L, H>);

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<OrderCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(OrderCommands::new(log, SystemHost)))
}

impl<L: EventLog, H: Clock + Randomness> OrderCommands<L, H> {
    /// The commands on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> HttpHandler for OrderCommands<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    type Host = H;

    fn host(&self) -> &H {
        self.0.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let order: OrderId = request.path("id")?;
        let (command, metadata) = match request.route() {
            "POST /orders/{id}/cancel" => {
                let by: AccountId = request.caller()?.id().parse().map_err(|error| Problem::internal(&error))?;
                let (CancelOrder { reason }, metadata) = request.command()?;
                (Command::Cancel { by, reason }, metadata)
            }
            "POST /orders/{id}/ship" => {
                let (ShipOrder { tracking }, metadata) = request.command()?;
                (Command::Ship { tracking }, metadata)
            }
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let stream = StreamName::new(Stream::CATEGORY, order.as_str()).map_err(|error| Problem::internal(&error))?;
        let done = self.0.execute(&stream, &command, &metadata).await?;
        // The order has decided; what follows, from its stock and its payment on, is under way.
        let status = match done.effect {
            Effect::Appended | Effect::Repeated => StatusCode::ACCEPTED,
            Effect::Unchanged => StatusCode::OK,
        };
        let body = Order::of(&order, done.version, &done.state);
        Ok(Response::json(status, &body)?.etag(done.version).location(&format!("/orders/{order}")))
    }
}
