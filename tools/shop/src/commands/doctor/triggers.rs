//! What starts functions and state machines: event source mappings, rules and schedules.

use super::deployed::{Stack, each, items, text};
use super::finding::{Finding, RESTORE, missing, or_good};
use crate::failure::Failure;
use foldlog_local::inventory::{Mapping, Rule, Schedule};
use serde_json::Value;
use std::collections::BTreeMap;

/// Compares the event source mappings, which are known by their ids.
pub(super) async fn mappings(stack: &Stack<'_>, mappings: &[Mapping]) -> Result<Vec<Finding>, Failure> {
    let answer = stack.aws.ask(&["lambda", "list-event-source-mappings"]).await?;
    let there: BTreeMap<_, _> = items(&answer, "EventSourceMappings").map(|each| (text(each, "UUID"), each)).collect();
    let known = stack.having(mappings, |mapping| &mapping.logical);
    let bad = known.iter().filter_map(|(id, mapping)| {
        let detail = match there.get(id) {
            Some(found) => mapping_difference(stack, mapping, id, found)?,
            None => missing(),
        };
        Some(Finding::bad(format!("mapping {}", mapping.logical), detail))
    });
    Ok(or_good("mappings", [known.len(), mappings.len()], bad.collect()))
}

fn mapping_difference(stack: &Stack<'_>, mapping: &Mapping, id: &str, found: &Value) -> Option<String> {
    match (text(found, "State"), mapping.enabled) {
        ("Enabled", true) | ("Disabled", false) => {}
        (state, true) => {
            let repair = format!("`aws lambda update-event-source-mapping --uuid {id} --enabled` starts it");
            return Some(format!("{state}, so nothing reaches the function: {repair}"));
        }
        (state, false) => return Some(format!("{state}, and should be disabled; {RESTORE}")),
    }
    let ends = [("FunctionArn", &mapping.function), ("EventSourceArn", &mapping.source)];
    for (name, logical) in ends {
        if !stack.is_of(text(found, name), logical) {
            return Some(format!("its {name} is {} and not that of {logical}; {RESTORE}", found[name]));
        }
    }
    let destination = found.pointer("/DestinationConfig/OnFailure/Destination").and_then(Value::as_str);
    let fits = match (destination, &mapping.on_failure) {
        (Some(arn), Some(logical)) => stack.is_of(arn, logical),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if !fits {
        let (is, should) = (destination.unwrap_or("nowhere"), mapping.on_failure.as_deref().unwrap_or("nowhere"));
        return Some(format!("what it gives up goes to {is} and not to {should}; {RESTORE}"));
    }
    let differs = mapping.settings.iter().find(|(name, value)| found.get(*name) != Some(*value));
    differs.map(|(name, value)| format!("{name} is {} and not {value}; {RESTORE}", found[name]))
}

/// Compares the rules and their targets.
pub(super) async fn rules(stack: &Stack<'_>, rules: &[Rule]) -> Result<Vec<Finding>, Failure> {
    let there = stack.having(rules, |rule| &rule.logical);
    let bad = each(&there, async |(physical, rule)| {
        let detail = rule_difference(stack, physical, rule).await?;
        Ok(detail.map(|detail| Finding::bad(format!("rule {}", rule.logical), detail)))
    });
    Ok(or_good("rules", [there.len(), rules.len()], bad.await?.into_iter().flatten().collect()))
}

/// `CloudFormation` knows a rule by the names of its bus and its own, or on the default bus by its own.
async fn rule_difference(stack: &Stack<'_>, physical: &str, rule: &Rule) -> Result<Option<String>, Failure> {
    let name = physical.rsplit('|').next().unwrap_or(physical);
    let bus = rule.bus.as_ref().map_or(Some("default"), |bus| stack.name(bus)).unwrap_or_default();
    let call = ["events", "describe-rule", "--name", name, "--event-bus-name", bus];
    let Some(found) = stack.aws.find(&call).await? else { return Ok(Some(missing())) };
    match (text(&found, "State"), rule.enabled) {
        ("DISABLED", true) => {
            let repair = format!("`aws events enable-rule --name {name} --event-bus-name {bus}` starts it");
            return Ok(Some(format!("DISABLED, so no event passes: {repair}")));
        }
        ("DISABLED", false) | (_, true) => {}
        (state, false) => return Ok(Some(format!("{state}, and should be disabled; {RESTORE}"))),
    }
    let pattern: Value = serde_json::from_str(text(&found, "EventPattern")).unwrap_or_default();
    if pattern != rule.pattern {
        return Ok(Some(format!("its pattern is {pattern} and not {}; {RESTORE}", rule.pattern)));
    }
    let call = ["events", "list-targets-by-rule", "--rule", name, "--event-bus-name", bus];
    let answer = stack.aws.ask(&call).await?;
    let targets: Vec<_> = items(&answer, "Targets").collect();
    let fits = |target: &Value, (logical, dead_letters): &(String, Option<String>)| {
        let to = target.pointer("/DeadLetterConfig/Arn").and_then(Value::as_str);
        let dead_letters = dead_letters.as_ref().is_none_or(|logical| to.is_some_and(|arn| stack.is_of(arn, logical)));
        stack.is_of(text(target, "Arn"), logical) && dead_letters
    };
    let lacking = rule.targets.iter().find(|expected| !targets.iter().any(|target| fits(target, expected)));
    if let Some((logical, dead_letters)) = lacking {
        let beside =
            dead_letters.as_ref().map(|queue| format!(" with its dead letters in {queue}")).unwrap_or_default();
        return Ok(Some(format!("it has no target {logical}{beside}; {RESTORE}")));
    }
    let other = targets.iter().find(|target| !rule.targets.iter().any(|expected| fits(target, expected)));
    Ok(other.map(|target| format!("the template has no target {}; {RESTORE}", target["Arn"])))
}

/// Compares the schedules.
pub(super) async fn schedules(stack: &Stack<'_>, schedules: &[Schedule]) -> Result<Vec<Finding>, Failure> {
    let there = stack.having(schedules, |schedule| &schedule.logical);
    let bad = each(&there, async |(name, schedule)| {
        let found = stack.aws.find(&["scheduler", "get-schedule", "--name", name]).await?;
        let detail = match &found {
            Some(found) => schedule_difference(stack, schedule, found),
            None => Some(missing()),
        };
        Ok(detail.map(|detail| Finding::bad(format!("schedule {name}"), detail)))
    });
    Ok(or_good("schedules", [there.len(), schedules.len()], bad.await?.into_iter().flatten().collect()))
}

fn schedule_difference(stack: &Stack<'_>, schedule: &Schedule, found: &Value) -> Option<String> {
    let (state, expression) = (text(found, "State"), text(found, "ScheduleExpression"));
    let target = text(&found["Target"], "Arn");
    if (state == "ENABLED") != schedule.enabled {
        Some(format!("{state}; {RESTORE}"))
    } else if expression != schedule.expression {
        Some(format!("it fires at {expression} and not at {}; {RESTORE}", schedule.expression))
    } else if !stack.is_of(target, &schedule.function) {
        Some(format!("it starts {target} and not {}; {RESTORE}", schedule.function))
    } else {
        None
    }
}
