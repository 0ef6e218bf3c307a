//! What a caller is told if the log cannot be read.

use foldlog::{LogError, Version};
use foldlog_lambda::Problem;
use http::StatusCode;

#[test]
fn what_may_pass_is_no_internal_error() {
    let (stream, reason) = ("wish-1".parse::<foldlog::StreamName>().unwrap(), "a gap".to_owned());
    let too_long = LogError::TooLong { stream: stream.clone(), schema: 2, read: 50 };
    let corrupt = LogError::Corrupt { stream, version: Version(3), reason };
    for (error, status) in [
        (LogError::Unavailable("throttled".to_owned()), StatusCode::SERVICE_UNAVAILABLE),
        (too_long, StatusCode::SERVICE_UNAVAILABLE),
        (LogError::Denied("no such table".to_owned()), StatusCode::INTERNAL_SERVER_ERROR),
        (corrupt, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let said = error.to_string();
        assert_eq!(Problem::from(error).status(), status, "{said}");
    }
}
