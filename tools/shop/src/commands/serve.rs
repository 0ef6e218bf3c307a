//! `shop serve`: the whole template on this machine.

use crate::failure::Failure;
use crate::global::{Global, USUAL_API};
use crate::shutdown;
use crate::table_source::assignment;
use crate::terminal;
use foldlog_dynamo::{Import, Imports};
use foldlog_lambda::WriteMode;
use foldlog_local::{Host, Kept, Options, Storage};
use serde_json::json;
use shop_client::Client;
use shop_client::sample::demo::{self, Demo};
use shop_composition::{
    KEY_ARN, NoTable, PROVIDER_URL, Provider, ProviderSecrets, SECRET_ARN, StartError, TEMPLATE, options, parameters,
};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The parameter that turns commands on or off.
const COMMANDS: &str = "Commands";

/// Run the whole shop on this machine: gateway, functions, tables, streams, bus and queues
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It runs the template that you deploy, with the functions themselves. You need to install nothing
else. Press Ctrl-C to end it. The next `shop serve` on the same data finishes what was under way,
even after a kill.

Examples:
  shop serve --demo
  shop serve --data ./shop-data
  shop serve --listen 127.0.0.1:0 --parameter Currency=USD")]
pub(crate) struct Serve {
    /// The address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep all data in this directory
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    data: Option<PathBuf>,
    /// Keep all data in memory, until the end [default]
    #[arg(long)]
    memory: bool,
    /// Create sample data, and print commands to try
    #[arg(long)]
    demo: bool,
    /// Whether to carry out commands; an import needs them off
    #[arg(long, value_name = "ON|OFF", default_value_t, value_parser = clap::value_parser!(WriteMode))]
    commands: WriteMode,
    /// Use the payment provider at this address, as `shop provider` runs one, instead of one of its own
    #[arg(long, value_name = "URL")]
    provider: Option<String>,
    /// What that provider knows the shop by [default: that of --data]
    #[arg(long, value_name = "SECRET", env = "SHOP_PROVIDER_KEY", hide_env_values = true)]
    provider_key: Option<String>,
    /// What that provider signs its webhooks with [default: that of --data]
    #[arg(long, value_name = "SECRET", env = "SHOP_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
    /// Set a parameter of the template, such as TaxBasisPoints=700; you can repeat it
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = assignment)]
    parameters: Vec<(String, String)>,
}

impl Serve {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let ended = shutdown::of_this_process()?;
        tokio::pin!(ended);
        let commands = self.commands().await?;
        let mut provider = self.own_provider().await?;
        let host = Host::start(self.options(provider.as_ref(), commands)?).await?;
        if let Some(provider) = &mut provider {
            provider.tell(&host.url())?;
        }
        let shown = tokio::select! {
            shown = self.show(&host, global) => Some(shown),
            () = &mut ended => None,
        };
        if let Some(Ok(())) = shown {
            ended.await;
        }
        host.stop().await;
        if let Some(provider) = provider {
            provider.stop().await;
        }
        shown.unwrap_or(Ok(()))
    }

    /// The shop's own payment provider, unless the arguments name another one.
    async fn own_provider(&self) -> Result<Option<Provider>, Failure> {
        if self.provider.is_some() {
            return Ok(None);
        }
        Ok(Some(Provider::start(self.data.as_deref()).await?))
    }

    /// The secrets of shop and provider, by ARN: those of its own provider, or of the one that the arguments name.
    fn secrets(&self, provider: Option<&Provider>) -> Result<BTreeMap<String, String>, Failure> {
        let mut secrets = match (provider, &self.data) {
            (Some(own), _) => return Ok(own.secrets().by_arn()),
            (None, Some(data)) => ProviderSecrets::kept_in(data).map_err(StartError::Secrets)?.by_arn(),
            (None, None) => BTreeMap::new(),
        };
        let given = [(KEY_ARN, &self.provider_key), (SECRET_ARN, &self.webhook_secret)];
        secrets.extend(given.into_iter().filter_map(|(arn, text)| Some((arn.to_owned(), text.clone()?))));
        if secrets.contains_key(KEY_ARN) { Ok(secrets) } else { Err(Failure::NoSecret("--provider-key")) }
    }

    /// Whether commands are carried out. They stay off on a log whose import was not verified, even if the arguments
    /// turn them on.
    async fn commands(&self) -> Result<WriteMode, Failure> {
        let Some(directory) = self.data.as_deref().filter(|directory| directory.exists()) else {
            return Ok(self.commands);
        };
        let Some(import) = unverified(directory).await? else { return Ok(self.commands) };
        terminal::remark(&format!(
            "commands are off: import {} of {} commits, begun {}, has not verified; run `shop import` with the same export",
            import.id, import.commits, import.begun_at
        ));
        Ok(WriteMode::Off)
    }

    fn options(&self, provider: Option<&Provider>, commands: WriteMode) -> Result<Options, Failure> {
        let commands = [(COMMANDS.to_owned(), commands.to_string())];
        let other = self.provider.iter().map(|url| (PROVIDER_URL.to_owned(), url.clone()));
        Ok(Options {
            secrets: self.secrets(provider)?,
            environment: provider.map_or_else(|| other.collect(), Provider::environment),
            listen: self.listen,
            storage: self.data.clone().map_or(Storage::Temporary, Storage::Directory),
            ..options(commands.into_iter().chain(self.parameters.iter().cloned()))
        })
    }

    /// Prints the addresses, and with `--demo` the commands to try.
    async fn show(&self, host: &Host, global: &Global) -> Result<(), Failure> {
        let (url, aws) = (host.url(), host.aws_url());
        if !global.json {
            terminal::line(&self.welcome(host.address(), &url, &aws))?;
            if let Some(warning) = reachable(host.address()) {
                terminal::remark(&warning);
            }
            if !host.warnings().is_empty() {
                let count = host.warnings().len();
                terminal::remark(&format!(
                    "{count} kinds of settings in the template have no effect on one machine; {url}/_local lists them"
                ));
            }
        }
        let demo = if self.demo { Some(fill(&url).await?) } else { None };
        match demo {
            _ if global.json => {
                terminal::json_line(&json!({"url": url, "address": host.address(), "aws": aws, "demo": demo}))
            }
            Some(demo) => terminal::line(&to_try(&url, &demo)),
            None => Ok(()),
        }
    }

    fn welcome(&self, address: SocketAddr, url: &str, aws: &str) -> String {
        let elsewhere = if address.ip().is_loopback() { String::new() } else { format!(" and at {address}") };
        let api = if url == USUAL_API { String::new() } else { format!(" --api {url}") };
        let kept = self.data.as_ref().map_or_else(
            || "lost at the end; --data DIR keeps it".to_owned(),
            |directory| format!("kept in {}", directory.display()),
        );
        format!(
            "The shop is open at {url}{elsewhere}   (Ctrl-C closes it)

  a token       shop token --as customer:alice{api}      (or staff, or operator)
  its events    shop events tail --follow{api}
  customers     shop seed --orders 100 --seed 1{api}
  AWS SDKs      AWS_ENDPOINT_URL={aws}
  its data      {kept}"
        )
    }
}

/// The warning about an address that others than the programs of this machine reach.
fn reachable(address: SocketAddr) -> Option<String> {
    (!address.ip().is_loopback()).then(|| {
        format!(
            "the shop listens on {address}, and so for other machines. It is made for one: it has no TLS, every program \
             on this machine gets tokens for anyone, and whoever gets through to such a program, such as a proxy, can act \
             as anyone"
        )
    })
}

/// The import into a kept log that was not verified, if there is one.
async fn unverified(directory: &Path) -> Result<Option<Import>, Failure> {
    let kept = Kept::open(TEMPLATE, &parameters(), directory).await?;
    let table = kept.table("Imports").ok_or_else(|| NoTable("Imports".to_owned()))?;
    let imports = Imports::new(aws_sdk_dynamodb::Client::new(&kept.aws_config()), table).all().await;
    kept.close().await;
    let imports = imports.map_err(Failure::tables)?;
    Ok(imports.into_iter().find(|import| import.verified_at.is_none()))
}

async fn fill(url: &str) -> Result<Demo, Failure> {
    let base = url.parse().map_err(|error| Failure::Machine(format!("{url} is no address: {error}")))?;
    Ok(demo::fill(&Client::at(base, None)?).await?)
}

/// Three requests to try, one after the other.
fn to_try(url: &str, Demo { cart, token }: &Demo) -> String {
    format!(
        "
Alice has a full cart. Check it out, look at the order, and list the products:

  TOKEN={token}

  curl -i -X POST -H \"Authorization: Bearer $TOKEN\" {url}/carts/{cart}/checkout
  curl -s -H \"Authorization: Bearer $TOKEN\" {url}/orders/{cart}
  curl -s {url}/catalogue
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_others_reach_is_shown_with_a_warning() {
        for address in ["0.0.0.0:8080", "[::]:8080", "10.1.2.3:80"] {
            let warning = reachable(address.parse().unwrap()).unwrap();
            assert!(warning.contains(address) && warning.contains("act as anyone"), "{warning}");
        }
        for address in ["127.0.0.1:8080", "[::1]:8080"] {
            assert_eq!(reachable(address.parse().unwrap()), None);
        }
    }

    #[test]
    fn what_to_try_names_the_real_cart_and_token_and_quotes_nothing_but_the_variable() {
        let demo = Demo { cart: "cafe".to_owned(), token: "a.b.c".to_owned() };
        let text = to_try("http://127.0.0.1:1", &demo);
        assert_eq!(text.matches("curl ").count(), 3);
        assert!(text.contains("TOKEN=a.b.c\n"));
        assert!(text.contains("-X POST -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:1/carts/cafe/checkout\n"));
        assert!(text.contains("http://127.0.0.1:1/orders/cafe\n"));
    }
}
