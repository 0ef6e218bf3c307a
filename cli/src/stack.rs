//! What is deployed: the template, the functions that it names, and what stands in for its parameters on one machine.

use aws_config::SdkConfig;
use lambda::{Registered, SettingError, Settings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The text of the template that `sam deploy` deploys.
pub const TEMPLATE: &str = include_str!("../../template.yaml");

/// The functions that the template names, each under the name of its binary.
#[must_use]
pub fn functions() -> Vec<Registered> {
    macro_rules! registered {
        ($($name:literal => $function:path,)*) => {
            vec![$(Registered {
                name: $name,
                build: |settings: &Settings, aws: &SdkConfig| -> Result<Arc<dyn lambda::Invoke>, SettingError> {
                    Ok(Arc::new($function(settings, aws)?))
                },
            }),*]
        };
    }
    registered! {
        "catalogue-commands" => catalogue_commands::function,
        "stock-commands" => stock_commands::function,
        "account-commands" => account_commands::function,
        "cart-commands" => cart_commands::function,
        "order-commands" => order_commands::function,
        "stock-reactions" => stock_reactions::function,
        "order-reactions" => order_reactions::function,
        "fulfilment" => fulfilment::function,
        "projector" => projector::function,
        "relay" => relay::function,
        "sales-projector" => sales_projector::function,
        "reconcile" => reconcile::function,
        "queries" => queries::function,
        "operations" => operations::function,
    }
}

/// The template's parameters on one machine, where it has no default. The issuer does not depend on the address that is
/// listened on: whose a cart is, is derived from it, and has to stay when a kept shop is served elsewhere.
#[must_use]
pub fn parameters() -> BTreeMap<String, String> {
    [("JwtIssuer", "https://issuer.shop.local"), ("JwtAudience", "shop")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binary_that_the_template_names_is_registered_once() {
        let mut declared: Vec<&str> =
            TEMPLATE.lines().filter_map(|line| line.trim().strip_prefix("Binary: ")).collect();
        let mut registered: Vec<&str> = functions().iter().map(|function| function.name).collect();
        declared.sort_unstable();
        registered.sort_unstable();
        assert_eq!(registered, declared);
    }
}
