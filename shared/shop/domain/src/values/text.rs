//! Texts that are checked when they are read, and the error of those that are invalid.

/// The error of an invalid text or number. It says which form is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} is not {expected}")]
pub struct Invalid {
    value: String,
    expected: &'static str,
}

impl Invalid {
    /// The error of an invalid text.
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self { value: format!("{text:?}"), expected }
    }

    /// The error of an invalid number.
    pub(crate) fn number(number: &impl ToString, expected: &'static str) -> Self {
        Self { value: number.to_string(), expected }
    }
}

macro_rules! text_value {
    ($(#[doc = $doc:literal])+ $name:ident, $expected:literal, $form:expr) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The form of the text.
            pub(crate) const FORM: $crate::values::Form = $form;

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::values::Invalid;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                if Self::FORM.accepts(&text) { Ok(Self(text)) } else { Err($crate::values::Invalid::new(&text, $expected)) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::values::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.to_owned().try_into()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                Self::FORM.schema(concat!($($doc),+))
            }
        }
    };
}

pub(super) use text_value;
