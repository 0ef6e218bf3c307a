//! The processes that have waited too long: a view names them, and each process decides by its own deadline.

use crate::due::due_until;
use crate::reactions::{Fulfilment, Rules};
use foldlog::{Actor, CommandId, Correlation, Digest, Effect, Metadata, StreamName, Timestamp};
use foldlog_functions::Ports;
use foldlog_functions::ports::ReactionsOn;
use foldlog_lambda::queue::QueueAndSchedule;
use foldlog_lambda::{Error, Function, SettingError};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use shop_domain::fulfilment::{self, Command, State, Step};
use std::sync::Arc;

/// The number of processes that are asked concurrently.
const SIDE_BY_SIDE: usize = 8;

/// The function, with its two triggers.
pub type ProcessManager<P, S = fulfilment::Fulfilment> =
    QueueAndSchedule<ReactionsOn<Arc<Fulfilment<P, S>>, P>, Deadlines<P, S>>;

/// The task of its schedule.
pub struct Deadlines<P: Ports, S: Rules = fulfilment::Fulfilment>(Arc<Fulfilment<P, S>>);

/// The input of the schedule.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Ask the processes that may have waited too long.
    Deadlines {
        /// The scheduled time of the run.
        #[serde(with = "foldlog::time::rfc3339")]
        time: Timestamp,
    },
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Passed {
    /// The number of processes that were asked.
    pub asked: usize,
    /// The number of deadlines that had passed.
    pub passed: usize,
}

/// The process manager on these ports.
pub fn process_manager<P: Ports, S: Rules>(ports: &P) -> Result<ProcessManager<P, S>, SettingError> {
    let fulfilment = Arc::new(Fulfilment::on(ports)?);
    Ok(QueueAndSchedule { queue: ports.reactions(fulfilment.clone())?, schedule: Deadlines(fulfilment) })
}

impl<P: Ports, S: Rules> Function for Deadlines<P, S> {
    type Event = Task;
    type Answer = Passed;

    async fn call(&self, Task::Deadlines { time }: Task) -> Result<Passed, Error> {
        self.0.pass_deadlines(time).await
    }

    /// The first run after commands are on again finds the deadlines that pass meanwhile.
    async fn idle(&self, Task::Deadlines { time }: Task) -> Result<Passed, Error> {
        tracing::info!(%time, "commands are off: no deadline was looked at");
        Ok(Passed::default())
    }
}

impl<P: Ports, S: Rules> Fulfilment<P, S> {
    /// Asks each process whose deadline seems to have passed to decide whether it has. If one fails, the others are
    /// still asked.
    async fn pass_deadlines(&self, now: Timestamp) -> Result<Passed, Error> {
        let due = due_until(&self.waiting, now).await?;
        let mut asked = Vec::new();
        for stream in &due {
            asked.push(self.pass_deadline(stream, now));
        }
        let asked: Vec<_> = futures::stream::iter(asked).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let late: Vec<_> = asked.iter().flatten().flatten().collect();
        // A missed confirmation is decided by the process itself. Every later step that is late needs a person.
        let alarming = late.iter().filter(|step| ***step != Step::Confirmation).count();
        foldlog_lambda::metrics::deadlines_passed(alarming);
        let passed = Passed { asked: due.len(), passed: late.len() };
        asked.into_iter().collect::<Result<Vec<_>, _>>().map(|_| passed)
    }

    async fn pass_deadline(&self, stream: &StreamName, now: Timestamp) -> Result<Option<Step>, Error> {
        let metadata = metadata(stream, now)?;
        let done = self.processes.execute(stream, &Command::PassDeadline { now }, &metadata).await?;
        let (Effect::Appended, State::Started(process)) = (done.effect, done.state) else { return Ok(None) };
        let passed = process.deadline_passed();
        tracing::warn!(%stream, ?passed, "a deadline passed");
        Ok(passed)
    }
}

/// The command id follows from the run alone, so a retried run is recognised.
fn metadata(stream: &StreamName, now: Timestamp) -> Result<Metadata, Error> {
    let (id, now) = (stream.to_string(), now.to_string());
    Ok(Metadata {
        id: CommandId::of_key(["fulfilment", "deadlines", &id, &now]),
        digest: Digest::of(&(&id, &now))?,
        correlation: Correlation { id: stream.id().to_owned(), client: None },
        cause: None,
        actor: Actor("fulfilment".to_owned()),
        expected: None,
    })
}
