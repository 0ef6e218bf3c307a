//! The tables that a command opens: those of the local host, or of a stack on AWS.

use crate::failure::{Failure, Unnamed};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use serde::Deserialize;
use shop_client::Client;
use shop_composition::Tables;
use std::collections::BTreeMap;

/// The tables that a command uses.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct TableSource {
    /// The tables of this stack on AWS, in place of the local host's at --api
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    stack: Option<String>,
    /// Profile of the AWS configuration to use
    #[arg(long, value_name = "NAME", requires = "stack", help_heading = "Tables")]
    profile: Option<String>,
    /// Region that the stack is in
    #[arg(long, value_name = "NAME", requires = "stack", help_heading = "Tables")]
    region: Option<String>,
    /// Another table in place of one of these, such as EventLog=restored; you can repeat it
    #[arg(long = "table", value_name = "ID=NAME", value_parser = assignment, help_heading = "Tables")]
    tables: Vec<(String, String)>,
}

/// The local host's report about itself.
#[derive(Deserialize)]
struct Description {
    aws: String,
    tables: BTreeMap<String, String>,
}

/// The name and value of an argument NAME=VALUE.
pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("say NAME=VALUE".to_owned()),
    }
}

impl TableSource {
    /// Whether the tables are on AWS.
    pub(crate) const fn is_stack(&self) -> bool {
        self.stack.is_some()
    }

    /// Opens the log and the read models.
    pub(crate) async fn open(&self, client: &Client) -> Result<Tables, Failure> {
        let (database, names) = self.tables(client).await?;
        Ok(Tables::on(&database, |logical| names.get(logical).cloned())?)
    }

    /// The database of the tables, and their names by logical id.
    pub(crate) async fn tables(
        &self,
        client: &Client,
    ) -> Result<(aws_sdk_dynamodb::Client, BTreeMap<String, String>), Failure> {
        let (database, mut names) = match &self.stack {
            Some(stack) => {
                let database = self.on_aws().await;
                let names = of_stack(stack, &listed(&database, stack).await?, &self.tables)?;
                (database, names)
            }
            None => local(client).await?,
        };
        names.extend(self.tables.iter().cloned());
        Ok((database, names))
    }

    async fn on_aws(&self) -> aws_sdk_dynamodb::Client {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut config = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if let Some(profile) = &self.profile {
            config = config.profile_name(profile);
        }
        if let Some(region) = &self.region {
            config = config.region(Region::new(region.clone()));
        }
        aws_sdk_dynamodb::Client::new(&config.load().await)
    }
}

async fn local(client: &Client) -> Result<(aws_sdk_dynamodb::Client, BTreeMap<String, String>), Failure> {
    let Description { aws, tables } = client.local().await?;
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "shop"))
        .endpoint_url(aws);
    Ok((aws_sdk_dynamodb::Client::from_conf(config.build()), tables))
}

/// The prefix of a stack's table names.
fn prefix(stack: &str) -> String {
    format!("{stack}-")
}

/// The tables that may belong to a stack.
async fn listed(database: &aws_sdk_dynamodb::Client, stack: &str) -> Result<Vec<String>, Failure> {
    let mut pages = database.list_tables().into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(name) = pages.next().await {
        let name = name.map_err(|error| Failure::tables(DisplayErrorContext(&error)))?;
        if name.starts_with(&prefix(stack)) {
            names.push(name);
        }
    }
    Ok(names)
}

/// A stack's tables by logical id, as `CloudFormation` names them: `<stack>-<logical id>-<letters and digits>`. Given
/// tables need no search.
fn of_stack(stack: &str, listed: &[String], given: &[(String, String)]) -> Result<BTreeMap<String, String>, Unnamed> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in listed {
        let parts = name.strip_prefix(&prefix(stack)).and_then(|rest| rest.split_once('-'));
        if let Some((logical, generated)) = parts
            && !generated.is_empty()
            && generated.chars().all(|letter| letter.is_ascii_alphanumeric())
        {
            found.entry(logical).or_default().push(name.clone());
        }
    }
    if found.is_empty() {
        return Err(Unnamed::NoStack(stack.to_owned()));
    }
    found.retain(|logical, _| given.iter().all(|(given, _)| given != logical));
    let each = found.into_iter().map(|(logical, mut names)| match (names.pop(), names.is_empty()) {
        (Some(name), true) => Ok((logical.to_owned(), name)),
        (last, _) => {
            names.extend(last);
            Err(Unnamed::Several { logical: logical.to_owned(), names })
        }
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_stacks_tables_are_told_by_their_names_and_another_stacks_are_not() {
        let all = listed(&[
            "shop-EventLog-1A2B",
            "shop-StockView-9Z",
            "shop-EventLog",
            "shop-two-EventLog-3C",
            "bar-Parked-1",
        ]);
        let names = of_stack("shop", &all, &[]).unwrap();
        let expected = [("EventLog", "shop-EventLog-1A2B"), ("StockView", "shop-StockView-9Z")];
        assert_eq!(names, expected.map(|(logical, name)| (logical.to_owned(), name.to_owned())).into());
        assert_eq!(of_stack("foo", &all, &[]), Err(Unnamed::NoStack("foo".to_owned())));
    }

    #[test]
    fn of_two_tables_nobody_guesses_one_and_a_given_one_is_not_looked_for() {
        let all = listed(&["shop-EventLog-1A", "shop-EventLog-2B", "shop-Parked-1"]);
        let several = of_stack("shop", &all, &[]).unwrap_err().to_string();
        assert!(
            several.contains("shop-EventLog-1A, shop-EventLog-2B") && several.contains("--table EventLog="),
            "{several}"
        );
        let given = [("EventLog".to_owned(), "shop-EventLog-2B".to_owned())];
        assert_eq!(of_stack("shop", &all, &given).unwrap().len(), 1);
    }

    #[test]
    fn an_assignment_has_a_name_and_may_hold_an_equals_sign() {
        assert_eq!(assignment("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert_eq!(assignment("A="), Ok(("A".to_owned(), String::new())));
        assert!(assignment("=b").is_err() && assignment("A").is_err());
    }
}
