//! The time that DynamoDB's answers name, for the host's clock.

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use foldlog::Timestamp;
use foldlog_lambda::SystemHost;

/// Reads the header `Date` of every answer. Without one, or with one that does not read, nothing is known of the time.
#[derive(Debug)]
pub(crate) struct StoreClock;

impl Intercept for StoreClock {
    fn name(&self) -> &'static str {
        "StoreClock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let Some(date) = date.and_then(|date| date.to_millis().ok()) {
            SystemHost::heard(Timestamp(date));
        }
        Ok(())
    }
}
