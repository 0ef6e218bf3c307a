//! The catalogue's commands: the only writer of `product-…`.

use aws_config::SdkConfig;
use foldlog::{Clock, Commands, Decider, EventLog, Executed, Metadata, Randomness, StreamName};
use foldlog_dynamo::Log;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use http::StatusCode;
use iso_currency::Currency;
use shop_api::requests::{CategoriseProduct, DescribeProduct, Nothing, RegisterProduct, RepriceProduct};
use shop_api::responses::Product;
use shop_domain::product::{Command, Registration, State, Stream};
use shop_domain::values::Sku;

/// The handler.
pub struct CatalogueCommands<L, H> {
    products: Commands<Stream, L, H>,
    currency: Currency,
}

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Http<CatalogueCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(CatalogueCommands::new(log, SystemHost, settings.parse("SHOP_CURRENCY")?)))
}

impl<L: EventLog, H: Clock + Randomness> CatalogueCommands<L, H> {
    /// The commands on these ports; all prices are in one currency.
    #[must_use]
    pub fn new(log: L, host: H, currency: Currency) -> Self {
        Self { products: Commands::new(log, host), currency }
    }
}

impl<L, H> HttpHandler for CatalogueCommands<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    type Host = H;

    fn host(&self) -> &H {
        self.products.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        if request.route() == "POST /products" {
            return self.register(request).await;
        }
        let sku: Sku = request.path("sku")?;
        let (command, metadata) = match request.route() {
            "POST /products/{sku}/price" => {
                let (body, metadata) = request.command::<RepriceProduct>()?;
                (Command::Reprice(body.price), metadata)
            }
            "POST /products/{sku}/description" => {
                let (body, metadata) = request.command::<DescribeProduct>()?;
                (Command::Describe { name: body.name, description: body.description }, metadata)
            }
            "POST /products/{sku}/category" => {
                let (body, metadata) = request.command::<CategoriseProduct>()?;
                (Command::Categorise(body.category), metadata)
            }
            "POST /products/{sku}/list" => (Command::List, request.command::<Nothing>()?.1),
            "POST /products/{sku}/delist" => (Command::Delist, request.command::<Nothing>()?.1),
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.execute(&sku, &command, &metadata).await?;
        respond(StatusCode::OK, &sku, &done)
    }
}

impl<L: EventLog, H: Clock + Randomness> CatalogueCommands<L, H> {
    async fn register(&self, request: &Request) -> Result<Response, Problem> {
        let (body, metadata) = request.command::<RegisterProduct>()?;
        let RegisterProduct { sku, name, description, category, price } = body;
        let product = Registration { name, description, category, price };
        let command = Command::Register { product, shop_currency: self.currency };
        let done = self.products.begin(&stream(&sku)?, &command, &metadata).await?;
        let response = respond(foldlog_lambda::http::created(done.effect), &sku, &done)?;
        Ok(response.location(&format!("/products/{sku}")))
    }

    async fn execute(&self, sku: &Sku, command: &Command, metadata: &Metadata) -> Result<Executed<State>, Problem> {
        Ok(self.products.execute(&stream(sku)?, command, metadata).await?)
    }
}

fn stream(sku: &Sku) -> Result<StreamName, Problem> {
    StreamName::new(Stream::CATEGORY, sku.as_str()).map_err(|error| Problem::internal(&error))
}

fn respond(status: StatusCode, sku: &Sku, done: &Executed<State>) -> Result<Response, Problem> {
    Ok(Response::json(status, &Product::of(sku, done.version, &done.state))?.etag(done.version))
}
