//! The keys as functions see them. Under a defect, an erasure destroys nothing.

use super::Defect;
use crate::stores::Keys;
use crate::world::World;
use foldlog::Timestamp;
use foldlog::seal::{KeyError, KeyStore, Standing, Wrapped};

/// The keys of a run.
pub(crate) struct Forgetful {
    keys: Keys,
    survive: bool,
}

impl Forgetful {
    pub(crate) fn of(world: &World) -> Self {
        Self { keys: world.stores.keys.clone(), survive: world.has(Defect::KeySurvives) }
    }
}

impl KeyStore for Forgetful {
    async fn find(&self, owner: &str) -> Result<Option<Standing>, KeyError> {
        self.keys.find(owner).await
    }

    async fn add(&self, owner: &str, key: &Wrapped, until: Option<Timestamp>) -> Result<bool, KeyError> {
        self.keys.add(owner, key, until).await
    }

    async fn destroy(&self, owner: &str, at: Timestamp) -> Result<(), KeyError> {
        if self.survive { Ok(()) } else { self.keys.destroy(owner, at).await }
    }
}
