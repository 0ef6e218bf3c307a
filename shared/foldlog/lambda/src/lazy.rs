//! A port that is created when it is first used.

use std::sync::LazyLock;

/// A port that is created when it is first used, for a client that few invocations need, or none. Each service's client
/// adds to the time before a function's first event (`docs/benchmarks/README.md`).
pub type Lazy<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// The port that `make` creates.
pub fn lazy<T>(make: impl FnOnce() -> T + Send + 'static) -> Lazy<T> {
    LazyLock::new(Box::new(make))
}
