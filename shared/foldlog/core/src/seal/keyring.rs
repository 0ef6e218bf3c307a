//! Where keys come from: a store that has them wrapped, what unwraps them, and a short memory in front of both.

use crate::bounded::bounded;
use crate::ports::Clock;
use crate::seal::key::Key;
use crate::seal::personal::OwnerKey;
use crate::time::Timestamp;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use std::time::Duration;

/// A process remembers a key for this long at most: so long after an erasure it may still read what is erased.
pub const REMEMBERED: Duration = Duration::from_mins(5);
/// A process remembers this many keys at most.
const MOST_KEYS: usize = 1_000;

/// A key as it is stored: encrypted under the key of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped(pub Vec<u8>);

/// What a store knows of an owner's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The owner has a key.
    Kept(Wrapped),
    /// The key was destroyed. The owner never gets another one.
    Destroyed(Timestamp),
}

/// Why a key is not at hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The store, or what unwraps, did not answer, or refused: trying again later may help.
    #[error("the keys are unavailable: {0}")]
    Unavailable(String),
    /// What is stored is no key of this owner.
    #[error("the key of {0} does not unwrap")]
    Damaged(String),
    /// The owner's key was destroyed, so nothing can be sealed for the owner.
    #[error("the data of {0} were erased")]
    Erased(String),
}

/// A store of wrapped keys, one for each owner.
pub trait KeyStore: Send + Sync {
    /// An owner's key, read strongly.
    fn find(&self, owner: &str) -> impl Future<Output = Result<Option<Standing>, KeyError>> + Send;

    /// Adds the first key of an owner. False if the store knows of one, kept or destroyed. A key with an end may be
    /// forgotten by the store at any time after it.
    fn add(
        &self,
        owner: &str,
        key: &Wrapped,
        until: Option<Timestamp>,
    ) -> impl Future<Output = Result<bool, KeyError>> + Send;

    /// Destroys the key of an owner, whether there is one or not. If it was destroyed before, that moment stays.
    fn destroy(&self, owner: &str, at: Timestamp) -> impl Future<Output = Result<(), KeyError>> + Send;
}

/// What makes and unwraps keys, bound to their owners.
pub trait KeyWrap: Send + Sync {
    /// A new key, and its wrapped form.
    fn make(&self, owner: &str) -> impl Future<Output = Result<(Key, Wrapped), KeyError>> + Send;

    /// The key that was made for this owner.
    fn unwrap(&self, owner: &str, key: &Wrapped) -> impl Future<Output = Result<Key, KeyError>> + Send;
}

/// What a look for a key found.
enum Found {
    Key(OwnerKey),
    Destroyed,
    Never,
}

/// The keys of owners, as a process knows them.
pub struct Keyring<S, W, H> {
    store: S,
    wrap: W,
    host: H,
    known: Cache<String, (Option<OwnerKey>, Timestamp), UnitWeighter>,
}

impl<S: KeyStore, W: KeyWrap, H: Clock> Keyring<S, W, H> {
    /// A keyring that knows no key yet.
    pub fn new(store: S, wrap: W, host: H) -> Self {
        Self { store, wrap, host, known: bounded(MOST_KEYS, MOST_KEYS as u64, UnitWeighter) }
    }

    /// The clock, and the rest of the host that keys are used on.
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// The key to open an owner's data with; none if it was destroyed, or never made. A key that is remembered costs
    /// nothing, another one a read of the store and an unwrapping.
    pub async fn key(&self, owner: &str) -> Result<Option<OwnerKey>, KeyError> {
        match self.look(owner).await? {
            Found::Key(key) => Ok(Some(key)),
            Found::Destroyed | Found::Never => Ok(None),
        }
    }

    /// The key to seal an owner's data with, if the owner has one.
    pub async fn made_key(&self, owner: &str) -> Result<Option<OwnerKey>, KeyError> {
        match self.look(owner).await? {
            Found::Key(key) => Ok(Some(key)),
            Found::Destroyed => Err(KeyError::Erased(owner.to_owned())),
            Found::Never => Ok(None),
        }
    }

    /// The key to seal an owner's data with: a new one if there was none. `until` is the end of a new one.
    pub async fn key_to_seal(&self, owner: &str, until: Option<Timestamp>) -> Result<OwnerKey, KeyError> {
        if let Some(key) = self.made_key(owner).await? {
            return Ok(key);
        }
        let (key, wrapped) = self.wrap.make(owner).await?;
        if self.store.add(owner, &wrapped, until).await? {
            return Ok(self.remember(owner, key));
        }
        // Another process was faster.
        let theirs = self.made_key(owner).await?;
        theirs.ok_or_else(|| KeyError::Unavailable(format!("the key of {owner} came and went")))
    }

    /// Destroys the key of an owner, for ever. Other processes may remember it for [`REMEMBERED`].
    pub async fn destroy(&self, owner: &str) -> Result<(), KeyError> {
        self.store.destroy(owner, self.host.now()).await?;
        self.known.insert(owner.to_owned(), (None, self.host.now()));
        Ok(())
    }

    async fn look(&self, owner: &str) -> Result<Found, KeyError> {
        if let Some(known) = self.known(owner) {
            return Ok(known);
        }
        match self.store.find(owner).await? {
            Some(Standing::Kept(wrapped)) => {
                Ok(Found::Key(self.remember(owner, self.wrap.unwrap(owner, &wrapped).await?)))
            }
            Some(Standing::Destroyed(_)) => {
                self.known.insert(owner.to_owned(), (None, self.host.now()));
                Ok(Found::Destroyed)
            }
            None => Ok(Found::Never),
        }
    }

    fn known(&self, owner: &str) -> Option<Found> {
        let (key, at) = self.known.get(owner)?;
        let now = self.host.now();
        (at <= now && now < at.after(REMEMBERED)).then(|| key.map_or(Found::Destroyed, Found::Key))
    }

    fn remember(&self, owner: &str, key: Key) -> OwnerKey {
        let key = OwnerKey { owner: owner.to_owned(), key };
        self.known.insert(owner.to_owned(), (Some(key.clone()), self.host.now()));
        key
    }
}
