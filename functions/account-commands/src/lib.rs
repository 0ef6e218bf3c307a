//! Commands on accounts, their owners' and the staff's: the only writer of `account-…`.

use foldlog::{ExecuteError, Executed, Metadata, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::http::created;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::{AddAddress, AddCard, Nothing, OpenAccount};
use shop_api::responses;
use shop_domain::account::{Account, Command, Entry, Refusal, State};
use shop_domain::values::{AccountId, AddressId, Card, Personal, Profile};

/// The handler.
pub struct AccountCommands<P: Ports>(CommandsOn<Account, P>);

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<Http<AccountCommands<P>>, SettingError> {
    Ok(Http(AccountCommands(ports.commands()?)))
}

impl<P: Ports> HttpHandler for AccountCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    type Host = P::Host;

    fn host(&self) -> &P::Host {
        self.0.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        if request.route() == "POST /accounts" {
            return self.open(request).await;
        }
        let account: AccountId = request.path("id")?;
        let (command, metadata) = match request.route() {
            "POST /accounts/{id}/confirm" => (Command::Confirm, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/activate" => (Command::Activate, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/suspend" => (Command::Suspend, request.command::<Nothing>()?.1),
            "POST /accounts/{id}/archive" => (Command::Archive, request.command::<Nothing>()?.1),
            _ => return self.change(request, &account).await,
        };
        let done = self.execute(&account, &command, &metadata).await?;
        respond(StatusCode::OK, &account, &done)
    }
}

impl<P: Ports> AccountCommands<P> {
    /// Opens the one account that the caller can have.
    async fn open(&self, request: &Request) -> Result<Response, Problem> {
        let account = caller(request)?;
        let (OpenAccount { name, email }, metadata) = request.command()?;
        let command = Command::Open(Personal(Profile { name, email }));
        let done = self.execute(&account, &command, &metadata).await?;
        let response = respond(created(done.effect), &account, &done)?;
        Ok(response.location(&format!("/accounts/{account}")))
    }

    /// What only its owner may change; for anybody else there is no such account.
    async fn change(&self, request: &Request, account: &AccountId) -> Result<Response, Problem> {
        if caller(request)? != *account {
            return Err(ExecuteError::Refused(Refusal::UnknownAccount).into());
        }
        let (command, metadata) = match request.route() {
            "POST /accounts/{id}/addresses" => return self.add_address(request, account).await,
            "POST /accounts/{id}/cards" => return self.add_card(request, account).await,
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
        };
        let done = self.execute(account, &command, &metadata).await?;
        respond(StatusCode::OK, account, &done)
    }

    async fn add_address(&self, request: &Request, account: &AccountId) -> Result<Response, Problem> {
        let (AddAddress { kind, address }, metadata) = request.command()?;
        let id: AddressId = request.new_id()?.parse().map_err(|error| Problem::internal(&error))?;
        let command = Command::AddAddress(Entry { id: id.clone(), kind, address: Personal(address) });
        let done = self.execute(account, &command, &metadata).await?;
        let response = respond(created(done.effect), account, &done)?;
        Ok(response.location(&format!("/accounts/{account}/addresses/{id}")))
    }

    async fn add_card(&self, request: &Request, account: &AccountId) -> Result<Response, Problem> {
        let (AddCard { token, brand, last4 }, metadata) = request.command()?;
        let id = token.id();
        let command = Command::AddCard(Card { token, brand, last4 });
        let done = self.execute(account, &command, &metadata).await?;
        let response = respond(created(done.effect), account, &done)?;
        Ok(response.location(&format!("/accounts/{account}/cards/{id}")))
    }

    async fn execute(
        &self,
        id: &AccountId,
        command: &Command,
        metadata: &Metadata,
    ) -> Result<Executed<State>, Problem> {
        Ok(self.0.execute(&StreamName::of::<Account>(id), command, metadata).await?)
    }
}

/// The account of whoever calls.
fn caller(request: &Request) -> Result<AccountId, Problem> {
    request.caller()?.id().parse().map_err(|error| Problem::internal(&error))
}

fn respond(status: StatusCode, account: &AccountId, done: &Executed<State>) -> Result<Response, Problem> {
    Ok(Response::json(status, &responses::Account::of(account, done.version, &done.state))?.etag(done.version))
}
