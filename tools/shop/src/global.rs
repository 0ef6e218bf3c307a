//! The options of every command: the shop, the token, and the output format.

use crate::failure::Failure;
use crate::terminal;
use clap::Args;
use reqwest::Url;
use serde::Serialize;
use shop_client::{Client, ClientError, Identity, Role, Session};

/// The default address of `shop serve`.
pub(crate) const USUAL_API: &str = "http://127.0.0.1:8080";

/// The options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// The address of the shop
    #[arg(long, global = true, env = "SHOP_API", value_name = "URL", default_value = USUAL_API)]
    #[arg(value_parser = web_url, help_heading = "Common options")]
    pub(crate) api: Url,
    /// The bearer token for requests [default: a local host signs one with the scope that the command needs]
    #[arg(long, global = true, env = "SHOP_TOKEN", hide_env_values = true, help_heading = "Common options")]
    pub(crate) token: Option<String>,
    /// Print JSON: one document, or one per line if there are many
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
}

impl Global {
    /// A client of the shop at that address.
    pub(crate) fn client(&self) -> Result<Client, ClientError> {
        Client::at(self.api.clone(), self.token.clone().filter(|token| !token.is_empty()))
    }

    /// A session of an operator of that shop.
    pub(crate) async fn operator(&self) -> Result<Session, ClientError> {
        self.client()?.session(&Identity::of(Role::Operator)).await
    }

    /// Prints a result: the document as JSON, or a text for a person.
    pub(crate) fn print(&self, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json { terminal::json_line(document) } else { terminal::line(&text()) }
    }

    /// Prints results: each document as JSON, or lines for a person.
    pub(crate) fn print_all<T: Serialize>(
        &self,
        documents: &[T],
        lines: impl FnOnce(&[T]) -> Vec<String>,
    ) -> Result<(), Failure> {
        if self.json {
            return documents.iter().try_for_each(terminal::json_line);
        }
        lines(documents).iter().try_for_each(|line| terminal::row(line))
    }
}

fn web_url(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}; it looks like {USUAL_API}"))?;
    if url.scheme() == "http" && url.has_host() {
        Ok(url)
    } else {
        Err(format!("plain HTTP only, to this machine or through a tunnel that ends on it; it looks like {USUAL_API}"))
    }
}
