//! Commands of customers and staff on accounts: the only writer of `account-…`.

use foldlog::{ExecuteError, Metadata, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::http::created;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::{AddAddress, AddCard, Nothing, OpenAccount};
use shop_api::responses;
use shop_domain::account::{Account, Command, Entry, Refusal};
use shop_domain::values::{AccountId, Card, Personal, Profile};

/// The handler of every account route.
pub struct AccountCommands<P: Ports>(CommandsOn<Account, P>);

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<HttpOn<AccountCommands<P>, P>, SettingError> {
    Ok(ports.http(AccountCommands(ports.commands()?)))
}

impl<P: Ports> HttpHandler for AccountCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = match request.route() {
            "POST /accounts" => request.caller_id()?,
            _ => request.path("id")?,
        };
        let (command, metadata) = match request.route() {
            "POST /accounts" => {
                let (OpenAccount { name, email }, metadata) = request.command()?;
                (Command::Open(Personal(Profile { name, email })), metadata)
            }
            "POST /accounts/{id}/confirm" => (Command::Confirm, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/activate" => (Command::Activate, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/suspend" => (Command::Suspend, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/archive" => (Command::Archive, request.command::<Nothing>()?.1),
            _ => change(request, &account)?,
        };
        // A new account, address or card has a location of its own.
        let place = match &command {
            Command::Open(_) => Some(format!("/accounts/{account}")),
            Command::AddAddress(entry) => Some(format!("/accounts/{account}/addresses/{}", entry.id)),
            Command::AddCard(card) => Some(format!("/accounts/{account}/cards/{}", card.token.id())),
            Command::Confirm
            | Command::Activate
            | Command::Suspend
            | Command::Archive
            | Command::RemoveAddress { .. }
            | Command::ChooseAddress { .. }
            | Command::RemoveCard { .. }
            | Command::ChooseCard { .. } => None,
        };
        let done = self.0.execute(&StreamName::of::<Account>(&account), &command, &metadata).await?;
        let status = if place.is_some() { created(done.effect) } else { StatusCode::OK };
        let body = responses::Account::of(&account, done.version, &done.state);
        let response = Response::json(status, &body)?.etag(done.version);
        Ok(match place {
            Some(place) => response.location(&place),
            None => response,
        })
    }
}

/// Changes that only the owner may make. Every other caller gets the answer for an account that does not exist.
fn change(request: &Request, account: &AccountId) -> Result<(Command, Metadata), Problem> {
    if request.caller_id::<AccountId>()? != *account {
        return Err(ExecuteError::Refused(Refusal::UnknownAccount).into());
    }
    Ok(match request.route() {
        "POST /accounts/{id}/addresses" => {
            let (AddAddress { kind, address }, metadata) = request.command()?;
            (Command::AddAddress(Entry { id: request.new_id()?, kind, address: Personal(address) }), metadata)
        }
        "POST /accounts/{id}/cards" => {
            let (AddCard { token, brand, last4 }, metadata) = request.command()?;
            (Command::AddCard(Card { token, brand, last4 }), metadata)
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
