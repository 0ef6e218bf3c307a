//! One state run of an execution: it goes from state to state, and carries the value along.

use super::choice;
use super::context::{ExecutionContext, limited};
use super::definition::{Kind, State};
use super::failure::Failure;
use super::flow::Flow;
use super::paths::{Path, ResultPath};
use super::recovery::{Retries, catcher};
use crate::work::Piece;
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A run through a flow: an execution, or an item of a map in it.
pub(super) struct StateRun {
    /// The execution.
    pub(super) context: Arc<ExecutionContext>,
    /// The item of an inline map: its position and value.
    pub(super) item: Option<Value>,
    /// The outstanding work, except while the run waits.
    pub(super) piece: Option<Piece>,
}

/// The transition from a state: to another, or to the end.
type Step = (Option<String>, Value);

impl StateRun {
    /// Goes through a flow to its end.
    pub(super) fn run(
        &mut self,
        flow: Arc<Flow>,
        input: Value,
    ) -> Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send + '_>> {
        Box::pin(async move {
            let (mut name, mut carried) = (flow.start.clone(), input);
            let context = Arc::clone(&self.context);
            while let Some(state) = flow.states.get(&name) {
                let stay = context.entry.stay(&name);
                // States that wait for nothing let other tasks run, too.
                tokio::task::consume_budget().await;
                // The events for entering and leaving.
                context.happened(2)?;
                let (next, output) = self.visit(&name, state, carried).await?;
                drop(stay);
                let Some(next) = next else { return Ok(output) };
                (name, carried) = (next, output);
            }
            Err(Failure::runtime(format!("there is no state {name}")))
        })
    }

    /// Runs a state, as often as its retriers say. A caught failure leads on as well.
    async fn visit(&mut self, name: &str, state: &State, raw: Value) -> Result<Step, Failure> {
        let mut retries = Retries::new(&state.retriers);
        loop {
            let context = self.context.object(name, retries.count(), self.item.as_ref());
            let failure = match self.attempt(name, state, &raw, &context).await {
                Ok(step) => return Ok(step),
                Err(failure) => failure,
            };
            let Some(pause) = retries.next(&failure) else {
                let Some(catcher) = catcher(&state.catchers, &failure) else { return Err(failure) };
                let output = placed(catcher.result_path.as_ref(), raw, failure.output())?;
                return Ok((Some(catcher.next.clone()), output));
            };
            let (error, cause) = (&failure.error, &failure.cause);
            tracing::warn!(state = name, error, cause, ?pause, "the state failed and is tried again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&mut self, name: &str, state: &State, raw: &Value, context: &Value) -> Result<Step, Failure> {
        let seen = selected(state.input.as_ref(), raw, context)?;
        let input = match &state.parameters {
            Some(template) => template.fill(&seen, context)?,
            None => seen,
        };
        let input = limited(input, name)?;
        let result = match &state.kind {
            Kind::Task(task) => self.task(task, input).await?,
            Kind::Map(map) => self.map(map, name, &input, context).await?,
            Kind::Wait(seconds) => {
                self.wait(seconds, &input, context).await?;
                input
            }
            Kind::Pass(Some(result)) => result.clone(),
            Kind::Pass(None) | Kind::Succeed => input,
            Kind::Fail(error, cause) => return Err(Failure::new(error, cause)),
            Kind::Choice(rules, otherwise) => {
                let next = choice::chosen(rules, &input, context)?.or(otherwise.as_deref());
                let none = || Failure::new("States.NoChoiceMatched", format!("no rule of {name} holds"));
                let next = next.ok_or_else(none)?.to_owned();
                return Ok((Some(next), selected(state.output.as_ref(), &input, context)?));
            }
        };
        let result = limited(result, name)?;
        let result = match &state.selector {
            Some(template) => template.fill(&result, context)?,
            None => result,
        };
        // States without a result of their own pass on their input.
        let output = if matches!(state.kind, Kind::Wait(_) | Kind::Succeed) {
            result
        } else {
            placed(state.result.as_ref(), raw.clone(), result)?
        };
        let output = selected(state.output.as_ref(), &output, context)?;
        Ok((state.next.clone(), limited(output, name)?))
    }
}

/// The value at a path; an empty mapping if the path is null.
fn selected(path: Option<&Path>, value: &Value, context: &Value) -> Result<Value, Failure> {
    path.map_or_else(|| Ok(Map::new().into()), |path| path.get(value, context).cloned())
}

/// The input with a result in it, or unchanged if the path is null.
fn placed(place: Option<&ResultPath>, input: Value, result: Value) -> Result<Value, Failure> {
    place.map_or(Ok(input.clone()), |place| place.put(input, result))
}
