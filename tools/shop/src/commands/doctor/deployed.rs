//! What AWS tells of a stack: its resources, and the answers to calls.

use crate::aws::Aws;
use crate::failure::Failure;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The calls that are under way at once: enough to be done soon, and fewer than any service throttles.
const CALLS: usize = 4;

/// The stack as `CloudFormation` knows it.
pub(super) struct Stack<'a> {
    /// The command line.
    pub(super) aws: &'a Aws,
    resources: BTreeMap<String, Known>,
}

/// A resource of the stack.
struct Known {
    physical: Option<String>,
    status: String,
}

impl<'a> Stack<'a> {
    /// The stack of this name, with all its resources.
    pub(super) async fn list(aws: &'a Aws, name: &str) -> Result<Self, Failure> {
        let listed = aws.ask(&["cloudformation", "list-stack-resources", "--stack-name", name]).await?;
        Ok(Self { aws, resources: items(&listed, "StackResourceSummaries").filter_map(known).collect() })
    }

    /// The status of a resource; none if the stack has no such resource.
    pub(super) fn status(&self, logical: &str) -> Option<&str> {
        self.resources.get(logical).map(|known| known.status.as_str())
    }

    /// The name, id or ARN of a resource; none if the stack has no such resource.
    pub(super) fn physical(&self, logical: &str) -> Option<&str> {
        self.resources.get(logical)?.physical.as_deref()
    }

    /// The parts that the stack has, each with its name, id or ARN.
    pub(super) fn having<'t, T>(&self, parts: &'t [T], logical: impl Fn(&T) -> &str) -> Vec<(&str, &'t T)> {
        parts.iter().filter_map(|part| Some((self.physical(logical(part))?, part))).collect()
    }

    /// The last part of a resource's physical id: its name.
    pub(super) fn name(&self, logical: &str) -> Option<&str> {
        self.physical(logical)?.rsplit(['/', ':', '|']).next()
    }

    /// Whether an ARN is that of a resource, or of a part of it, such as the stream of a table.
    pub(super) fn is_of(&self, arn: &str, logical: &str) -> bool {
        let name = self.name(logical);
        name.is_some_and(|name| arn.split(['/', ':']).any(|part| part == name))
    }
}

/// The results of calls, a few at a time, in the order of the calls.
pub(super) async fn each<T, U>(items: &[T], ask: impl AsyncFn(&T) -> Result<U, Failure>) -> Result<Vec<U>, Failure> {
    let calls = items.iter().map(|item| ask(item)).collect::<Vec<_>>();
    stream::iter(calls).buffered(CALLS).try_collect().await
}

/// The items of a list in an answer.
pub(super) fn items<'a>(answer: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    answer[list].as_array().into_iter().flatten()
}

/// A text of an answer; empty if there is none.
pub(super) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_default()
}

/// Texts of an answer, in no order.
pub(super) fn texts<'a>(answer: &'a Value, list: &str) -> BTreeSet<&'a str> {
    items(answer, list).filter_map(Value::as_str).collect()
}

fn known(summary: &Value) -> Option<(String, Known)> {
    let physical = summary["PhysicalResourceId"].as_str().map(str::to_owned);
    let known = Known { physical, status: text(summary, "ResourceStatus").to_owned() };
    Some((summary["LogicalResourceId"].as_str()?.to_owned(), known))
}
