//! The port: what the shop asks of a payment provider.

use crate::payment::{Payment, Step};
use crate::refusal::ProviderRefusal;
use crate::values::Reference;

/// Sets money aside, takes it and gives it back, once for each reference, however often it is asked.
pub trait Provider: Send + Sync {
    /// What is known of a payment; none where it was never heard of. It never fails with [`Failure::Unavailable`]:
    /// whoever gets no answer knows nothing.
    fn status(&self, reference: &Reference) -> impl Future<Output = Result<Option<Payment>, Failure>> + Send;

    /// Carries out one step and tells how the payment stands then. A step that was done before is not done again: the
    /// answer is the payment as it stands now.
    fn carry_out(&self, reference: &Reference, step: Step<'_>)
    -> impl Future<Output = Result<Payment, Failure>> + Send;
}

impl<P: Provider> Provider for &P {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        (**self).status(reference).await
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        (**self).carry_out(reference, step).await
    }
}

/// Why a provider did not tell how a payment stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Surely nothing was done: the same may be asked again later.
    #[error("the payment provider is not available: {0}")]
    Unavailable(String),
    /// It may have been done or not: ask by reference before anything else. It is never a decline.
    #[error("what the payment provider did is not known: {0}")]
    Unknown(String),
    /// The provider does not do it, however often it is asked.
    #[error("the payment provider refuses: {0}")]
    Refused(#[from] ProviderRefusal),
}
