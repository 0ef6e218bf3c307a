//! Tokens for a shop anywhere.

use std::env::var;
use std::process::Command;

/// The tokens of those who take part.
pub(super) struct Tokens {
    /// With the scope `shop/customer`.
    pub(super) customer: String,
    /// The same of another customer.
    pub(super) stranger: String,
    /// With the scope `shop/staff`.
    pub(super) staff: String,
    /// With the scope `shop/operator`.
    pub(super) operator: String,
}

impl Tokens {
    /// Signed for the subjects of a run, with a scope each.
    pub(super) fn signed(run: &str, sign: impl Fn(&str, &str) -> String) -> Self {
        Self::each(run, |_, subject, scope| sign(subject, scope))
    }

    /// Those of the environment: `SHOP_CUSTOMER_TOKEN`, `SHOP_STRANGER_TOKEN` of another customer, `SHOP_STAFF_TOKEN`
    /// and `SHOP_OPERATOR_TOKEN`. What is not there is what `SHOP_TOKEN_COMMAND` prints with the subject behind it,
    /// such as `customer:e2e-17f3`.
    pub(super) fn of_environment(run: &str) -> Self {
        Self::each(run, |name, subject, _| match (var(name), var("SHOP_TOKEN_COMMAND")) {
            (Ok(token), _) => token,
            (Err(_), Ok(command)) => printed(&command, subject),
            (Err(_), Err(_)) => panic!("whose token is to be sent? Set {name}, or SHOP_TOKEN_COMMAND"),
        })
    }

    fn each(run: &str, token: impl Fn(&str, &str, &str) -> String) -> Self {
        Self {
            customer: token("SHOP_CUSTOMER_TOKEN", &format!("customer:e2e-{run}"), "shop/customer"),
            stranger: token("SHOP_STRANGER_TOKEN", &format!("customer:stranger-{run}"), "shop/customer"),
            staff: token("SHOP_STAFF_TOKEN", "staff:e2e", "shop/staff"),
            operator: token("SHOP_OPERATOR_TOKEN", "operator:e2e", "shop/operator"),
        }
    }
}

fn printed(command: &str, subject: &str) -> String {
    let output = Command::new("sh").args(["-c", &format!("{command} \"$0\""), subject]).output().expect("a shell");
    assert!(output.status.success(), "{command} {subject}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a token").trim().to_owned()
}
