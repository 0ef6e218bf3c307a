//! How the shop asks: for what is known first, so that nothing is repeated blindly.

use crate::payment::{Payment, Step};
use crate::provider::{Failure, Provider};
use crate::values::Reference;

/// Has one step carried out, however often this is called and wherever it was interrupted before. The provider is asked
/// by reference first; the step is sent only where it was not done yet; and where its answer is lost, what became of it
/// is asked at once. [`Failure::Unknown`] that is left then is a reason to call this again later, and for nothing else.
pub async fn settle<P: Provider>(provider: P, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
    if let Some(payment) = known(&provider, reference, step).await? {
        return Ok(payment);
    }
    match provider.carry_out(reference, step).await {
        Err(Failure::Unknown(lost)) => known(&provider, reference, step).await?.ok_or(Failure::Unknown(lost)),
        told => told,
    }
}

/// The payment, where the provider already did the step.
async fn known<P: Provider>(provider: P, reference: &Reference, step: Step<'_>) -> Result<Option<Payment>, Failure> {
    match provider.status(reference).await? {
        Some(payment) if payment.knows(step)? => Ok(Some(payment)),
        _ => Ok(None),
    }
}
