//! A rule of a bus: a pattern, and the targets of the events that match it.

use super::pattern::Pattern;
use super::target::{self, Target};
use crate::machines::{Started, Starter};
use crate::queues::Queues;
use crate::template::{Resource, Stack, TemplateError};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A rule that is enabled.
#[derive(Debug)]
pub(super) struct Rule {
    /// The name of its bus.
    pub(super) bus: String,
    pattern: Pattern,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    event_bus_name: Option<String>,
    event_pattern: Map<String, Value>,
    state: Option<String>,
    #[serde(default)]
    targets: Vec<target::Written>,
}

impl Rule {
    /// Reads a rule; none if it is disabled.
    pub(super) fn read(
        resource: &Resource,
        stack: &Stack,
        queues: &Queues,
        starters: &[Starter],
    ) -> Result<Option<Self>, TemplateError> {
        let written: Written = resource.read()?;
        match written.state.as_deref() {
            None | Some("ENABLED") => {}
            Some("DISABLED") => return Ok(None),
            Some(other) => return Err(resource.wrong("State", format!("{other} is not imitated on one machine"))),
        }
        let pattern = Pattern::read(&written.event_pattern).map_err(|reason| resource.wrong("EventPattern", reason))?;
        let targets = written.targets.into_iter().map(|target| Target::read(resource, target, stack, queues, starters));
        Ok(Some(Self {
            bus: bus(written.event_bus_name.as_deref()),
            pattern,
            targets: targets.collect::<Result<_, _>>()?,
        }))
    }

    /// The rule that a machine declares for itself.
    pub(super) fn starting(starter: &Starter, by: &Started) -> Result<Self, TemplateError> {
        let place = &by.place;
        let wrong = |reason| TemplateError::value(format!("{place}.Pattern"), reason);
        let pattern = Pattern::read(&by.pattern).map_err(wrong)?;
        let target = Target::starting(starter, by.input.as_ref(), place)?;
        Ok(Self { bus: bus(by.bus.as_deref()), pattern, targets: vec![target] })
    }

    /// The targets of an event.
    pub(super) fn targets(&self, event: &Value) -> &[Target] {
        if self.pattern.matches(event) { &self.targets } else { &[] }
    }
}

/// The name of a bus that may be given as its ARN.
fn bus(name: Option<&str>) -> String {
    let name = name.unwrap_or("default");
    name.rsplit('/').next().unwrap_or(name).to_owned()
}
