//! Whether commands are carried out: a switch of the whole stack, which each function reads once, when it is created.
//!
//! The switch is off while a log is imported or restored, until it is known to be complete. Then nothing is appended or
//! published: requests that would change something are rejected, messages stay in their queues, schedules do nothing.
//! Reads are served, and projections follow the log.

use crate::function::{Error, Function, Invoke};
use crate::settings::{SettingError, Settings};
use std::sync::Arc;
use strum::{Display, EnumString};

/// The name of the setting.
const SETTING: &str = "COMMANDS";

/// Whether commands are carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum WriteMode {
    /// Commands are carried out.
    #[default]
    On,
    /// Commands are not carried out.
    Off,
}

/// A function that obeys the switch.
pub struct Switched<F> {
    function: F,
    mode: WriteMode,
}

impl<F> Switched<F> {
    /// The function under the switch in these settings.
    pub fn of(settings: &Settings, function: F) -> Result<Self, SettingError> {
        Ok(Self { function, mode: settings.parse(SETTING)? })
    }
}

impl<F: Function> Function for Switched<F> {
    type Event = F::Event;
    type Answer = F::Answer;

    async fn call(&self, event: F::Event) -> Result<F::Answer, Error> {
        match self.mode {
            WriteMode::On => self.function.call(event).await,
            WriteMode::Off => self.function.idle(event).await,
        }
    }
}

/// A function as a host mounts it: under the switch in its settings.
pub fn mounted<F: Function>(settings: &Settings, function: F) -> Result<Arc<dyn Invoke>, SettingError> {
    Ok(Arc::new(Switched::of(settings, function)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Double;

    impl Function for Double {
        type Event = u32;
        type Answer = u32;

        async fn call(&self, number: u32) -> Result<u32, Error> {
            Ok(number * 2)
        }

        async fn idle(&self, number: u32) -> Result<u32, Error> {
            Ok(number)
        }
    }

    fn switched(mode: Option<&str>) -> Result<Switched<Double>, SettingError> {
        let setting = mode.map(|mode| (SETTING.to_owned(), mode.to_owned()));
        Switched::of(&setting.into_iter().collect(), Double)
    }

    #[tokio::test]
    async fn a_function_does_as_the_switch_says() {
        assert_eq!(switched(Some("on")).unwrap().call(3).await.unwrap(), 6);
        assert_eq!(switched(Some("off")).unwrap().call(3).await.unwrap(), 3);
    }

    #[test]
    fn without_the_switch_or_with_another_word_no_function_is_made() {
        assert!(matches!(switched(None), Err(SettingError::Missing(_))));
        assert!(matches!(switched(Some("maybe")), Err(SettingError::Invalid { .. })));
    }
}
