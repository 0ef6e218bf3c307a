//! The port to a payment provider.

use crate::payment::{Payment, Step};
use crate::refusal::ProviderRefusal;
use crate::values::Reference;

/// Authorises, captures, voids and refunds payments. Each step takes effect once for each reference, even if a request
/// is repeated.
pub trait Provider: Send + Sync {
    /// The payment, or none if the provider does not know it. It never fails with [`Failure::Unavailable`]: without an
    /// answer, the state is unknown.
    fn status(&self, reference: &Reference) -> impl Future<Output = Result<Option<Payment>, Failure>> + Send;

    /// Carries out one step and returns the payment after it. A step that was done before is not done again: the result
    /// is the payment as it is now.
    fn carry_out(&self, reference: &Reference, step: Step<'_>)
    -> impl Future<Output = Result<Payment, Failure>> + Send;
}

/// Why a provider did not return a payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The step was certainly not done. The caller can repeat the request later.
    #[error("the payment provider is not available: {0}")]
    Unavailable(String),
    /// The step may have been done or not. Read the payment by its reference before anything else. It is never a
    /// decline.
    #[error("what the payment provider did is not known: {0}")]
    Unknown(String),
    /// The provider refuses the step; a repetition does not help.
    #[error("the payment provider refuses: {0}")]
    Refused(#[from] ProviderRefusal),
}
