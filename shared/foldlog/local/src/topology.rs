//! The connections in a template, for programs that run its functions in another way than this host does.

use crate::events::Buses;
use crate::gateway::Routes;
use crate::machines::Starter;
use crate::plan::Plan;
use crate::queues::Queues;
use crate::schedules::Schedule;
use crate::template::TemplateError;
use crate::work::Work;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A template's routes, stream readers, queues, rules, schedules and settings.
pub struct Topology {
    routes: Routes,
    buses: Buses,
    schedules: Vec<Schedule>,
    settings: BTreeMap<String, BTreeMap<String, String>>,
    /// The functions that read the log's stream.
    pub readers: Vec<Reader>,
    /// The functions that take messages from queues.
    pub queues: Vec<Fed>,
}

/// A function that reads a stream.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Its name.
    pub function: String,
    /// The most records of one invocation.
    pub batch_size: usize,
    /// The retries of a batch; none means without end.
    pub retries: Option<u32>,
}

/// A function that takes messages from a queue.
#[derive(Clone, Debug)]
pub struct Fed {
    /// Its name.
    pub function: String,
    /// The queue's ARN.
    pub queue: String,
    /// The most messages of one invocation.
    pub batch_size: usize,
    /// How often a message is received before it goes to the dead-letter queue.
    pub receives: u32,
}

/// The route of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// The function.
    pub function: String,
    /// The route's key, such as `GET /carts/{id}`.
    pub key: String,
    /// The values of the path's variables.
    pub parameters: BTreeMap<String, String>,
}

/// One firing of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// The function.
    pub function: String,
    /// Its input.
    pub payload: Value,
}

impl Topology {
    /// Reads a template.
    pub fn read(template: &str, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let plan = Plan::read(template, parameters)?;
        let queues = Queues::declared(&plan.stack, &BTreeMap::new())?;
        let (starters, _) = Starter::all(&plan.machines, &Work::default());
        let readers = plan.streams.iter().map(|(_, stream)| Reader {
            function: stream.binary.clone(),
            batch_size: stream.batch_size,
            retries: stream.rules.retries,
        });
        let fed = plan.queues.iter().map(|declared| Fed {
            function: declared.binary.clone(),
            queue: declared.queue.clone(),
            batch_size: declared.batch_size,
            receives: queues.by_arn(&declared.queue).map_or(u32::MAX, |queue| queue.receives()),
        });
        let routes = Routes::new(plan.api.routes.clone());
        Ok(Self {
            readers: readers.collect(),
            queues: fed.collect(),
            routes: routes.map_err(|clash| TemplateError::value("HttpApi", clash))?,
            buses: Buses::declared(&plan.stack, &queues, &starters)?,
            schedules: plan.schedules,
            settings: plan.functions.into_iter().map(|function| (function.binary, function.environment)).collect(),
        })
    }

    /// The names of the functions.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.settings.keys().map(String::as_str)
    }

    /// The settings of a function.
    #[must_use]
    pub fn settings(&self, function: &str) -> Option<&BTreeMap<String, String>> {
        self.settings.get(function)
    }

    /// The route of a request; none if there is no such route.
    #[must_use]
    pub fn route(&self, method: &str, path: &str) -> Option<Routed> {
        let found = self.routes.find(method, path)?;
        let (function, key) = (found.route.binary.clone(), found.route.key());
        Some(Routed { function, key, parameters: found.parameters })
    }

    /// The ARNs of the queues that the rules send an event to, by its source and type.
    #[must_use]
    pub fn targets(&self, source: &str, detail_type: &str) -> Vec<String> {
        self.buses.targets(&json!({ "source": source, "detail-type": detail_type }))
    }

    /// The logical ids of the state machines that the rules start with an event, by its source and type.
    #[must_use]
    pub fn machines(&self, source: &str, detail_type: &str) -> Vec<String> {
        self.buses.machines(&json!({ "source": source, "detail-type": detail_type }))
    }

    /// The time between two firings of each schedule, and the firing at a moment.
    #[must_use]
    pub fn firings(&self, at: Timestamp) -> Vec<(Duration, Firing)> {
        let firing = |schedule: &Schedule| {
            (schedule.every, Firing { function: schedule.binary.clone(), payload: schedule.payload(at) })
        };
        self.schedules.iter().map(firing).collect()
    }
}
