//! Keys under the fault model.

use super::fault_model::Meets;
use super::store::{Faulty, LateWrite};
use foldlog::Timestamp;
use foldlog::seal::{KeyError, KeyStore, Standing, Wrapped};

/// A [`KeyStore`] in front of which requests and answers are delayed, lost and repeated; clones share it.
pub type FaultyKeys<S> = Faulty<S, Change>;

/// A change of a key that its caller gave up.
#[derive(Clone)]
pub enum Change {
    /// The first key of an owner.
    Add(String, Wrapped, Option<Timestamp>),
    /// The end of a key.
    Destroy(String, Timestamp),
}

impl<S: KeyStore> LateWrite<S> for Change {
    async fn land(self, keys: &S) {
        match self {
            Self::Add(owner, key, until) => drop(keys.add(&owner, &key, until).await),
            Self::Destroy(owner, at) => drop(keys.destroy(&owner, at).await),
        }
    }
}

impl<S: KeyStore> KeyStore for FaultyKeys<S> {
    async fn find(&self, owner: &str) -> Result<Option<Standing>, KeyError> {
        self.fault_model.read(self.store.find(owner), KeyError::Unavailable).await
    }

    async fn add(&self, owner: &str, key: &Wrapped, until: Option<Timestamp>) -> Result<bool, KeyError> {
        self.land().await;
        let add = || self.store.add(owner, key, until);
        let later = || self.later(Change::Add(owner.to_owned(), key.clone(), until));
        self.fault_model.write(Meets::Nothing, add, later, KeyError::Unavailable).await
    }

    async fn destroy(&self, owner: &str, at: Timestamp) -> Result<(), KeyError> {
        self.land().await;
        let destroy = || self.store.destroy(owner, at);
        let later = || self.later(Change::Destroy(owner.to_owned(), at));
        self.fault_model.write(Meets::Nothing, destroy, later, KeyError::Unavailable).await
    }
}
