//! A state machine as the template declares it: its definition, its permissions, and its triggers.

use super::flow::{Fields, Flow, Reading};
use super::paths::Path;
use crate::functions::Declared;
use crate::policy::{Policy, Role};
use crate::template::loose::scalar;
use crate::template::{Resource, Stack, TemplateError};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The service that assumes a machine's role.
const STATES: &str = "states.amazonaws.com";

/// A state machine.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Its logical id.
    pub(crate) logical: String,
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its permissions.
    pub(crate) policy: Policy,
    /// The events that start an execution.
    pub(crate) started: Vec<Started>,
    /// Its states.
    pub(super) flow: Arc<Flow>,
    /// How long an execution may take.
    pub(super) timeout: Option<Duration>,
}

/// The rule by which a bus starts a machine.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    /// Its position in the template.
    pub(crate) place: String,
    /// The name of the bus.
    pub(crate) bus: Option<String>,
    /// The pattern of the event.
    pub(crate) pattern: Map<String, Value>,
    /// The part of the event that the execution receives.
    pub(crate) input: Option<Path>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(rename = "Type")]
    kind: Option<String>,
    definition: Option<Value>,
    #[serde(default)]
    definition_substitutions: BTreeMap<String, Value>,
    role: Option<String>,
    #[serde(default)]
    events: BTreeMap<String, Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    properties: Rule,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    event_bus_name: Option<String>,
    pattern: Map<String, Value>,
    input_path: Option<Path>,
    state: Option<String>,
}

impl Machine {
    /// The state machines that a template declares.
    pub(crate) fn all(stack: &Stack, functions: &[Declared]) -> Result<Vec<Arc<Self>>, TemplateError> {
        let machines = stack.of_kind("AWS::Serverless::StateMachine");
        machines.map(|resource| Self::read(resource, stack, functions).map(Arc::new)).collect()
    }

    fn read(resource: &Resource, stack: &Stack, functions: &[Declared]) -> Result<Self, TemplateError> {
        let written: Written = resource.read()?;
        if let Some(other) = written.kind.filter(|kind| kind != "STANDARD") {
            return Err(resource.wrong("Type", format!("{other} is not imitated on one machine")));
        }
        let definition = written.definition.ok_or_else(|| resource.wrong("Definition", "it is missing"))?;
        let place = format!("{}.Definition", resource.logical);
        let mut substitutions = BTreeMap::new();
        for (name, value) in &written.definition_substitutions {
            substitutions.insert(name.as_str(), scalar(value, &format!("{place}Substitutions.{name}"))?);
        }
        let mut fields = Fields::of(substituted(definition, &substitutions, &place)?, place)?;
        for (name, only) in [("Version", "1.0"), ("QueryLanguage", "JSONPath")] {
            if let Some(other) = fields.take::<String>(name)?.filter(|value| value != only) {
                return Err(fields.wrong(format!("the {name} {other} is not imitated on one machine")));
            }
        }
        let timeout = fields.take("TimeoutSeconds")?.map(|seconds: u32| Duration::from_secs(seconds.into()));
        let flow = Arc::new(Flow::take(&mut fields, &mut Reading { functions, names: BTreeSet::new() })?);
        fields.end()?;
        let policy = match &written.role {
            None => Policy::of(resource)?,
            Some(_) if resource.properties.contains_key("Policies") => {
                return Err(resource.wrong("Role", "with a Role of its own a machine has no Policies"));
            }
            Some(arn) => Role::assumed(arn, STATES, stack).map_err(|reason| resource.wrong("Role", reason))?,
        };
        let started = written.events.into_iter().map(|(name, event)| event.properties.read(resource, &name));
        Ok(Self {
            logical: resource.logical.clone(),
            name: resource.identity.attribute("Name"),
            arn: resource.identity.attribute("Arn"),
            policy,
            started: started.filter_map(Result::transpose).collect::<Result<_, _>>()?,
            flow,
            timeout,
        })
    }
}

impl Rule {
    /// The trigger of the machine; none if the event is disabled.
    fn read(self, machine: &Resource, name: &str) -> Result<Option<Started>, TemplateError> {
        let place = format!("{}.Events.{name}", machine.logical);
        match self.state.as_deref() {
            None | Some("ENABLED") => {}
            Some("DISABLED") => return Ok(None),
            Some(other) => {
                return Err(TemplateError::value(place, format!("State {other} is not imitated on one machine")));
            }
        }
        Ok(Some(Started { place, bus: self.event_bus_name, pattern: self.pattern, input: self.input_path }))
    }
}

/// A definition with the values of its `${Name}` placeholders.
fn substituted(definition: Value, values: &BTreeMap<&str, String>, place: &str) -> Result<Value, TemplateError> {
    Ok(match definition {
        Value::String(text) => Value::String(substituted_text(&text, values, place)?),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| substituted(item, values, place));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = substituted(value, values, &format!("{place}.{name}"))?;
                Ok((name, value))
            });
            Value::Object(fields.collect::<Result<_, TemplateError>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => definition,
    })
}

fn substituted_text(text: &str, values: &BTreeMap<&str, String>, place: &str) -> Result<String, TemplateError> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or_else(|| TemplateError::value(place, "a } is missing"))?;
        let unknown = || TemplateError::Reference { place: place.to_owned(), reference: format!("${{{name}}}") };
        result.push_str(before);
        result.push_str(values.get(name).ok_or_else(unknown)?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}
