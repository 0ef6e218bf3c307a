//! The payment provider as functions see it. Under a defect, its silence counts as a decline, or each request has
//! another reference.

use super::Defect;
use crate::provider;
use crate::world::World;
use shop_payments::{Decline, Failure, Payment, Reference, Standing, Step};
use std::sync::Arc;

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
        known.into_keys().filter(|name| name.as_str().starts_with(reference.as_str())).collect()
    }

    /// The name for a step. A new payment gets a name that was never used.
    fn name(&self, reference: &Reference, step: Step<'_>) -> Reference {
        let names = self.names(reference);
        let fresh = || format!("{reference}-{}", names.len()).parse().ok();
        let name = match step {
            Step::Authorise { .. } if names.is_empty() => None,
            Step::Authorise { .. } => fresh(),
            Step::Capture | Step::Void | Step::Refund => names.last().cloned(),
        };
        name.unwrap_or_else(|| reference.clone())
    }
}

impl shop_payments::Provider for Provider {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        if self.world.has(Defect::FreshReference) {
            return Ok(None);
        }
        self.provider.status(reference).await
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        if self.world.has(Defect::FreshReference) {
            return self.provider.carry_out(&self.name(reference, step), step).await;
        }
        match (self.provider.carry_out(reference, step).await, step) {
            (Err(Failure::Unknown(_)), Step::Authorise { amount, .. }) if self.world.has(Defect::SilenceIsDecline) => {
                Ok(Payment { amount, standing: Standing::Declined { reason: Decline::Other } })
            }
            (told, _) => told,
        }
    }
}
