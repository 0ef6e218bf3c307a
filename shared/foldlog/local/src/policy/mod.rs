//! The permissions of a function or state machine: the statements of its own policies, checked on every call that it
//! makes.

mod demand;
mod role;
mod statement;

pub(crate) use demand::{Demand, demands, table_name};
pub(crate) use statement::{Allow, document, glob};

use crate::template::identity::{ACCOUNT, PARTITION};
use crate::template::loose::each;
use crate::template::{Resource, TemplateError};
use serde_json::Value;

/// AWS managed policies that only allow logs and traces: nothing here needs them.
const WITHOUT_EFFECT: [&str; 4] =
    ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess", "CloudWatchLambdaInsights"];

/// The permissions of a function, machine or role.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    allows: Vec<Allow>,
}

impl Policy {
    /// Reads the `Policies` of a function or state machine.
    pub(crate) fn of(resource: &Resource) -> Result<Self, TemplateError> {
        Self::read(resource, resource.properties.get("Policies").unwrap_or(&Value::Array(Vec::new())))
    }

    fn read(resource: &Resource, policies: &Value) -> Result<Self, TemplateError> {
        let mut allows = Vec::new();
        for policy in each(policies) {
            let harmless = policy.as_str().is_some_and(|name| WITHOUT_EFFECT.iter().any(|known| name.contains(known)));
            if harmless {
                continue;
            }
            if policy.get("Statement").is_none() {
                return Err(resource.wrong("Policies", format!("{policy} is not imitated: write its statements")));
            }
            allows.extend(document(policy).map_err(|reason| resource.wrong("Policies", reason))?);
        }
        Ok(Self { allows })
    }

    /// The message of AWS's refusal, if one of the demands is not allowed.
    pub(crate) fn refusal(&self, caller: &str, demands: &[Demand]) -> Option<String> {
        let refused = demands.iter().find(|demand| !self.allows.iter().any(|allow| allow.permits(demand)))?;
        Some(format!(
            "User: arn:{PARTITION}:sts::{ACCOUNT}:assumed-role/{caller}/{caller} is not authorized to perform: \
             {action} on resource: {resource} because no identity-based policy allows the {action} action",
            action = refused.action,
            resource = refused.resource,
        ))
    }
}
