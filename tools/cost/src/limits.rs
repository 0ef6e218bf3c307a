//! The limits of the services: a file with each limit, its source and the day on which it was looked up.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The limits that the repository holds.
const LISTED: &str = include_str!("../../../docs/cost/limits.yaml");

/// A list of limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// The day on which they were looked up.
    pub(crate) looked_up: String,
    limits: BTreeMap<String, Limit>,
}

/// A limit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    /// The maximum.
    pub(crate) most: u64,
    /// Its unit.
    pub(crate) unit: String,
    /// Whether AWS raises it on request.
    pub(crate) raised: bool,
    /// The page that documents it.
    pub(crate) source: String,
}

/// Why limits cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LimitsError {
    /// The file is not a list of limits.
    #[error("docs/cost/limits.yaml cannot be read: {0}")]
    Unreadable(#[from] yaml_serde::Error),
    /// A limit is missing.
    #[error("docs/cost/limits.yaml has no {0}")]
    Missing(&'static str),
}

impl Limits {
    /// The limits that the repository holds.
    pub(crate) fn listed() -> Result<Self, LimitsError> {
        Ok(yaml_serde::from_str(LISTED)?)
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Limit> {
        self.limits.values()
    }

    /// A limit.
    pub(crate) fn of(&self, name: &'static str) -> Result<&Limit, LimitsError> {
        self.limits.get(name).ok_or(LimitsError::Missing(name))
    }
}
