//! The port of the register of generations, and how the register is changed.

use super::{Current, Registry};
use crate::read::generation::ViewError;

/// A registry with its revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// The content.
    pub registry: Registry,
    /// How often it was changed.
    pub changes: u64,
}

/// The store in which the generations are registered.
pub trait Generations: Send + Sync {
    /// The current registry, strongly consistent.
    fn registered(&self) -> impl Future<Output = Result<Registered, ViewError>> + Send;

    /// Replaces the registry if it was changed exactly `seen` times. False if another writer came first, or if an
    /// earlier try of the same change succeeded and its answer was lost.
    fn register(&self, registry: &Registry, seen: u64) -> impl Future<Output = Result<bool, ViewError>> + Send;

    /// The generation of a view that is read, as it was a few seconds ago at most. The one that was read before is as
    /// good until it is retired.
    fn current(&self, view: &str) -> impl Future<Output = Result<Current, ViewError>> + Send;
}

/// How often a change is tried again after other writers came first.
const ATTEMPTS: usize = 16;

/// Changes the registry, and returns the result of the change. Nothing is written if it refuses or changes nothing.
pub async fn change<G: Generations, T, E>(
    generations: &G,
    mut change: impl FnMut(&mut Registry) -> Result<T, E> + Send,
) -> Result<Result<T, E>, ViewError>
where
    T: Send,
    E: Send,
{
    for _ in 0..ATTEMPTS {
        let Registered { registry, changes } = generations.registered().await?;
        let mut next = registry.clone();
        let changed = change(&mut next);
        if changed.is_err() || next == registry || generations.register(&next, changes).await? {
            return Ok(changed);
        }
    }
    Err(ViewError::Unavailable("others changed the registry again and again".to_owned()))
}

/// Implements [`Generations`] for a type that has them in a field.
#[macro_export]
macro_rules! delegate_generations {
    ($for:ty, $field:tt $(, $($parameters:tt)*)?) => {
        impl $($($parameters)*)? $crate::Generations for $for {
            async fn registered(&self) -> Result<$crate::read::generations::Registered, $crate::ViewError> {
                $crate::Generations::registered(&self.$field).await
            }

            async fn register(&self, registry: &$crate::Registry, seen: u64) -> Result<bool, $crate::ViewError> {
                $crate::Generations::register(&self.$field, registry, seen).await
            }

            async fn current(&self, view: &str) -> Result<$crate::read::generations::Current, $crate::ViewError> {
                $crate::Generations::current(&self.$field, view).await
            }
        }
    };
}
