//! Locks that a panic does not close: what they guard is whole after every change.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The guarded value, even if a holder panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
