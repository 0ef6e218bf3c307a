//! A role that the template declares: who may assume it, and its permissions.

use super::statement::Statement;
use super::{Policy, document};
use crate::template::{Resource, Stack, TemplateError};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    assume_role_policy_document: Value,
    #[serde(default)]
    policies: Vec<Inline>,
    #[serde(default)]
    managed_policy_arns: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inline {
    policy_document: Value,
}

impl Policy {
    /// The permissions of a service that assumes the role with this ARN, or the reason why it may not assume it.
    pub(crate) fn assumed(arn: &str, service: &str, stack: &Stack) -> Result<Self, String> {
        let role = stack.by_arn(arn).filter(|resource| resource.kind == "AWS::IAM::Role");
        let role = role.ok_or_else(|| format!("{arn} is no role of this template"))?;
        let (trust, policy) = read(role).map_err(|error| error.to_string())?;
        if trust.iter().any(|statement| statement.trusts(service)) {
            Ok(policy)
        } else {
            Err(format!("{arn} does not let {service} assume it"))
        }
    }
}

/// The statements that say who may assume a role, and its permissions.
fn read(resource: &Resource) -> Result<(Vec<Statement>, Policy), TemplateError> {
    let written: Written = resource.read()?;
    let property = "AssumeRolePolicyDocument";
    let trust = document(&written.assume_role_policy_document).map_err(|reason| resource.wrong(property, reason))?;
    let inline = written.policies.into_iter().map(|policy| policy.policy_document);
    let policies: Vec<_> = inline.chain(written.managed_policy_arns).collect();
    let policy = Policy::read(resource, &resource.identity.attribute("Arn"), &Value::Array(policies))?;
    Ok((trust, policy))
}
