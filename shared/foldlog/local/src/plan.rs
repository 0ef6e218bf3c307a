//! The plan of a host: everything that has to be created and run, before any of it is.

use crate::functions::Declared;
use crate::gateway::Api;
use crate::machines::Machine;
use crate::mappings::{DeclaredQueue, DeclaredStream};
use crate::policy::{Policy, ResourcePolicies};
use crate::schedules::Schedule;
use crate::service_rights;
use crate::tables::Table;
use crate::template::{Stack, TemplateError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template, read to the end.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The resolved template.
    pub(crate) stack: Stack,
    /// The tables.
    pub(crate) tables: Vec<Table>,
    /// The functions.
    pub(crate) functions: Vec<Declared>,
    /// The HTTP API.
    pub(crate) api: Api,
    /// The streams that feed functions, each with its table.
    pub(crate) streams: Vec<(Table, DeclaredStream)>,
    /// The queues that feed functions.
    pub(crate) queues: Vec<DeclaredQueue>,
    /// The schedules that invoke functions.
    pub(crate) schedules: Vec<Schedule>,
    /// The state machines.
    pub(crate) machines: Vec<Arc<Machine>>,
    /// The policies of resources.
    pub(crate) resource_policies: Arc<ResourcePolicies>,
}

impl Plan {
    /// Reads a template, and finds everything in it that is not supported.
    pub(crate) fn read(template: &str, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let stack = Stack::resolve(template, parameters)?;
        let tables = Table::declared(&stack)?;
        let functions = Declared::all(&stack)?;
        let machines = Machine::all(&stack, &functions)?;
        let api = Api::declared(&stack, &functions)?;
        let (mut streams, mut queues, mut schedules) = (Vec::new(), Vec::new(), Vec::new());
        for function in &functions {
            let (own_streams, own_queues) = (DeclaredStream::all(function)?, DeclaredQueue::all(function)?);
            service_rights::check(function, &own_streams, &own_queues)?;
            for stream in own_streams {
                let table = tables.iter().find(|table| table.stream.as_ref() == Some(&stream.stream));
                let table = table.ok_or_else(|| function.wrong("Stream", format!("{} is no stream", stream.stream)))?;
                streams.push((table.clone(), stream));
            }
            queues.extend(own_queues);
            schedules.extend(Schedule::declared(function)?);
        }
        let resource_policies = Arc::new(ResourcePolicies::declared(&stack)?);
        Ok(Self { stack, tables, functions, api, streams, queues, schedules, machines, resource_policies })
    }

    /// The policies of each function, by the name of its binary.
    pub(crate) fn policies(&self) -> BTreeMap<String, Arc<Policy>> {
        self.functions.iter().map(|function| (function.binary.clone(), Arc::clone(&function.policy))).collect()
    }

    /// Tells functions other settings than the template does. Each must be a setting of some function.
    pub(crate) fn tell(&mut self, settings: &BTreeMap<String, String>) -> Result<(), TemplateError> {
        for (name, text) in settings {
            let mut of_functions = self.functions.iter_mut().filter_map(|function| function.environment.get_mut(name));
            let first =
                of_functions.next().ok_or_else(|| TemplateError::value(name, "no function has this setting"))?;
            text.clone_into(first);
            of_functions.for_each(|other| text.clone_into(other));
        }
        Ok(())
    }

    /// Makes each invocation have one record or message, and a queue's function one at a time.
    pub(crate) fn one_by_one(&mut self) {
        for (_, stream) in &mut self.streams {
            stream.batch_size = 1;
        }
        for queue in &mut self.queues {
            (queue.batch_size, queue.concurrency) = (1, 1);
        }
    }
}
