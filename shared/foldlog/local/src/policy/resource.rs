//! The policies of resources: of tables, buckets, buses and keys.

use super::statement::{Statement, document};
use crate::template::identity::{PARTITION, arn};
use crate::template::{Resource, Stack, TemplateError};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The policies of resources, by the ARN of each.
#[derive(Debug, Default)]
pub(crate) struct ResourcePolicies(BTreeMap<String, Vec<Statement>>);

impl ResourcePolicies {
    /// The policies that a template declares.
    pub(crate) fn declared(stack: &Stack) -> Result<Self, TemplateError> {
        let mut policies = Self::default();
        for table in stack.of_kind("AWS::DynamoDB::Table") {
            if let Some(written) =
                table.properties.get("ResourcePolicy").and_then(|policy| policy.get("PolicyDocument"))
            {
                policies.add(table, "ResourcePolicy", table.identity.attribute("Arn"), written)?;
            }
        }
        for policy in stack.of_kind("AWS::S3::BucketPolicy") {
            let bucket = policy.properties.get("Bucket").and_then(Value::as_str).unwrap_or_default();
            let written = policy.properties.get("PolicyDocument").unwrap_or(&Value::Null);
            policies.add(policy, "PolicyDocument", format!("arn:{PARTITION}:s3:::{bucket}"), written)?;
        }
        for policy in stack.of_kind("AWS::Events::EventBusPolicy") {
            let bus = policy.properties.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
            let written = json!({ "Statement": policy.properties.get("Statement") });
            policies.add(policy, "Statement", arn("events", &format!("event-bus/{bus}")), &written)?;
        }
        for key in stack.of_kind("AWS::KMS::Key") {
            let written = key.properties.get("KeyPolicy").unwrap_or(&Value::Null);
            policies.add(key, "KeyPolicy", key.identity.attribute("Arn"), written)?;
        }
        Ok(policies)
    }

    fn add(&mut self, of: &Resource, property: &str, arn: String, written: &Value) -> Result<(), TemplateError> {
        let statements = document(written).map_err(|reason| of.wrong(property, reason))?;
        self.0.entry(arn).or_default().extend(statements);
        Ok(())
    }

    /// The statements about a resource: its own, and for an index or object those of its table or bucket.
    pub(super) fn of(&self, resource: &str) -> impl Iterator<Item = &Statement> {
        let below =
            |owner: &str| resource.strip_prefix(owner).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.0.iter().filter(move |(owner, _)| below(owner)).flat_map(|(_, statements)| statements)
    }
}
