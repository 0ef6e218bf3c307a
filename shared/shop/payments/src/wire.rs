//! The documents of the protocol, and the meaning of each status.

use crate::payment::Step;
use crate::provider::Failure;
use crate::refusal::ProviderRefusal;
use crate::values::Reference;
use foldlog::json;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shop_domain::values::Money;
use std::borrow::Cow;

/// The header that identifies a repeated request.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The maximum size of a body, in bytes.
pub(crate) const LARGEST_BODY: usize = 64 * 1024;

/// The body of a request for an authorisation.
#[derive(Serialize, Deserialize)]
pub(crate) struct Authorisation<'a> {
    pub(crate) amount: Money,
    pub(crate) card: Cow<'a, str>,
}

/// The body of a request for the refund of a part.
#[derive(Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) amount: Money,
}

/// The body of each answer without a payment.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Problem {
    pub(crate) error: Code,
}

/// Why an answer has no payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Code {
    Refused(ProviderRefusal),
    Busy(Busy),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Busy {
    Unavailable,
}

impl Code {
    /// Its HTTP status.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Refused(ProviderRefusal::Absent) => StatusCode::NOT_FOUND,
            Self::Refused(ProviderRefusal::OtherContent | ProviderRefusal::NotPossible | ProviderRefusal::Expired) => {
                StatusCode::CONFLICT
            }
            Self::Refused(ProviderRefusal::Credentials) => StatusCode::UNAUTHORIZED,
            Self::Refused(ProviderRefusal::Malformed) => StatusCode::BAD_REQUEST,
            Self::Busy(Busy::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The path of a step below that of its payment.
pub(crate) fn path(step: Step<'_>) -> String {
    match step {
        Step::RefundPart { number, .. } => format!("refunds/{number}"),
        Step::Authorise { .. } | Step::Capture | Step::Void | Step::Refund => step.name().to_owned(),
    }
}

/// The key of a step on a payment. A repeated step has the same key.
pub(crate) fn idempotency_key(reference: &Reference, path: &str) -> String {
    format!("{reference}:{path}")
}

/// The failure that an answer without a payment means. Only an error code of the protocol, under the status that
/// belongs to it, proves that nothing was done: a proxy may answer 503 or 404 for a request that reached the provider.
pub(crate) fn failure(status: StatusCode, body: &[u8]) -> Failure {
    match json::read_bytes(body) {
        Ok(Problem { error }) if error.status() == status => match error {
            Code::Refused(refusal) => refusal.into(),
            Code::Busy(Busy::Unavailable) => Failure::Unavailable("it says so".to_owned()),
        },
        _ => Failure::Unknown(format!("it answered {status}, and nothing of the protocol")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn each_problem_reads_back_and_only_under_its_own_status() {
        let codes = ProviderRefusal::iter().map(Code::Refused).chain([Code::Busy(Busy::Unavailable)]);
        for error in codes {
            let body = serde_json::to_vec(&Problem { error }).unwrap();
            let expected = match error {
                Code::Refused(refusal) => Failure::Refused(refusal),
                Code::Busy(_) => Failure::Unavailable("it says so".to_owned()),
            };
            assert_eq!(failure(error.status(), &body), expected);
            assert!(matches!(failure(StatusCode::BAD_GATEWAY, &body), Failure::Unknown(_)), "{error:?}");
        }
    }

    #[test]
    fn a_status_without_the_providers_own_word_says_nothing() {
        for status in [400, 401, 404, 409, 500, 503, 504] {
            let status = StatusCode::from_u16(status).unwrap();
            for body in ["", "<html>", "{}", r#"{"error":"on_holiday"}"#, r#"{"message":"Service Unavailable"}"#] {
                assert!(matches!(failure(status, body.as_bytes()), Failure::Unknown(_)), "{status} {body}");
            }
        }
    }
}
