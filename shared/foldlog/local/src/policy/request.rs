//! One request as policies see it: who makes it, and what it needs.

use super::Demand;

/// Who makes a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Principal<'a> {
    /// A role, by its ARN.
    Role(&'a str),
    /// A service, for a resource.
    Service {
        /// Such as `events.amazonaws.com`.
        name: &'a str,
        /// The ARN of the resource.
        source: &'a str,
    },
}

impl<'a> Principal<'a> {
    pub(super) fn role(self) -> Option<&'a str> {
        match self {
            Self::Role(arn) => Some(arn),
            Self::Service { .. } => None,
        }
    }

    pub(super) fn source(self) -> Option<&'a str> {
        match self {
            Self::Role(_) => None,
            Self::Service { source, .. } => Some(source),
        }
    }
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// What it needs.
    pub(crate) demand: &'a Demand,
    /// Who makes it.
    pub(crate) by: Principal<'a>,
}
