//! Commands of customers and staff on orders. Every other change of an order comes through `order-reactions`.
//!
//! The reason that a person gives for a cancellation is sealed under the key of the order's account.

use foldlog::{Consistency, Effect, Metadata, Sealer, StreamName, state_of};
use foldlog_functions::KeyPorts;
use foldlog_functions::keys::KeyringOn;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::{CancelOrder, PayOrder, ReturnGoods, ShipOrder, WithdrawReservation, WriteOffOrder};
use shop_api::responses::{self, Sight};
use shop_domain::account::Account;
use shop_domain::fulfilment::{self, Fulfilment};
use shop_domain::order::{Command, Order, Sender, Shelf, TakeBack, sealed_reason};
use shop_domain::stock::Intake;
use shop_domain::values::{AccountId, CardId, CardToken, OrderId, Personal, Sku, WarehouseId};
use shop_domain::warehouse::Warehouse;

/// The scope of the staff, as the gateway spells it.
const STAFF: &str = "shop/staff";

/// The handler of every order route.
pub struct OrderCommands<P: KeyPorts> {
    orders: CommandsOn<Order, P>,
    keys: KeyringOn<P>,
    host: P::Host,
}

/// The function.
pub fn function<P: KeyPorts>(ports: &P, _: &Settings) -> Result<HttpOn<OrderCommands<P>, P>, SettingError> {
    Ok(ports.http(OrderCommands { orders: ports.commands()?, keys: ports.keyring()?, host: ports.host() }))
}

impl<P: KeyPorts> HttpHandler for OrderCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    const PSEUDONYMOUS: &'static [&'static str] = &[shop_api::CUSTOMER];

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let order: OrderId = request.path("id")?;
        let is_staff = request.caller()?.has_scope(STAFF);
        let (command, metadata) = match request.route() {
            "POST /orders/{id}/cancel" => {
                let by = sender(request)?;
                let (body, metadata) = request.command()?;
                self.cancel(&order, by, body, metadata).await?
            }
            "POST /orders/{id}/ship" => {
                let (ShipOrder { tracking }, metadata) = request.command()?;
                (Command::Ship { tracking }, metadata)
            }
            "POST /orders/{id}/pay" => {
                let by = sender(request)?;
                let (PayOrder { card }, metadata) = request.command()?;
                let card = self.card(&order, &by, &card).await?;
                (Command::ReplaceCard { by, card }, metadata)
            }
            "POST /orders/{id}/write-off" => {
                let (WriteOffOrder { reason }, metadata) = request.command()?;
                (Command::WriteOff { reason }, metadata)
            }
            "POST /orders/{id}/withdraw" => {
                let (WithdrawReservation { warehouse, sku, reason }, metadata) = request.command()?;
                let is_held = self.is_held(&order, &warehouse, &sku).await?;
                (Command::WithdrawReservation { warehouse, sku, is_held, reason }, metadata)
            }
            "POST /orders/{id}/returns" => {
                let (body, metadata) = request.command::<ReturnGoods>()?;
                let goods = body.goods().map_err(|error| Problem::refused("invalid-request", &error.to_string()))?;
                let ReturnGoods { reason, refund, warehouse, .. } = body;
                let place = match warehouse {
                    Some(warehouse) => Some(self.shelf(warehouse).await?),
                    None => None,
                };
                (Command::TakeBack(TakeBack { goods, refund, shelf: place, reason }), metadata)
            }
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        let done = self.orders.execute(&StreamName::of::<Order>(&order), &command, &metadata).await?;
        // The order has decided. The work that follows, such as its stock and its payment, is still under way.
        let status = match done.effect {
            Effect::Appended | Effect::Repeated => StatusCode::ACCEPTED,
            Effect::Unchanged => StatusCode::OK,
        };
        let key = match done.state.sealed_for() {
            Some(account) if !is_staff => self.keys.key(account.as_str()).await?,
            Some(_) | None => None,
        };
        let sight = if is_staff { Sight::Sealed } else { Sight::Opened(key.as_ref()) };
        let body = responses::Order::of(&order, done.version, &done.state, sight)?;
        Ok(Response::json(status, &body)?.etag(done.version).location(&format!("/orders/{order}")))
    }
}

/// The sender of a command that customers and staff may send.
fn sender(request: &Request) -> Result<Sender, Problem> {
    let account: AccountId = request.caller_id()?;
    Ok(if request.caller()?.has_scope(STAFF) { Sender::Staff } else { Sender::Account(account) })
}

impl<P: KeyPorts> OrderCommands<P> {
    /// A cancellation. Its reason is left out where the order is not the sender's to cancel: it is refused then.
    async fn cancel(
        &self,
        order: &OrderId,
        by: Sender,
        CancelOrder { reason }: CancelOrder,
        metadata: Metadata,
    ) -> Result<(Command, Metadata), Problem> {
        let Some(reason) = reason else { return Ok((Command::Cancel { by, reason: None }, metadata)) };
        let state = state_of::<Order>(self.orders.log(), order, Consistency::Strong).await?;
        let Some(account) =
            state.account().filter(|account| by == Sender::Staff || by == Sender::Account((*account).clone()))
        else {
            return Ok((Command::Cancel { by, reason: None }, metadata));
        };
        // Of an account without a key nothing was ever sealed.
        let Some(key) = self.keys.made_key(account.as_str()).await? else {
            return Ok((Command::Cancel { by, reason: Some(Personal::Clear(reason)) }, metadata));
        };
        let stream = StreamName::of::<Order>(order);
        let sealer = Sealer { key: &key, stream: &stream, command: &metadata.id, host: &self.host };
        let reason = sealed_reason(&reason, &sealer).map_err(|error| Problem::internal(&error))?;
        Ok((Command::Cancel { by, reason: Some(reason) }, key.keyed(metadata)))
    }

    /// Whether a warehouse holds some of a product for an order, as its process knows it.
    async fn is_held(&self, order: &OrderId, warehouse: &WarehouseId, sku: &Sku) -> Result<bool, Problem> {
        let process = state_of::<Fulfilment>(self.orders.log(), order, Consistency::Strong).await?;
        Ok(matches!(process, fulfilment::State::Started(process) if process.is_held(warehouse, sku)))
    }

    /// A warehouse, and whether it accepts goods: read strongly, as for a delivery.
    async fn shelf(&self, warehouse: WarehouseId) -> Result<Shelf, Problem> {
        let state = state_of::<Warehouse>(self.orders.log(), &warehouse, Consistency::Strong).await?;
        Ok(Shelf { intake: Intake::from(&state), warehouse })
    }

    /// The token of a card of the account of the order, or, for a customer, of their own.
    async fn card(&self, order: &OrderId, by: &Sender, id: &CardId) -> Result<Personal<CardToken>, Problem> {
        let account = match by {
            Sender::Account(account) => Some(account.clone()),
            Sender::Staff => state_of::<Order>(self.orders.log(), order, Consistency::Strong).await?.account().cloned(),
        };
        let unknown = || Problem::not_found("the account of the order has no such card");
        let account =
            state_of::<Account>(self.orders.log(), &account.ok_or_else(unknown)?, Consistency::Strong).await?;
        account.card(id).ok_or_else(unknown)
    }
}
