//! The shop's way to take a step at the provider: it reads the payment first, so that it repeats nothing blindly.

use crate::payment::{Payment, Step};
use crate::provider::{Failure, Provider};
use crate::values::Reference;

/// Carries out one step, even if you call it repeatedly or it was interrupted before. It reads the payment by its
/// reference first, and sends the step only if it was not done yet. If the answer is lost, it reads the payment again
/// at once. If that fails with [`Failure::Unknown`], call it again later, and do nothing else.
pub async fn settle<P: Provider>(provider: &P, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
    if let Some(payment) = known(provider, reference, step).await? {
        return Ok(payment);
    }
    match provider.carry_out(reference, step).await {
        Err(Failure::Unknown(lost)) => known(provider, reference, step).await?.ok_or(Failure::Unknown(lost)),
        told => told,
    }
}

/// The payment, if the provider has already done the step.
async fn known<P: Provider>(provider: &P, reference: &Reference, step: Step<'_>) -> Result<Option<Payment>, Failure> {
    match provider.status(reference).await? {
        Some(payment) if payment.knows(step) => Ok(Some(payment)),
        _ => Ok(None),
    }
}
