//! What a function may do: the statements of its own policies, checked on every call that it makes.

mod demand;
mod statement;

pub(crate) use demand::{Demand, demands, table_name};
pub(crate) use statement::{Allow, document, glob};

use crate::template::identity::{ACCOUNT, PARTITION};
use crate::template::{Resource, TemplateError};
use serde_json::Value;

/// Policies of AWS's own that only let a function write logs and traces: nothing here needs them.
const WITHOUT_EFFECT: [&str; 4] =
    ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess", "CloudWatchLambdaInsights"];

/// A function's permissions.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    allows: Vec<Allow>,
}

impl Policy {
    /// Reads the `Policies` of a function.
    pub(crate) fn of(function: &Resource) -> Result<Self, TemplateError> {
        let mut allows = Vec::new();
        let policies = match function.properties.get("Policies") {
            None => Vec::new(),
            Some(Value::Array(policies)) => policies.clone(),
            Some(policy) => vec![policy.clone()],
        };
        for policy in policies {
            let harmless = policy.as_str().is_some_and(|name| WITHOUT_EFFECT.iter().any(|known| name.contains(known)));
            if harmless {
                continue;
            }
            if policy.get("Statement").is_none() {
                return Err(function.wrong("Policies", format!("{policy} is not imitated: write its statements")));
            }
            allows.extend(document(&policy).map_err(|reason| function.wrong("Policies", reason))?);
        }
        Ok(Self { allows })
    }

    /// The message of AWS's refusal, where any of the demands is not allowed.
    pub(crate) fn refusal(&self, function: &str, demands: &[Demand]) -> Option<String> {
        let refused = demands.iter().find(|demand| !self.allows.iter().any(|allow| allow.permits(demand)))?;
        Some(format!(
            "User: arn:{PARTITION}:sts::{ACCOUNT}:assumed-role/{function}/{function} is not authorized to perform: \
             {action} on resource: {resource} because no identity-based policy allows the {action} action",
            action = refused.action,
            resource = refused.resource,
        ))
    }
}
