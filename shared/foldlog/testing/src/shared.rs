//! A value that several owners use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A value that clones share.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    /// The value, for one owner at a time.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same value, which later changes do not reach.
    pub(crate) fn copied(&self) -> Self
    where
        T: Clone,
    {
        Self::new(self.lock().clone())
    }

    /// Reads or changes the value.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&mut T) -> R) -> R {
        read(&mut self.lock())
    }
}
