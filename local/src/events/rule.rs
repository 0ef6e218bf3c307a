//! A rule of a bus: a pattern and the queues that what it matches goes to.

use super::pattern::Pattern;
use crate::policy::{self, Demand};
use crate::queues::{Queue, Queues};
use crate::template::{Resource, Stack, TemplateError};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A rule that is enabled.
#[derive(Debug)]
pub(super) struct Rule {
    /// The name of its bus.
    pub(super) bus: String,
    pattern: Pattern,
    targets: Vec<Arc<Queue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    event_bus_name: Option<String>,
    event_pattern: Map<String, Value>,
    state: Option<String>,
    #[serde(default)]
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    arn: String,
}

impl Rule {
    /// Reads a rule; nothing for one that is disabled.
    pub(super) fn read(resource: &Resource, stack: &Stack, queues: &Queues) -> Result<Option<Self>, TemplateError> {
        let written: Written = resource.read()?;
        match written.state.as_deref() {
            None | Some("ENABLED") => {}
            Some("DISABLED") => return Ok(None),
            Some(other) => return Err(resource.wrong("State", format!("{other} is not imitated on one machine"))),
        }
        let pattern = Pattern::read(&written.event_pattern).map_err(|reason| resource.wrong("EventPattern", reason))?;
        let bus = written.event_bus_name.unwrap_or_else(|| "default".to_owned());
        let mut targets = Vec::new();
        for target in written.targets {
            let queue = queues.by_arn(&target.arn).ok_or_else(|| {
                resource.wrong("Targets.Arn", format!("{}: only queues are imitated as targets", target.arn))
            })?;
            if !may_send(resource, &target.arn, stack)? {
                let reason = format!("no queue policy lets this rule send to {}", target.arn);
                return Err(resource.wrong("Targets.Arn", reason));
            }
            targets.push(queue);
        }
        Ok(Some(Self { bus: bus.rsplit('/').next().unwrap_or(&bus).to_owned(), pattern, targets }))
    }

    /// The queues that an event goes to.
    pub(super) fn targets(&self, event: &Value) -> &[Arc<Queue>] {
        if self.pattern.matches(event) { &self.targets } else { &[] }
    }
}

/// Whether a queue policy allows it; on AWS the event would be lost without a word.
fn may_send(rule: &Resource, queue: &str, stack: &Stack) -> Result<bool, TemplateError> {
    let Some(queue) = stack.by_arn(queue) else { return Ok(false) };
    let url = Value::from(queue.identity.reference.as_str());
    let source = rule.identity.attribute("Arn");
    let demand =
        Demand { action: "sqs:SendMessage".to_owned(), resource: queue.identity.attribute("Arn"), keys: Vec::new() };
    for resource in stack.of_kind("AWS::SQS::QueuePolicy") {
        let queues = resource.properties.get("Queues").and_then(Value::as_array);
        let written = resource.properties.get("PolicyDocument").cloned().unwrap_or_default();
        let statements = policy::document(&written).map_err(|reason| resource.wrong("PolicyDocument", reason))?;
        let allowed = statements.iter().any(|allow| {
            allow.permits(&demand)
                && allow.principals.iter().any(|service| service == "events.amazonaws.com")
                && (allow.sources.is_empty() || allow.sources.iter().any(|pattern| policy::glob(pattern, &source)))
        });
        if allowed && queues.is_some_and(|queues| queues.contains(&url)) {
            return Ok(true);
        }
    }
    Ok(false)
}
