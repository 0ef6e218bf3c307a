//! The customer's commands on carts: the only writer of `cart-…`.

mod offers;

use aws_config::SdkConfig;
use foldlog::write::loaded::replay;
use foldlog::{
    Clock, Commands, Consistency, Decider, EventLog, ExecuteError, Executed, Metadata, Randomness, ReadOptions,
    StreamName,
};
use foldlog_dynamo::Log;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use http::StatusCode;
use shop_api::requests::{AddItem, ChangeQuantity, CheckOut, Nothing};
use shop_api::responses::Cart;
use shop_domain::cart::{Action, Command, Refusal, State, Stream};
use shop_domain::values::{AccountId, CartId, TaxRate};

/// How often a checkout is completed anew where the cart changed meanwhile.
const CHECKOUT_ATTEMPTS: usize = 4;

/// The handler.
pub struct CartCommands<L, H> {
    carts: Commands<Stream, L, H>,
    tax_rate: TaxRate,
}

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<CartCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(CartCommands::new(log, SystemHost, settings.parse("TAX_BASIS_POINTS")?)))
}

impl<L: EventLog, H: Clock + Randomness> CartCommands<L, H> {
    /// The commands on these ports.
    #[must_use]
    pub fn new(log: L, host: H, tax_rate: TaxRate) -> Self {
        Self { carts: Commands::new(log, host), tax_rate }
    }
}

impl<L, H> HttpHandler for CartCommands<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    type Host = H;

    fn host(&self) -> &H {
        self.carts.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let by: AccountId = request.caller()?.id().parse().map_err(|error| Problem::internal(&error))?;
        if request.route() == "POST /carts" {
            return self.open(request, by).await;
        }
        let cart: CartId = request.path("id")?;
        let (action, metadata) = match request.route() {
            "POST /carts/{id}/checkout" => {
                let (chosen, metadata) = request.command()?;
                let done = self.check_out(&cart, by, &chosen, &metadata).await?;
                let response = respond(StatusCode::ACCEPTED, &cart, &done)?;
                return Ok(response.location(&format!("/orders/{cart}")).retry_after(1));
            }
            "POST /carts/{id}/items" => {
                let (AddItem { sku, quantity }, metadata) = request.command()?;
                let offer = offers::offer(self.carts.log(), &sku).await?;
                (Action::AddItem { sku, quantity, offer }, metadata)
            }
            "PATCH /carts/{id}/items/{sku}" => {
                let (ChangeQuantity { quantity }, metadata) = request.command()?;
                (Action::ChangeQuantity { sku: request.path("sku")?, quantity }, metadata)
            }
            "DELETE /carts/{id}/items/{sku}" => {
                let (Nothing {}, metadata) = request.command()?;
                (Action::RemoveItem { sku: request.path("sku")? }, metadata)
            }
            "DELETE /carts/{id}/items" => {
                let (Nothing {}, metadata) = request.command()?;
                (Action::Clear, metadata)
            }
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.execute(&cart, &Command { by, action }, &metadata).await?;
        respond(StatusCode::OK, &cart, &done)
    }
}

impl<L: EventLog, H: Clock + Randomness> CartCommands<L, H> {
    async fn open(&self, request: &Request, by: AccountId) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let cart: CartId = request.new_id()?.parse().map_err(|error| Problem::internal(&error))?;
        let command = Command { by, action: Action::Open };
        let done = self.carts.begin(&stream(&cart)?, &command, &metadata).await?;
        let response = respond(foldlog_lambda::http::created(done.effect), &cart, &done)?;
        Ok(response.location(&format!("/carts/{cart}")))
    }

    /// Reads cart and prices strongly, and checks out just that cart: one that changed meanwhile is read again.
    async fn check_out(
        &self,
        cart: &CartId,
        by: AccountId,
        chosen: &CheckOut,
        metadata: &Metadata,
    ) -> Result<Executed<State>, Problem> {
        let stream = stream(cart)?;
        for _ in 0..CHECKOUT_ATTEMPTS {
            let history = self.carts.log().load(&stream, ReadOptions::of::<Stream>(Consistency::Strong)).await?;
            let lines = replay::<Stream>(&history)?;
            let (offers, categories) = offers::terms(self.carts.log(), lines.lines()).await?;
            let CheckOut { card, address } = chosen.clone();
            let action = Action::CheckOut { offers, categories, tax_rate: self.tax_rate, card, address };
            let command = Command { by: by.clone(), action };
            let seen = metadata.expected.unwrap_or_else(|| history.head().version());
            let on_seen = Metadata { expected: Some(seen), ..metadata.clone() };
            match self.carts.execute(&stream, &command, &on_seen).await {
                Err(ExecuteError::VersionMismatch { .. }) if metadata.expected.is_none() => {}
                done => return Ok(done?),
            }
        }
        Err(ExecuteError::<Refusal>::Contended.into())
    }

    async fn execute(&self, cart: &CartId, command: &Command, metadata: &Metadata) -> Result<Executed<State>, Problem> {
        Ok(self.carts.execute(&stream(cart)?, command, metadata).await?)
    }
}

fn stream(cart: &CartId) -> Result<StreamName, Problem> {
    StreamName::new(Stream::CATEGORY, cart.as_str()).map_err(|error| Problem::internal(&error))
}

fn respond(status: StatusCode, cart: &CartId, done: &Executed<State>) -> Result<Response, Problem> {
    Ok(Response::json(status, &Cart::of(cart, done.version, &done.state))?.etag(done.version))
}
