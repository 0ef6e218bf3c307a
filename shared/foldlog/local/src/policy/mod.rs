//! The permissions of a function or state machine: the statements of its role and of the resources that it asks for,
//! checked on every call that it makes.

mod condition;
mod demand;
mod glob;
mod grant;
mod request;
mod resource;
mod role;
mod statement;

pub(crate) use demand::{Demand, demands, table_name};
pub(crate) use request::{Asked, Principal};
pub(crate) use resource::ResourcePolicies;
pub(crate) use statement::{Effect, document};

use crate::template::identity::{ACCOUNT, PARTITION, STACK, role};
use crate::template::loose::each;
use crate::template::{Resource, TemplateError};
use grant::Grants;
use serde_json::Value;
use statement::Statement;

/// AWS managed policies that only allow logs and traces: nothing here needs them.
const WITHOUT_EFFECT: [&str; 4] =
    ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess", "CloudWatchLambdaInsights"];

/// The permissions of a role.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// The role's ARN.
    role: String,
    statements: Vec<Statement>,
    grants: Grants,
}

impl Policy {
    /// Reads the `Policies` of a function or state machine, from which SAM makes a role.
    pub(crate) fn of(resource: &Resource) -> Result<Self, TemplateError> {
        let none = Value::Array(Vec::new());
        let arn = role(&format!("{STACK}-{}Role", resource.logical), "");
        Self::read(resource, &arn, resource.properties.get("Policies").unwrap_or(&none))
    }

    fn read(resource: &Resource, role: &str, policies: &Value) -> Result<Self, TemplateError> {
        let mut statements = Vec::new();
        for policy in each(policies) {
            let harmless = policy.as_str().is_some_and(|name| WITHOUT_EFFECT.iter().any(|known| name.contains(known)));
            if harmless {
                continue;
            }
            if policy.get("Statement").is_none() {
                return Err(resource.wrong("Policies", format!("{policy} is not imitated: write its statements")));
            }
            statements.extend(document(policy).map_err(|reason| resource.wrong("Policies", reason))?);
        }
        Ok(Self { role: role.to_owned(), grants: Grants::of(&statements), statements })
    }

    /// The message of AWS's refusal, if one of the demands is denied or not allowed.
    pub(crate) fn refusal(&self, caller: &str, demands: &[Demand], on: &ResourcePolicies) -> Option<String> {
        let why = |demand: &Demand| {
            let asked = Asked { demand, by: Principal::Role(&self.role) };
            let of = |effect: Effect, statement: &Statement| statement.effect == effect && statement.concerns(&asked);
            if self.statements.iter().any(|statement| of(Effect::Deny, statement)) {
                return Some("with an explicit deny in an identity-based policy".to_owned());
            }
            if on.of(&demand.resource).any(|statement| of(Effect::Deny, statement)) {
                return Some("with an explicit deny in a resource-based policy".to_owned());
            }
            let holds = !demand.action.starts_with("kms:") || on.of(&demand.resource).any(|one| one.delegates(&asked));
            if (holds && self.grants.take(&self.statements, &asked))
                || on.of(&demand.resource).any(|one| of(Effect::Allow, one))
            {
                return None;
            }
            Some(format!("because no identity-based policy allows the {} action", demand.action))
        };
        let (refused, why) = demands.iter().find_map(|demand| Some((demand, why(demand)?)))?;
        Some(format!(
            "User: arn:{PARTITION}:sts::{ACCOUNT}:assumed-role/{caller}/{caller} is not authorized to perform: \
             {action} on resource: {resource} {why}",
            action = refused.action,
            resource = refused.resource,
        ))
    }

    /// What is allowed and was never asked for: a line for each action, each resource and each pattern of partition keys
    /// of each statement.
    pub(crate) fn unused(&self) -> Vec<String> {
        self.grants.unused(&self.statements)
    }
}
