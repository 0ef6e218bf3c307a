//! A function's settings: a value that is read from the environment once, at the start.

use std::collections::BTreeMap;

/// Name → text, as the template's `Environment` declares them.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, String>);

/// A setting that is missing or does not parse.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The template does not declare it for this function.
    #[error("the setting {0} is missing: declare it in the function's Environment")]
    Missing(String),
    /// The setting exists, but cannot be parsed as its type.
    #[error("the setting {name} is not valid: {reason}")]
    Invalid {
        /// The setting's name.
        name: String,
        /// The parser's message.
        reason: String,
    },
}

impl Settings {
    /// The settings of this process.
    #[must_use]
    pub fn from_env() -> Self {
        std::env::vars().collect()
    }

    /// The text of a setting.
    pub fn text(&self, name: &str) -> Result<&str, SettingError> {
        self.0.get(name).map(String::as_str).ok_or_else(|| SettingError::Missing(name.to_owned()))
    }

    /// A setting as a value of its type.
    pub fn parse<T>(&self, name: &str) -> Result<T, SettingError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.text(name)?
            .parse()
            .map_err(|error: T::Err| SettingError::Invalid { name: name.to_owned(), reason: error.to_string() })
    }
}

impl FromIterator<(String, String)> for Settings {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(settings: I) -> Self {
        Self(settings.into_iter().collect())
    }
}
