//! The deployed stack: the template, and its parameters on one machine.

use crate::functions::functions;
use foldlog_local::{Options, Storage, Streams};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// The text of the template that `sam deploy` deploys.
pub const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// The logical id of a function in the template: `CartCommandsFunction` for `cart-commands`.
#[must_use]
pub fn logical_id(function: &str) -> String {
    format!("{}Function", words(function))
}

/// The words of a name, each with a capital: `CartCommands` for `cart-commands`.
pub(crate) fn words(name: &str) -> String {
    name.split('-')
        .filter_map(|word| word.split_at_checked(1))
        .map(|(first, rest)| first.to_uppercase() + rest)
        .collect()
}

/// The template's parameters without a default, for a shop on one machine, and one more: a machine loses what is on its
/// way when it stops, so the daily run, which begins at each start, always reads the whole log. The issuer does not depend
/// on the listen address: account ids are derived from the issuer, and must stay the same when you serve a stored shop at
/// another address.
#[must_use]
pub fn parameters() -> BTreeMap<String, String> {
    [
        ("JwtIssuer", "https://issuer.shop.local"),
        ("JwtAudience", "shop"),
        // On one machine the functions are told another address.
        ("PaymentProviderUrl", "https://payments.shop.local"),
        ("PaymentProviderKeyArn", KEY_ARN),
        ("PaymentWebhookSecretArn", SECRET_ARN),
        ("WholeEveryDays", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// A shop on this machine, at any free port, that is deleted at the end. The given parameters replace or extend those
/// of a shop on one machine. It has no secrets: those are its payment provider's.
#[must_use]
pub fn options(others: impl IntoIterator<Item = (String, String)>) -> Options {
    Options {
        template: TEMPLATE.to_owned(),
        parameters: parameters().into_iter().chain(others).collect(),
        environment: BTreeMap::from([(PROVIDER_URL.to_owned(), USUAL_PROVIDER.to_owned())]),
        secrets: BTreeMap::new(),
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        storage: Storage::Temporary,
        functions: functions(),
        streams: Streams::default(),
        counted: false,
    }
}

/// The setting with the address of the payment provider. On AWS the template takes only addresses with TLS; on one machine
/// a function is told this one, the default address of `shop provider`, or another.
pub const PROVIDER_URL: &str = "PAYMENT_PROVIDER_URL";
const USUAL_PROVIDER: &str = "http://127.0.0.1:8090";
/// The secret with the key that the provider knows a shop on one machine by.
pub const KEY_ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:payment-provider-key-000000";
/// The secret that the provider of a shop on one machine signs its webhooks with.
pub const SECRET_ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:payment-webhook-secret-000000";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_shop_is_told_of_the_secrets_that_there_are() {
        let parameters = parameters();
        let told = ["PaymentProviderKeyArn", "PaymentWebhookSecretArn"].map(|name| parameters[name].clone());
        assert_eq!(BTreeSet::from(told), crate::ProviderSecrets::fresh().unwrap().by_arn().into_keys().collect());
    }

    #[test]
    fn every_binary_that_the_template_names_is_registered_once() {
        let template: yaml_serde::Value = yaml_serde::from_str(TEMPLATE).unwrap();
        let resources = template["Resources"].as_mapping().unwrap().values();
        let binaries = resources.filter_map(|resource| resource["Metadata"]["BuildProperties"]["Binary"].as_str());
        let mut declared: Vec<&str> = binaries.collect();
        let mut registered: Vec<&str> = functions().iter().map(|function| function.name).collect();
        declared.sort_unstable();
        registered.sort_unstable();
        assert_eq!(registered, declared);
    }
}
