//! The triggers of the template, connected with their implementations.

use crate::buckets::Buckets;
use crate::controls::Controls;
use crate::error::HostError;
use crate::functions::{Runner, Runners};
use crate::mappings::{DeclaredQueue, DeclaredStream};
use crate::options::Streams;
use crate::plan::Plan;
use crate::queues::{QueueMapping, Queues};
use crate::streams::{Consumer, Destination};
use crate::template::TemplateError;
use std::sync::Arc;

/// Everything that triggers need.
pub(crate) struct Wiring<'a> {
    /// The template.
    pub(crate) plan: &'a Plan,
    /// The functions.
    pub(crate) runners: &'a Runners,
    /// The queues.
    pub(crate) queues: &'a Queues,
    /// The clock and the gates of functions.
    pub(crate) controls: &'a Controls,
    /// The buckets.
    pub(crate) buckets: &'a Buckets,
    /// The shards of streams, and the chaos in their delivery.
    pub(crate) streams: Streams,
}

impl Wiring<'_> {
    /// The function with this binary.
    pub(crate) fn runner(&self, binary: &str) -> Result<Arc<Runner>, HostError> {
        self.runners.get(binary).cloned().ok_or_else(|| HostError::Unregistered(binary.to_owned()))
    }

    /// The way in which a function takes the records of a stream.
    pub(crate) fn consumer(&self, declared: &DeclaredStream) -> Result<Consumer, HostError> {
        Ok(Consumer {
            runner: self.runner(&declared.binary)?,
            declared: declared.clone(),
            on_failure: declared.on_failure.as_deref().map(|arn| self.destination(arn)).transpose()?,
            clock: self.controls.clock.clone(),
            chaos: self.streams.chaos,
            deliveries: self.controls.deliveries.get(&declared.binary).cloned().unwrap_or_default(),
        })
    }

    /// A mapping from a queue.
    pub(crate) fn queue(&self, declared: &DeclaredQueue) -> Result<QueueMapping, HostError> {
        let place = || TemplateError::value(&declared.binary, format!("{} is no queue", declared.queue));
        Ok(QueueMapping {
            runner: self.runner(&declared.binary)?,
            queue: self.queues.by_arn(&declared.queue).ok_or_else(place)?,
            declared: declared.clone(),
        })
    }

    fn destination(&self, arn: &str) -> Result<Destination, TemplateError> {
        if let Some(queue) = self.queues.by_arn(arn) {
            return Ok(Destination::Queue(queue));
        }
        let bucket = self.plan.stack.by_arn(arn).and_then(|bucket| self.buckets.folder(&bucket.identity.reference));
        let folder = bucket.ok_or_else(|| {
            TemplateError::value("DestinationConfig.OnFailure", format!("{arn} is neither a queue nor a bucket"))
        })?;
        Ok(Destination::Folder(folder.to_owned()))
    }
}
