//! Personal data.

use super::form::Form;
use super::text::text_value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

text_value! {
    /// The name of a person.
    PersonName, "a person's name (1 to 200 characters, no control characters, not blank)", Form::Line(200)
}
text_value! {
    /// An e-mail address.
    Email, "an e-mail address (at most 254 characters, such as ada@example.org)", Form::Email(254)
}

/// The owner of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// The owner's name.
    pub name: PersonName,
    /// The owner's e-mail address.
    pub email: Email,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_e_mail_address_is_none() {
        assert!("ada@example.org".parse::<Email>().is_ok() && "a+b@x.co.uk".parse::<Email>().is_ok());
        for text in ["", "ada", "@example.org", "ada@", "ada@org", "ada@example.", "a da@example.org", "a@b@c.org"] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
        assert!(format!("{}@example.org", "a".repeat(250)).parse::<Email>().is_err());
    }
}
