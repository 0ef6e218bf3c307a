//! A target of a rule: a queue or a state machine that receives the event, or a part of it.

use crate::machines::{Machine, Path, Starter};
use crate::policy::{self, Asked, Demand, Effect, Policy, Principal, ResourcePolicies};
use crate::queues::{Queue, Queues};
use crate::template::{Resource, Stack, TemplateError};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The service that sends to targets.
const EVENTS: &str = "events.amazonaws.com";

/// The target of a rule.
#[derive(Debug)]
pub(super) struct Target {
    input: Option<Path>,
    receiver: Receiver,
}

#[derive(Debug)]
enum Receiver {
    Queue(Arc<Queue>),
    Machine(Starter),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Written {
    arn: String,
    role_arn: Option<String>,
    input_path: Option<Path>,
}

impl Target {
    /// The target of a machine that declares its own trigger: the permission comes with that.
    pub(super) fn starting(starter: &Starter, input: Option<&Path>, place: &str) -> Result<Self, TemplateError> {
        let input = input.cloned();
        if input.as_ref().is_some_and(Path::of_context) {
            return Err(TemplateError::value(place, "InputPath: an event has no context object"));
        }
        Ok(Self { input, receiver: Receiver::Machine(starter.clone()) })
    }

    /// Reads a target of a rule, which must be allowed to send to it: on AWS the event would be lost silently.
    pub(super) fn read(
        rule: &Resource,
        written: Written,
        stack: &Stack,
        queues: &Queues,
        starters: &[Starter],
    ) -> Result<Self, TemplateError> {
        let arn = &written.arn;
        if let Some(starter) = starters.iter().find(|starter| starter.machine.arn == *arn) {
            may_start(starter, written.role_arn.as_deref(), stack)
                .map_err(|reason| rule.wrong("Targets.RoleArn", reason))?;
            return Self::starting(starter, written.input_path.as_ref(), &format!("{}.Targets", rule.logical));
        }
        let queue = queues.by_arn(arn).ok_or_else(|| {
            rule.wrong("Targets.Arn", format!("{arn}: only queues and state machines are imitated as targets"))
        })?;
        if written.role_arn.is_some() {
            return Err(rule.wrong("Targets.RoleArn", "a queue's own policy lets a rule send, no role"));
        }
        if !may_send(rule, arn, stack)? {
            return Err(rule.wrong("Targets.Arn", format!("no queue policy lets this rule send to {arn}")));
        }
        Ok(Self { input: written.input_path, receiver: Receiver::Queue(queue) })
    }

    /// Sends an event, or the part of it that the target receives.
    pub(super) fn send(&self, event: &Value) {
        let found = self.input.as_ref().map_or(Some(event), |path| path.find(event, &Value::Null));
        let input = found.unwrap_or(&Value::Null);
        match &self.receiver {
            Receiver::Queue(queue) => queue.send(input.to_string()),
            Receiver::Machine(starter) => starter.start(input.clone()),
        }
    }

    /// The queue, if the target is one.
    pub(super) fn queue(&self) -> Option<&Queue> {
        match &self.receiver {
            Receiver::Queue(queue) => Some(queue),
            Receiver::Machine(_) => None,
        }
    }

    /// The state machine, if the target is one.
    pub(super) fn machine(&self) -> Option<&Machine> {
        match &self.receiver {
            Receiver::Queue(_) => None,
            Receiver::Machine(starter) => Some(&starter.machine),
        }
    }
}

/// Whether a role lets a rule start a machine.
fn may_start(starter: &Starter, role: Option<&str>, stack: &Stack) -> Result<(), String> {
    let machine = &starter.machine;
    let role = role.ok_or("a state machine is started under a role")?;
    let policy = Policy::assumed(role, EVENTS, stack)?;
    let start = Demand::on("states:StartExecution".to_owned(), machine.arn.clone());
    policy.refusal(role, &[start], &ResourcePolicies::default()).map_or(Ok(()), Err)
}

/// Whether a queue policy lets a rule send.
fn may_send(rule: &Resource, queue: &str, stack: &Stack) -> Result<bool, TemplateError> {
    let Some(queue) = stack.by_arn(queue) else { return Ok(false) };
    let url = Value::from(queue.identity.reference.as_str());
    let source = rule.identity.attribute("Arn");
    let demand = Demand::on("sqs:SendMessage".to_owned(), queue.identity.attribute("Arn"));
    let asked = Asked { demand: &demand, by: Principal::Service { name: EVENTS, source: &source } };
    let mut effects = Vec::new();
    for resource in stack.of_kind("AWS::SQS::QueuePolicy") {
        let queues = resource.properties.get("Queues").and_then(Value::as_array);
        let written = resource.properties.get("PolicyDocument").cloned().unwrap_or_default();
        let statements = policy::document(&written).map_err(|reason| resource.wrong("PolicyDocument", reason))?;
        if queues.is_some_and(|queues| queues.contains(&url)) {
            let concerning = statements.iter().filter(|statement| statement.concerns(&asked));
            effects.extend(concerning.map(|statement| statement.effect));
        }
    }
    Ok(effects.contains(&Effect::Allow) && !effects.contains(&Effect::Deny))
}
