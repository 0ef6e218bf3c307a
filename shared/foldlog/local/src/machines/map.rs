//! Maps: a flow for each item of a list, some at a time, inline or each as an execution of its own.

use super::context::ExecutionContext;
use super::definition::MapState;
use super::failure::Failure;
use super::flow::Flow;
use super::state_run::StateRun;
use crate::work::Piece;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The number of history events of a map, and of an item of an inline one: started and ended.
const EVENTS: u32 = 2;

/// An item to process: its value for paths, and the input of its flow.
type Item = (Value, Value);

impl StateRun {
    /// Runs the flow of a map for each item. The results are in the order of the items.
    pub(super) async fn map(
        &mut self,
        map: &MapState,
        name: &str,
        input: &Value,
        context: &Value,
    ) -> Result<Value, Failure> {
        let executor = Arc::clone(&self.context.executor);
        self.context.happened(EVENTS)?;
        if map.distributed.is_some()
            && let Some(message) = executor.refusal("states:StartExecution", &executor.machine.arn)
        {
            return Err(Failure::new("States.Permissions", message));
        }
        let Value::Array(values) = map.items.get(input, context)? else {
            return Err(Failure::runtime(format!("the ItemsPath of {name} does not lead to a list")));
        };
        let items = values.iter().enumerate().map(|(position, value)| {
            let told = json!({"Index": position, "Value": value});
            let given = match &map.selector {
                Some(template) => template.fill(input, &self.context.object(name, 0, Some(&told)))?,
                None => value.clone(),
            };
            Ok((told, given))
        });
        let items = items.collect::<Result<Vec<_>, Failure>>()?;
        let mut pieces = Vec::from_iter(self.piece.take());
        let result = self.items(map, items, &mut pieces).await;
        self.piece = Some(pieces.pop().unwrap_or_else(|| executor.work.begin()));
        result
    }

    /// Processes all items. The outstanding work moves from the map to its items, from a finished one to the next, and
    /// back.
    async fn items(&self, map: &MapState, items: Vec<Item>, pieces: &mut Vec<Piece>) -> Result<Value, Failure> {
        let mut results = vec![Value::Null; items.len()];
        let tolerated = items.len() * usize::from(map.distributed.unwrap_or(0)) / 100;
        let mut failed = 0;
        let mut waiting = items.into_iter().enumerate();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < map.concurrency
                && let Some((position, (told, input))) = waiting.next()
            {
                let piece = pieces.pop().unwrap_or_else(|| self.context.executor.work.begin());
                let mut branch = self.branch(map, told, &input, piece);
                let flow = Arc::clone(&map.flow);
                under_way.spawn(async move { (position, branch.item(flow, input).await, branch.piece) });
            }
            if !under_way.is_empty() {
                pieces.clear();
            }
            let Some(done) = under_way.join_next().await else { return Ok(Value::Array(results)) };
            let lost = |error| Failure::runtime(format!("an item was lost: {error}"));
            let (position, result, piece) = done.map_err(lost)?;
            pieces.extend(piece);
            results[position] = match result {
                Ok(result) => result,
                Err(failure) if map.distributed.is_none() => return Err(failure),
                Err(Failure { error, cause }) => {
                    failed += 1;
                    if failed > tolerated {
                        let cause =
                            format!("{failed} of {} items failed, the last with {error}: {cause}", results.len());
                        return Err(Failure::new("States.ExceedToleratedFailureThreshold", cause));
                    }
                    json!({"Status": "FAILED", "Error": error, "Cause": cause})
                }
            };
        }
    }

    /// The processor of an item: a state run of this execution, or of a child.
    fn branch(&self, map: &MapState, told: Value, input: &Value, piece: Piece) -> StateRun {
        let piece = Some(piece);
        if map.distributed.is_none() {
            return StateRun { context: Arc::clone(&self.context), item: Some(told), piece };
        }
        let (executor, entry) = (Arc::clone(&self.context.executor), Arc::clone(&self.context.entry));
        let name = uuid::Uuid::new_v4().to_string();
        StateRun { context: ExecutionContext::new(executor, entry, &name, input), item: None, piece }
    }

    async fn item(&mut self, flow: Arc<Flow>, input: Value) -> Result<Value, Failure> {
        if self.item.is_some() {
            self.context.happened(EVENTS)?;
        }
        self.run(flow, input).await
    }
}
