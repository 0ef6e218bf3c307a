//! Personal data.

use super::form::Form;
use super::text::text_value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

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

/// Personal data, marked apart from data that may be kept and shown for ever. The stored form is that of the content.
/// Errors and logs never contain the content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Personal<T>(pub T);

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Personal(…)")
    }
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

    #[test]
    fn what_is_personal_is_stored_and_not_written_where_errors_are() {
        let profile = Personal(Profile { name: "Ada".parse().unwrap(), email: "ada@example.org".parse().unwrap() });
        let stored = r#"{"name":"Ada","email":"ada@example.org"}"#;
        assert_eq!(serde_json::to_string(&profile).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Personal<Profile>>(stored).unwrap(), profile);
        assert!(!format!("{profile:?}").contains("ada"));
    }
}
