//! Texts that are checked when they are read, and what is said of those that are not what they should be.

/// A text or number that is not what it should be; says what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} is not {expected}")]
pub struct Invalid {
    value: String,
    expected: &'static str,
}

impl Invalid {
    /// That a text is not what is expected.
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self { value: format!("{text:?}"), expected }
    }

    /// That a number is not what is expected.
    pub(crate) fn number(number: &impl ToString, expected: &'static str) -> Self {
        Self { value: number.to_string(), expected }
    }
}

macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::values::Invalid;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err($crate::values::Invalid::new(&text, $expected)) }
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
    };
}

pub(super) use text_value;

/// Letters, digits, `_` and `-`.
pub(super) fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// What people write, in any number of lines.
pub(super) fn is_prose(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.chars().any(|character| character.is_control() && character != '\n')
}

/// What people write in one line that is not blank.
pub(super) fn is_line(text: &str, longest: usize) -> bool {
    is_prose(text, longest) && !text.contains('\n') && !text.trim().is_empty()
}

/// A UUID as 32 hex digits.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
