//! The payment provider as functions see it. Under a defect, its silence counts as a decline, each request has another
//! reference, all attempts have one, a wrong amount goes unnoticed, or each request to refund a part has another number.

use super::Defect;
use super::numbers::{numbered, unnumbered};
use crate::provider;
use crate::world::World;
use shop_payments::{Decline, Failure, Payment, Reference, Standing, Step};
use std::sync::Arc;

/// Separates a reference from the number that makes it fresh.
const FRESH: char = '_';

/// The provider as a process sees it.
pub(crate) struct Provider {
    provider: provider::Provider,
    world: Arc<World>,
}

impl Provider {
    pub(crate) fn of(world: &Arc<World>) -> Self {
        Self { provider: provider::Provider::of(world), world: world.clone() }
    }

    /// The names under which a payment was begun so far.
    fn names(&self, reference: &Reference) -> Vec<Reference> {
        let known = self.world.books.sandbox.payments();
        let of_reference = |name: &Reference| {
            let rest = name.as_str().strip_prefix(reference.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(FRESH))
        };
        known.into_keys().filter(of_reference).collect()
    }

    /// The reference of an attempt.
    fn attempted(&self, reference: &Reference) -> Reference {
        let first = reference.as_str().split('-').next().and_then(|first| first.parse().ok());
        first.filter(|_| self.world.has(Defect::OneReference)).unwrap_or_else(|| reference.clone())
    }

    /// The payment with the amount that was requested first.
    fn believed(&self, reference: &Reference, payment: Payment) -> Payment {
        let changes = self.world.books.sandbox.changes(0);
        let first = changes.into_iter().find(|(changed, _)| changed == reference);
        let amount = first.filter(|_| self.world.has(Defect::AmountBelieved)).map(|(_, first)| first.amount);
        Payment { amount: amount.unwrap_or(payment.amount), ..payment }
    }

    /// The name for a step. A new payment gets a name that was never used.
    fn name(&self, reference: &Reference, step: Step<'_>) -> Reference {
        let names = self.names(reference);
        let fresh = || format!("{reference}{FRESH}{}", names.len()).parse().ok();
        let name = match step {
            Step::Authorise { .. } if names.is_empty() => None,
            Step::Authorise { .. } => fresh(),
            Step::Capture | Step::Void | Step::Refund | Step::RefundPart { .. } => names.last().cloned(),
        };
        name.unwrap_or_else(|| reference.clone())
    }
}

impl shop_payments::Provider for Provider {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        if self.world.has(Defect::FreshReference) {
            return Ok(None);
        }
        let told = self.provider.status(&self.attempted(reference)).await?;
        let shown = told.map(|payment| self.believed(reference, payment));
        // What has another number each time cannot be found again.
        let hidden = |payment| Payment { refunds: vec![], ..payment };
        Ok(if self.world.has(Defect::FreshPart) { shown.map(hidden) } else { shown })
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        if self.world.has(Defect::FreshReference) {
            return self.provider.carry_out(&self.name(reference, step), step).await;
        }
        let (reference, step) = (&self.attempted(reference), numbered(&self.world, reference, step));
        match (self.provider.carry_out(reference, step).await, step) {
            (Err(Failure::Unknown(_)), Step::Authorise { amount, .. }) if self.world.has(Defect::SilenceIsDecline) => {
                let standing = Standing::Declined { reason: Decline::Other };
                Ok(Payment { amount, standing, expires_at: None, refunds: vec![] })
            }
            (told, _) => told.map(|payment| unnumbered(&self.world, self.believed(reference, payment))),
        }
    }
}
