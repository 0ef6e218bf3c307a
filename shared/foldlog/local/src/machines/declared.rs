//! A state machine as the template declares it: its definition, its permissions, and its triggers.

use super::flow::{Fields, Flow, Reading};
use super::paths::Path;
use crate::functions::Declared;
use crate::policy::Policy;
use crate::template::loose::{filled, scalar};
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
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Started {
    /// Its position in the template.
    #[serde(skip)]
    pub(crate) place: String,
    /// The name of the bus.
    #[serde(rename = "EventBusName")]
    pub(crate) bus: Option<String>,
    /// The pattern of the event.
    pub(crate) pattern: Map<String, Value>,
    /// The part of the event that the execution receives.
    #[serde(rename = "InputPath")]
    pub(crate) input: Option<Path>,
    state: Option<String>,
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
    properties: Started,
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
            Some(arn) => Policy::assumed(arn, STATES, stack).map_err(|reason| resource.wrong("Role", reason))?,
        };
        let started = written
            .events
            .into_iter()
            .map(|(name, event)| event.properties.at(format!("{}.Events.{name}", resource.logical)));
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

impl Started {
    /// The rule at its position; none if it is disabled.
    fn at(self, place: String) -> Result<Option<Self>, TemplateError> {
        match self.state.as_deref() {
            None | Some("ENABLED") => Ok(Some(Self { place, ..self })),
            Some("DISABLED") => Ok(None),
            Some(other) => Err(TemplateError::value(place, format!("State {other} is not imitated on one machine"))),
        }
    }
}

/// A definition with the values of its `${Name}` placeholders.
fn substituted(definition: Value, values: &BTreeMap<&str, String>, place: &str) -> Result<Value, TemplateError> {
    Ok(match definition {
        Value::String(text) => {
            let unclosed = || TemplateError::value(place, "a } is missing");
            let text = filled(&text, unclosed, |name| {
                let unknown =
                    || TemplateError::Reference { place: place.to_owned(), reference: format!("${{{name}}}") };
                values.get(name).cloned().ok_or_else(unknown)
            });
            Value::String(text?)
        }
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
