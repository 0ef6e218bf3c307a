//! The customer's commands on carts: the only writer of `cart-…`.

mod offers;

use foldlog::write::loaded::replay;
use foldlog::{Consistency, Decider, EventLog, ExecuteError, Executed, Metadata, ReadOptions, StreamName, state_of};
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::http::created;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::{AddItem, ChangeQuantity, CheckOut, Nothing};
use shop_api::responses;
use shop_domain::account::Account;
use shop_domain::cart::{Action, Cart, Command, Refusal, State};
use shop_domain::values::{AccountId, CardId, CartId, TaxRate};

/// The maximum number of attempts at a checkout while other commands change the cart.
const CHECKOUT_ATTEMPTS: usize = 4;

/// The handler of every cart route.
pub struct CartCommands<P: Ports> {
    carts: CommandsOn<Cart, P>,
    tax_rate: TaxRate,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<HttpOn<CartCommands<P>, P>, SettingError> {
    Ok(ports.http(CartCommands { carts: ports.commands()?, tax_rate: settings.parse("TAX_BASIS_POINTS")? }))
}

impl<P: Ports> HttpHandler for CartCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    const PSEUDONYMOUS: &'static [&'static str] = &[shop_api::CUSTOMER];

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let by: AccountId = request.caller_id()?;
        if request.route() == "POST /carts" {
            let (Nothing {}, metadata) = request.command()?;
            let (cart, command): (CartId, _) = (request.new_id()?, Command { by, action: Action::Open });
            let done = self.carts.execute(&StreamName::of::<Cart>(&cart), &command, &metadata).await?;
            return Ok(self.respond(created(done.effect), &cart, &done)?.location(&format!("/carts/{cart}")));
        }
        let cart: CartId = request.path("id")?;
        let (action, metadata) = match request.route() {
            "POST /carts/{id}/checkout" => {
                let (chosen, metadata) = request.command()?;
                let done = self.check_out(&cart, by, &chosen, &metadata).await?;
                let response = self.respond(StatusCode::ACCEPTED, &cart, &done)?;
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
        let stream = StreamName::of::<Cart>(&cart);
        let done = self.carts.execute(&stream, &Command { by, action }, &metadata).await?;
        self.respond(StatusCode::OK, &cart, &done)
    }
}

impl<P: Ports> CartCommands<P> {
    /// Reads cart and prices strongly, and checks out exactly that cart. If the cart changed meanwhile, it is read
    /// again.
    async fn check_out(
        &self,
        id: &CartId,
        by: AccountId,
        chosen: &CheckOut,
        metadata: &Metadata,
    ) -> Result<Executed<State>, Problem> {
        let stream = StreamName::of::<Cart>(id);
        for _ in 0..CHECKOUT_ATTEMPTS {
            let history = self.carts.log().load(&stream, ReadOptions::of::<Cart>(Consistency::Strong)).await?;
            let lines = replay::<Cart>(&history)?;
            // Before the prices: how many products a cart has is known to its owner alone.
            let look = Command { by: by.clone(), action: Action::Clear };
            Cart::visible(&lines, &look).map_err(ExecuteError::Refused)?;
            let card = self.own_card(&by, chosen.card.as_ref()).await?;
            if card.is_none() && chosen.card.is_some() {
                // A card that was removed since does not change the first answer.
                let answered = self.carts.answered(&stream, metadata).await?;
                let unknown = "card: the account has no such card; add it to the account first";
                return answered.ok_or_else(|| Problem::refused("invalid-request", unknown));
            }
            let (offers, categories) = offers::terms(self.carts.log(), lines.lines()).await?;
            let (tax_rate, address, shown) = (self.tax_rate, chosen.address.clone(), chosen.total);
            let action = Action::CheckOut { offers, categories, tax_rate, card, address, shown };
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

    /// The id of a card of the account, read strongly: a card may have been added just now.
    async fn own_card(&self, account: &AccountId, id: Option<&CardId>) -> Result<Option<CardId>, Problem> {
        let Some(id) = id else { return Ok(None) };
        let account = state_of::<Account>(self.carts.log(), account, Consistency::Strong).await?;
        Ok(account.card(id).map(|_| id.clone()))
    }

    fn respond(&self, status: StatusCode, cart: &CartId, done: &Executed<State>) -> Result<Response, Problem> {
        let body = responses::Cart::of(cart, done.version, &done.state, self.tax_rate);
        Ok(Response::json(status, &body)?.etag(done.version))
    }
}
