//! Where the generations are registered, and how what is registered changes.

use super::{Current, Registry};
use crate::read::generation::ViewError;

/// A registry as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// What it says.
    pub registry: Registry,
    /// How often it was changed.
    pub changes: u64,
}

/// Where the generations are registered.
pub trait Generations: Send + Sync {
    /// What is registered, strongly consistent.
    fn registered(&self) -> impl Future<Output = Result<Registered, ViewError>> + Send;

    /// Replaces it, if it was changed so often and no more. False where somebody else came first, or where an earlier
    /// try of the same came through, unheard.
    fn register(&self, registry: &Registry, seen: u64) -> impl Future<Output = Result<bool, ViewError>> + Send;

    /// The generation of a view that readers are sent to, as it was some seconds ago at most: until it is retired, the
    /// one that was read before is as good.
    fn current(&self, view: &str) -> impl Future<Output = Result<Current, ViewError>> + Send;
}

/// How often a change is tried again after others came first.
const ATTEMPTS: usize = 16;

/// Changes what is registered, and answers as the change did; nothing is written where it refuses, or changes nothing.
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
