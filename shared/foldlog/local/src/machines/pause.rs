//! Waits: the host counts as settled while an execution waits, and you can move its clock past the end of the wait.

use super::definition::Seconds;
use super::failure::Failure;
use super::state_run::StateRun;
use crate::clock::later;
use serde_json::Value;
use std::time::Duration;

impl StateRun {
    /// Waits as long as a state says, by the host's clock.
    pub(super) async fn wait(&mut self, seconds: &Seconds, input: &Value, context: &Value) -> Result<(), Failure> {
        let seconds = match seconds {
            Seconds::Fixed(seconds) => *seconds,
            Seconds::Told(path) => {
                let told = path.get(input, context)?;
                let seconds = told.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
                seconds.ok_or_else(|| {
                    Failure::runtime(format!("SecondsPath leads to {told}, which is no number of seconds"))
                })?
            }
        };
        let clock = &self.context.executor.clock;
        let timer = clock.timer(later(clock.now(), Duration::from_secs(seconds.into())));
        self.piece = None;
        self.piece = Some(timer.rung().await);
        Ok(())
    }
}
