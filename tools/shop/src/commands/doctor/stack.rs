//! A stack on AWS, compared with the template of this release.

use super::deployed::{Stack, each, items, text, texts};
use super::finding::{Finding, RESTORE, missing, or_good};
use super::{gateway, triggers};
use crate::aws::Aws;
use crate::failure::Failure;
use foldlog_local::inventory::{Alarm, Function, Inventory};
use serde_json::Value;
use shop_composition::TEMPLATE;
use std::collections::{BTreeMap, BTreeSet};

/// The most alarms that one call may name.
const ALARMS: usize = 100;

/// Compares a stack with the template.
pub(super) async fn examine(aws: &Aws, name: &str) -> Result<Vec<Finding>, Failure> {
    let described = aws.ask(&["cloudformation", "describe-stacks", "--stack-name", name]).await?;
    let described = &described["Stacks"][0];
    let stack = Stack::list(aws, name).await?;
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

/// The parameters of the stack.
fn deployed(stack: &Value) -> BTreeMap<String, String> {
    let value = |of: &Value| (text(of, "ParameterKey").to_owned(), text(of, "ParameterValue").to_owned());
    items(stack, "Parameters").map(value).collect()
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
        match stack.status(logical) {
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
