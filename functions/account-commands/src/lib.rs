//! Commands of customers and staff on accounts: the only writer of `account-…`.
//!
//! Personal data are sealed here, before a command is decided: nothing behind this function sees them, unless it has the
//! account's key. The key is made when the account is opened, or for an older account when it first takes something that
//! is sealed.

mod closing;

use foldlog::{CommandId, Consistency, ExecuteError, Metadata, OwnerKey, Projection, Sealer, StreamName, state_of};
use foldlog_functions::KeyPorts;
use foldlog_functions::keys::KeyringOn;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::http::created;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shop_api::requests::{AddAddress, AddCard, Nothing, OpenAccount};
use shop_api::responses::{self, Sight};
use shop_domain::account::{Account, Command, Entry, Refusal, State};
use shop_domain::values::{AccountId, Card, Profile};
use shop_domain::views::order;

/// The handler of every account route.
pub struct AccountCommands<P: KeyPorts> {
    accounts: CommandsOn<Account, P>,
    keys: KeyringOn<P>,
    /// The orders of an account.
    orders: P::Views,
    host: P::Host,
}

/// The function.
pub fn function<P: KeyPorts>(ports: &P, _: &Settings) -> Result<HttpOn<AccountCommands<P>, P>, SettingError> {
    let orders = ports.views([(order::View::NAME, order::View::PARTITIONS)])?;
    let (accounts, keys, host) = (ports.commands()?, ports.keyring()?, ports.host());
    Ok(ports.http(AccountCommands { accounts, keys, orders, host }))
}

impl<P: KeyPorts> HttpHandler for AccountCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    const PSEUDONYMOUS: &'static [&'static str] = &[shop_api::CUSTOMER];

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = match request.route() {
            "POST /accounts" => request.caller_id()?,
            _ => request.path("id")?,
        };
        let (command, metadata) = match request.route() {
            "POST /accounts" => {
                let (OpenAccount { name, email }, metadata) = request.command()?;
                let key = self.keys.key_to_seal(account.as_str(), None).await?;
                let stream = StreamName::of::<Account>(&account);
                let profile = Profile { name, email }.sealed(&self.sealer(&key, &stream, &metadata.id));
                (Command::Open(profile.map_err(|error| Problem::internal(&error))?), key.keyed(metadata))
            }
            "POST /accounts/{id}/confirm" => (Command::Confirm, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/activate" => (Command::Activate, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/suspend" => (Command::Suspend, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/archive" => (Command::Archive, request.command::<Nothing>()?.1),
            _ => self.change(request, &account).await?,
        };
        // A new account, address or card has a location of its own.
        let place = match &command {
            Command::Open(_) => Some(format!("/accounts/{account}")),
            Command::AddAddress(entry) => Some(format!("/accounts/{account}/addresses/{}", entry.id)),
            Command::AddCard(card) => Some(format!("/accounts/{account}/cards/{}", card.id())),
            Command::Confirm
            | Command::Activate
            | Command::Suspend
            | Command::Archive
            | Command::Close { .. }
            | Command::RemoveAddress { .. }
            | Command::ChooseAddress { .. }
            | Command::RemoveCard { .. }
            | Command::ChooseCard { .. } => None,
        };
        let done = self.accounts.execute(&StreamName::of::<Account>(&account), &command, &metadata).await?;
        let status = if place.is_some() { created(done.effect) } else { StatusCode::OK };
        if let Command::Close { .. } = command {
            self.erase(&account).await?;
        }
        // The staff decide on an account without a look at its personal data.
        let is_own = request.caller_id::<AccountId>()? == account;
        let key = if is_own { self.keys.key(account.as_str()).await? } else { None };
        let sight = if is_own { Sight::Opened(key.as_ref()) } else { Sight::Sealed };
        let body = responses::Account::of(&account, done.version, &done.state, sight)?;
        let response = Response::json(status, &body)?.etag(done.version);
        Ok(match place {
            Some(place) => response.location(&place),
            None => response,
        })
    }
}

impl<P: KeyPorts> AccountCommands<P> {
    /// Changes that only the owner may make. Every other caller gets the answer for an account that does not exist.
    async fn change(&self, request: &Request, account: &AccountId) -> Result<(Command, Metadata), Problem> {
        if request.caller_id::<AccountId>()? != *account {
            return Err(ExecuteError::Refused(Refusal::UnknownAccount).into());
        }
        let stream = StreamName::of::<Account>(account);
        let internal = |error: serde_json::Error| Problem::internal(&error);
        Ok(match request.route() {
            "DELETE /accounts/{id}" => {
                let (Nothing {}, metadata) = request.command()?;
                (Command::Close { has_open_orders: self.has_open_orders(account).await? }, metadata)
            }
            "POST /accounts/{id}/addresses" => {
                let (AddAddress { kind, address }, key, metadata) = self.to_seal(request, account).await?;
                let entry = Entry::sealed(&self.sealer(&key, &stream, &metadata.id), request.new_id()?, kind, &address);
                (Command::AddAddress(entry.map_err(internal)?), metadata)
            }
            "POST /accounts/{id}/cards" => {
                let (AddCard { token, brand, last4 }, key, metadata) = self.to_seal(request, account).await?;
                let card = Card::sealed(&self.sealer(&key, &stream, &metadata.id), &token, &brand, &last4);
                (Command::AddCard(card.map_err(internal)?), metadata)
            }
            "DELETE /accounts/{id}/addresses/{address}" => {
                let (Nothing {}, metadata) = request.command()?;
                (Command::RemoveAddress { id: request.path("address")? }, metadata)
            }
            "POST /accounts/{id}/addresses/{address}/default" => {
                let (Nothing {}, metadata) = request.command()?;
                (Command::ChooseAddress { id: request.path("address")? }, metadata)
            }
            "DELETE /accounts/{id}/cards/{card}" => {
                let (Nothing {}, metadata) = request.command()?;
                (Command::RemoveCard { id: request.path("card")? }, metadata)
            }
            "POST /accounts/{id}/cards/{card}/default" => {
                let (Nothing {}, metadata) = request.command()?;
                (Command::ChooseCard { id: request.path("card")? }, metadata)
            }
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        })
    }

    /// The body of a command with personal data, the key to seal them with, and the command's metadata. An account that
    /// does not exist gets no key.
    async fn to_seal<T: DeserializeOwned + Serialize + Send>(
        &self,
        request: &Request,
        account: &AccountId,
    ) -> Result<(T, OwnerKey, Metadata), Problem> {
        let (body, metadata) = request.command()?;
        let key = match self.keys.made_key(account.as_str()).await? {
            Some(key) => key,
            None => match state_of::<Account>(self.accounts.log(), account, Consistency::Strong).await? {
                State::Unopened => return Err(ExecuteError::Refused(Refusal::UnknownAccount).into()),
                State::Opened(_) => self.keys.key_to_seal(account.as_str(), None).await?,
            },
        };
        let metadata = key.keyed(metadata);
        Ok((body, key, metadata))
    }

    const fn sealer<'a>(
        &'a self,
        key: &'a OwnerKey,
        stream: &'a StreamName,
        command: &'a CommandId,
    ) -> Sealer<'a, P::Host> {
        Sealer { key, stream, command, host: &self.host }
    }
}
