//! The errors of a request: those that may pass, and those that will not.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use foldlog::{LogError, ViewError};
use std::error::Error;
use std::fmt::Display;

/// The error codes that ask for a retry, beside every 5xx (Amazon `DynamoDB` developer guide, "Error handling with
/// `DynamoDB`").
const PASSING: [&str; 9] = [
    "ExpiredTokenException",
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Why one item stopped a transaction: its condition, or another transaction on it.
pub(crate) const CONDITION_FAILED: &str = "ConditionalCheckFailed";
pub(crate) const IN_CONFLICT: &str = "TransactionConflict";

/// Whether the condition of a write stopped it.
pub(crate) fn is_condition_failed<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

/// A request that failed after all the retries of the SDK.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Trying again later may help. Whether a write was carried out is unknown.
    Passing(String),
    /// Trying again will not help.
    Lasting(String),
}

impl<E: Error + ProvideErrorMetadata + 'static> From<SdkError<E>> for Failure {
    fn from(error: SdkError<E>) -> Self {
        let passing = match &error {
            SdkError::ConstructionFailure(_) => false,
            SdkError::ServiceError(answer) => {
                answer.raw().status().is_server_error() || error.code().is_some_and(|code| PASSING.contains(&code))
            }
            // No complete answer arrived: time-outs, lost connections, proxies, and any kind that a later SDK adds.
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) | _ => true,
        };
        let text = DisplayErrorContext(&error).to_string();
        if passing { Self::Passing(text) } else { Self::Lasting(text) }
    }
}

/// The error of a request that cannot be made, or of an answer that cannot be read.
pub(crate) fn denied(error: impl Display) -> LogError {
    LogError::Denied(error.to_string())
}

/// The code of a request that the store refuses for what is in it.
const INVALID: &str = "ValidationException";

/// The error of a write of one row. If the store refuses the row as it is, such as one that is too large, the row is at
/// fault, and not the view.
pub(crate) fn refused_row<E: Error + ProvideErrorMetadata + 'static>(error: SdkError<E>) -> ViewError {
    let invalid = error.code() == Some(INVALID);
    match Failure::from(error) {
        Failure::Lasting(text) if invalid => ViewError::Damaged(text),
        failure @ (Failure::Passing(_) | Failure::Lasting(_)) => failure.into(),
    }
}

impl From<Failure> for LogError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Passing(text) => Self::Unavailable(text),
            Failure::Lasting(text) => Self::Denied(text),
        }
    }
}

impl From<Failure> for ViewError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Passing(text) => Self::Unavailable(text),
            Failure::Lasting(text) => Self::Unusable(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::error::{ConnectorError, ErrorMetadata};
    use aws_sdk_dynamodb::operation::query::QueryError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    fn answered(status: u16, code: &str) -> LogError {
        let error = QueryError::generic(ErrorMetadata::builder().code(code).message("because").build());
        let raw = HttpResponse::new(status.try_into().unwrap(), "".into());
        Failure::from(SdkError::service_error(error, raw)).into()
    }

    #[test]
    fn throttling_and_faults_of_the_store_may_pass() {
        for (status, code) in
            [(400, "ThrottlingException"), (400, "ProvisionedThroughputExceededException"), (503, "What")]
        {
            assert!(matches!(answered(status, code), LogError::Unavailable(_)), "{code}");
        }
    }

    #[test]
    fn only_what_is_wrong_with_the_row_itself_is_its_damage() {
        let refused = |code| {
            let error = QueryError::generic(ErrorMetadata::builder().code(code).message("because").build());
            refused_row(SdkError::service_error(error, HttpResponse::new(400.try_into().unwrap(), "".into())))
        };
        assert!(matches!(refused("ValidationException"), ViewError::Damaged(_)));
        assert!(matches!(refused("AccessDeniedException"), ViewError::Unusable(_)));
        assert!(matches!(refused("ThrottlingException"), ViewError::Unavailable(_)));
    }

    #[test]
    fn a_lost_connection_may_pass() {
        let error: SdkError<QueryError> = SdkError::dispatch_failure(ConnectorError::io("reset".into()));
        assert!(matches!(LogError::from(Failure::from(error)), LogError::Unavailable(_)));
    }

    #[test]
    fn what_is_not_allowed_or_not_valid_stays_so() {
        for code in ["AccessDeniedException", "ValidationException", "ResourceNotFoundException"] {
            assert!(matches!(answered(400, code), LogError::Denied(text) if text.contains("because")), "{code}");
        }
    }
}
