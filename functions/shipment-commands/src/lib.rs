//! What the staff say of shipments. They are created, leave and are cancelled through `shipment-reactions`.

use aws_config::SdkConfig;
use foldlog::{Clock, Commands, Decider, EventLog, Randomness, StreamName};
use foldlog_dynamo::Log;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use http::StatusCode;
use shop_api::requests::Nothing;
use shop_api::responses::Shipment;
use shop_domain::shipment::{Command, Stream};
use shop_domain::values::ShipmentId;

/// The handler.
pub struct ShipmentCommands<L, H>(Commands<Stream, L, H>);

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<ShipmentCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(ShipmentCommands::new(log, SystemHost)))
}

impl<L: EventLog, H: Clock + Randomness> ShipmentCommands<L, H> {
    /// The commands on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> HttpHandler for ShipmentCommands<L, H>
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
        let shipment: ShipmentId = request.path("id")?;
        let (Nothing {}, metadata) = match request.route() {
            "POST /shipments/{id}/deliver" => request.command()?,
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let stream = StreamName::new(Stream::CATEGORY, shipment.as_str()).map_err(|error| Problem::internal(&error))?;
        let done = self.0.execute(&stream, &Command::Deliver, &metadata).await?;
        let body = Shipment::of(&shipment, done.version, &done.state);
        Ok(Response::json(StatusCode::OK, &body)?.etag(done.version))
    }
}
