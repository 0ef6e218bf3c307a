//! Keys in memory.

use crate::shared::Shared;
use foldlog::seal::{Key, KeyError, KeyStore, KeyWrap, Standing, Wrapped};
use foldlog::{Randomness, Timestamp};
use std::collections::BTreeMap;

/// Wrapped keys in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryKeys(Shared<BTreeMap<String, Standing>>);

impl MemoryKeys {
    /// The same keys, which go their own way from here.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self(self.0.copied())
    }
}

impl KeyStore for MemoryKeys {
    async fn find(&self, owner: &str) -> Result<Option<Standing>, KeyError> {
        Ok(self.0.with(|keys| keys.get(owner).cloned()))
    }

    async fn add(&self, owner: &str, key: &Wrapped, _: Option<Timestamp>) -> Result<bool, KeyError> {
        Ok(self.0.with(|keys| {
            let is_new = !keys.contains_key(owner);
            keys.entry(owner.to_owned()).or_insert_with(|| Standing::Kept(key.clone()));
            is_new
        }))
    }

    async fn destroy(&self, owner: &str, at: Timestamp) -> Result<(), KeyError> {
        self.0.with(|keys| {
            if !matches!(keys.get(owner), Some(Standing::Destroyed(_))) {
                keys.insert(owner.to_owned(), Standing::Destroyed(at));
            }
        });
        Ok(())
    }
}

/// Wraps keys under a key of its own.
#[derive(Clone, Debug)]
pub struct MemoryWrap<H> {
    /// The key of keys.
    pub under: Key,
    /// Where random bits come from.
    pub host: H,
}

impl<H: Randomness> KeyWrap for MemoryWrap<H> {
    async fn make(&self, owner: &str) -> Result<(Key, Wrapped), KeyError> {
        let key = Key::fresh(&self.host);
        let wrapped = Wrapped(self.under.seal(&self.host, &[owner], key.bytes()));
        Ok((key, wrapped))
    }

    async fn unwrap(&self, owner: &str, key: &Wrapped) -> Result<Key, KeyError> {
        let opened = self.under.open(&[owner], &key.0).ok();
        let bytes = opened.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Key::new).ok_or_else(|| KeyError::Damaged(owner.to_owned()))
    }
}
