//! The edges of a function: its triggers in, its answers out, and nothing of any domain.

pub mod function;
pub mod settings;

pub use function::{Error, Function, Invoke, Registered};
pub use settings::{SettingError, Settings};
