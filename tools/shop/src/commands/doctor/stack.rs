//! A stack on AWS, compared with the template of this release.

use super::{Finding, gateway, triggers};
use crate::aws::Aws;
use crate::failure::Failure;
use foldlog_local::inventory::{Alarm, Function, Inventory};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use shop_composition::{TEMPLATE, parameters};
use std::collections::{BTreeMap, BTreeSet};

/// The value that CloudFormation shows in place of a secret one.
const HIDDEN: &str = "****";
/// The calls that are under way at once: enough to be done soon, and fewer than any service throttles.
const CALLS: usize = 4;
/// The most alarms that one call may name.
const ALARMS: usize = 100;

/// What to do about something that is not as it was deployed.
pub(super) const RESTORE: &str = "docs/OPERATING.md, \"A stack that is not its template\", says how to put it back";

/// The stack as CloudFormation knows it.
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

impl Stack<'_> {
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

/// Compares a stack with the template.
pub(super) async fn examine(aws: &Aws, name: &str) -> Result<Vec<Finding>, Failure> {
    let described = aws.ask(&["cloudformation", "describe-stacks", "--stack-name", name]).await?;
    let described = &described["Stacks"][0];
    let listed = aws.ask(&["cloudformation", "list-stack-resources", "--stack-name", name]).await?;
    let stack = Stack { aws, resources: items(&listed, "StackResourceSummaries").filter_map(known).collect() };
    let inventory = Inventory::read(TEMPLATE, &deployed(described)).map_err(Failure::OtherRelease)?;
    let mut findings = vec![status(name, described)];
    findings.extend(resources(&stack, &inventory));
    findings.extend(functions(&stack, &inventory.functions).await?);
    if let Some(api) = &inventory.api {
        findings.extend(gateway::examine(&stack, api, &inventory.functions).await?);
    }
    findings.extend(triggers::mappings(&stack, &inventory.mappings).await?);
    findings.extend(triggers::rules(&stack, &inventory.rules).await?);
    findings.extend(triggers::schedules(&stack, &inventory.schedules).await?);
    findings.extend(alarms(&stack, &inventory.alarms).await?);
    Ok(findings)
}

/// The results of calls, a few at a time, in the order of the calls.
pub(super) async fn each<T, U>(items: &[T], ask: impl AsyncFn(&T) -> Result<U, Failure>) -> Result<Vec<U>, Failure> {
    let calls = items.iter().map(|item| ask(item)).collect::<Vec<_>>();
    stream::iter(calls).buffered(CALLS).try_collect().await
}

/// The findings of one kind: the problems, or one line that says there are none. A part that the stack does not have
/// is a problem already, and nothing is said of it here.
pub(super) fn or_good(what: &str, [examined, all]: [usize; 2], bad: Vec<Finding>) -> Vec<Finding> {
    if !bad.is_empty() || examined < all {
        return bad;
    }
    vec![Finding::good(what, format!("{all}, as in the template"))]
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

/// The parameters of the stack. A hidden one is replaced by one for a shop on this machine: nothing that is compared
/// follows from a secret.
fn deployed(stack: &Value) -> BTreeMap<String, String> {
    let of_stack: BTreeMap<_, _> = items(stack, "Parameters")
        .map(|parameter| (text(parameter, "ParameterKey").to_owned(), text(parameter, "ParameterValue").to_owned()))
        .collect();
    let mut values: BTreeMap<_, _> =
        parameters().into_iter().filter(|(name, _)| of_stack.get(name).is_some_and(|value| value == HIDDEN)).collect();
    values.extend(of_stack.into_iter().filter(|(_, value)| value != HIDDEN));
    values
}

fn status(name: &str, described: &Value) -> Finding {
    let what = format!("stack {name}");
    match text(described, "StackStatus") {
        status @ ("CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE") => Finding::good(what, status),
        status if status.ends_with("_IN_PROGRESS") => Finding::bad(what, format!("{status}: wait until it has ended")),
        status => Finding::bad(
            what,
            format!("{status}: `aws cloudformation describe-stack-events --stack-name {name}` says why; deploy again"),
        ),
    }
}

/// What the template declares is in the stack, and its last change succeeded.
fn resources(stack: &Stack<'_>, inventory: &Inventory) -> Vec<Finding> {
    let generated = inventory.mappings.iter().map(|mapping| &mapping.logical);
    let generated = generated.chain(inventory.schedules.iter().map(|schedule| &schedule.logical));
    let generated = generated.chain(inventory.rules.iter().map(|rule| &rule.logical));
    let expected: BTreeSet<_> = inventory.resources.iter().chain(generated).collect();
    let mut bad = Vec::new();
    for logical in &expected {
        match stack.resources.get(*logical).map(|known| known.status.as_str()) {
            Some(status) if status.ends_with("_COMPLETE") && !status.starts_with("DELETE") => {}
            Some(status) => bad.push(Finding::bad(format!("resource {logical}"), format!("{status}: deploy again"))),
            None => bad.push(Finding::bad(
                format!("resource {logical}"),
                "the stack has none: deploy this release, or ask the doctor of the release that is deployed",
            )),
        }
    }
    or_good("resources", [expected.len(); 2], bad)
}

/// Functions are ready for invocations, under their aliases.
async fn functions(stack: &Stack<'_>, functions: &[Function]) -> Result<Vec<Finding>, Failure> {
    let there = stack.having(functions, |function| &function.logical);
    let bad = each(&there, async |(name, function)| examine_function(stack, name, function).await).await?;
    Ok(or_good("functions", [there.len(), functions.len()], bad.into_iter().flatten().collect()))
}

async fn examine_function(stack: &Stack<'_>, name: &str, function: &Function) -> Result<Option<Finding>, Failure> {
    let what = format!("function {name}");
    let call = ["lambda", "get-function-configuration", "--function-name", name];
    let Some(configuration) = stack.aws.find(&call).await? else { return Ok(Some(Finding::bad(what, missing()))) };
    for (state, reason, good) in
        [("State", "StateReason", "Active"), ("LastUpdateStatus", "LastUpdateStatusReason", "Successful")]
    {
        let (state, reason) = (text(&configuration, state), text(&configuration, reason));
        if state != good {
            let reason = if reason.is_empty() { "no reason given" } else { reason };
            return Ok(Some(Finding::bad(what, format!("{state} ({reason}): mend that, then deploy again"))));
        }
    }
    if let Some(alias) = &function.alias {
        let call = ["lambda", "get-alias", "--function-name", name, "--name", alias];
        if stack.aws.find(&call).await?.is_none() {
            return Ok(Some(Finding::bad(what, format!("its alias {alias} is gone, and requests with it; {RESTORE}"))));
        }
    }
    Ok(None)
}

/// Alarms are there, and tell whom they should.
async fn alarms(stack: &Stack<'_>, alarms: &[Alarm]) -> Result<Vec<Finding>, Failure> {
    let named = stack.having(alarms, |alarm| &alarm.logical);
    let mut found = BTreeMap::new();
    for some in named.chunks(ALARMS) {
        let mut call = vec!["cloudwatch", "describe-alarms", "--alarm-names"];
        call.extend(some.iter().map(|(name, _)| *name));
        let answer = stack.aws.ask(&call).await?;
        found.extend(items(&answer, "MetricAlarms").map(|alarm| (text(alarm, "AlarmName").to_owned(), alarm.clone())));
    }
    let examine = |(name, alarm): &(&str, &Alarm)| {
        let Some(there) = found.get(*name) else { return Some(missing()) };
        if there["ActionsEnabled"] == false {
            return Some(format!("it tells nobody: `aws cloudwatch enable-alarm-actions --alarm-names {name}`"));
        }
        let actions: BTreeSet<_> = alarm.actions.iter().map(String::as_str).collect();
        let differ = texts(there, "AlarmActions") != actions;
        differ.then(|| format!("it tells {:?} and not {actions:?}; {RESTORE}", texts(there, "AlarmActions")))
    };
    let bad = named.iter().filter_map(|each| Some(Finding::bad(format!("alarm {}", each.0), examine(each)?)));
    Ok(or_good("alarms", [named.len(), alarms.len()], bad.collect()))
}

/// What to say of something that the stack believes to have.
pub(super) fn missing() -> String {
    format!("it is gone; {RESTORE}")
}
