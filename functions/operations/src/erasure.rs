//! The erasure of a person's data: their key is destroyed. The log keeps every event, and no longer what was sealed in
//! them.

use crate::Operations;
use foldlog::{Consistency, state_of};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::operations::Recorded;
use shop_api::requests::Nothing;
use shop_domain::account::{Account, State};
use shop_domain::audit::Event;
use shop_domain::values::AccountId;

impl<P: KeyPorts> Operations<P> {
    /// `POST /ops/accounts/{id}/erase`. It is recorded first. A repetition destroys what is destroyed already.
    pub(crate) async fn erase(&self, request: &Request) -> Result<Response, Problem> {
        let (Nothing {}, metadata) = request.command()?;
        let account: AccountId = request.path("id")?;
        let decide = async || match state_of::<Account>(self.log(), &account, Consistency::Strong).await? {
            State::Unopened => Err(Problem::not_found("there is no such account")),
            State::Opened(_) => Ok(Event::AccountErased { account: account.clone() }),
        };
        let record = self.audit.record_as_decided(&metadata, decide).await?;
        self.keys.destroy(account.as_str()).await?;
        Response::json(StatusCode::OK, &Recorded::from(record))
    }
}
