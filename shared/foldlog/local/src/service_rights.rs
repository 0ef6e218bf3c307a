//! What Lambda itself does under a function's role: it writes logs and traces, reads streams and queues, and keeps what
//! it gave up on. SAM allows this in the roles that it makes. In a role of the template's own, the template must: AWS
//! refuses a trigger whose source the role may not read, and loses logs and traces in silence.

use crate::functions::Declared;
use crate::mappings::{DeclaredQueue, DeclaredStream};
use crate::policy::{Demand, ResourcePolicies};
use crate::template::TemplateError;
use crate::template::identity::arn;

/// The actions on a table's stream, as the managed policy `AWSLambdaDynamoDBExecutionRole` has them.
const OF_STREAM: [&str; 4] =
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];
/// The actions on a queue (Lambda developer guide, "Execution role permissions" of Amazon SQS).
const OF_QUEUE: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const OF_LOGS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
const OF_TRACES: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

/// Refuses a function whose own role does not allow what Lambda does for it.
pub(crate) fn check(
    function: &Declared,
    streams: &[DeclaredStream],
    queues: &[DeclaredQueue],
) -> Result<(), TemplateError> {
    if !function.has_own_role {
        return Ok(());
    }
    let group = function.logging.group(&function.name);
    let mut needed = demands(&OF_LOGS, &arn("logs", &format!("log-group:{group}:log-stream:1")));
    if function.is_traced {
        needed.extend(demands(&OF_TRACES, "*"));
    }
    for stream in streams {
        needed.extend(demands(&OF_STREAM, &stream.stream));
        needed.extend(stream.on_failure.as_deref().map(kept_in).unwrap_or_default());
    }
    for queue in queues {
        needed.extend(demands(&OF_QUEUE, &queue.queue));
    }
    match function.policy.refusal(&function.name, &needed, &ResourcePolicies::default()) {
        Some(reason) => Err(TemplateError::value(format!("{}.Role", function.logical), reason)),
        None => Ok(()),
    }
}

/// What keeping a batch takes, in a bucket or a queue.
fn kept_in(destination: &str) -> Vec<Demand> {
    if destination.contains(":sqs:") {
        return demands(&["sqs:SendMessage"], destination);
    }
    let mut needed = demands(&["s3:ListBucket"], destination);
    needed.extend(demands(&["s3:PutObject"], &format!("{destination}/aws/lambda/x")));
    needed
}

fn demands(actions: &[&str], resource: &str) -> Vec<Demand> {
    let of = |action: &&str| Demand::on((*action).to_owned(), resource.to_owned());
    actions.iter().map(of).collect()
}
