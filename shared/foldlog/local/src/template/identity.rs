//! The values of `!Ref` and `!GetAtt` for a resource: names and ARNs in the form of AWS's.

use super::Declared;
use std::collections::BTreeMap;

/// The region that everything on this machine is in.
pub(crate) const REGION: &str = "eu-central-1";
/// The account that everything on this machine belongs to.
pub(crate) const ACCOUNT: &str = "000000000000";
/// The stack's name, first part of every physical name.
pub(crate) const STACK: &str = "local";
/// The stack's ARN.
pub(crate) const STACK_ID: &str =
    "arn:aws:cloudformation:eu-central-1:000000000000:stack/local/00000000-0000-0000-0000-000000000000";
/// The partition of all ARNs.
pub(crate) const PARTITION: &str = "aws";
/// The suffix of AWS's own host names.
pub(crate) const URL_SUFFIX: &str = "amazonaws.com";

/// The values of one resource's `!Ref` and `!GetAtt`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    /// The value of `!Ref`.
    pub(crate) reference: String,
    /// The values of `!GetAtt`, by attribute.
    pub(crate) attributes: BTreeMap<&'static str, String>,
}

impl Identity {
    /// An attribute's text; empty for an attribute that the type does not have.
    pub(crate) fn attribute(&self, name: &str) -> String {
        self.attributes.get(name).cloned().unwrap_or_default()
    }
}

/// An ARN in this account and region.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:{PARTITION}:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// The property that names a resource of a type, if the template sets it.
pub(crate) fn name_property(kind: &str) -> Option<&'static str> {
    match kind {
        "AWS::DynamoDB::Table" => Some("TableName"),
        "AWS::Serverless::Function" => Some("FunctionName"),
        "AWS::SQS::Queue" => Some("QueueName"),
        "AWS::IAM::Role" => Some("RoleName"),
        "AWS::Events::EventBus" | "AWS::Events::Rule" | "AWS::Serverless::StateMachine" => Some("Name"),
        "AWS::S3::Bucket" => Some("BucketName"),
        "AWS::Logs::LogGroup" => Some("LogGroupName"),
        "AWS::CloudWatch::Alarm" => Some("AlarmName"),
        _ => None,
    }
}

/// The ARN of a role below a path.
pub(crate) fn role(name: &str, path: &str) -> String {
    let path = path.trim_matches('/');
    let path = if path.is_empty() { String::new() } else { format!("{path}/") };
    format!("arn:{PARTITION}:iam::{ACCOUNT}:role/{path}{name}")
}

/// The identity of a resource with this physical name. `within` is the name of a rule's bus, and the path of a role.
pub(crate) fn of(kind: &str, name: &str, within: &str) -> Identity {
    let mut reference = name.to_owned();
    let attributes = match kind {
        "AWS::DynamoDB::Table" => {
            let table = arn("dynamodb", &format!("table/{name}"));
            let stream = format!("{table}/stream/{STACK}");
            vec![("Arn", table), ("StreamArn", stream)]
        }
        "AWS::Serverless::Function" => vec![("Arn", arn("lambda", &format!("function:{name}")))],
        "AWS::SQS::Queue" => {
            reference = format!("https://sqs.{REGION}.{URL_SUFFIX}/{ACCOUNT}/{name}");
            vec![("Arn", arn("sqs", name)), ("QueueName", name.to_owned()), ("QueueUrl", reference.clone())]
        }
        "AWS::Events::EventBus" => {
            vec![("Arn", arn("events", &format!("event-bus/{name}"))), ("Name", name.to_owned())]
        }
        "AWS::Events::Rule" if within.is_empty() => vec![("Arn", arn("events", &format!("rule/{name}")))],
        "AWS::Events::Rule" => vec![("Arn", arn("events", &format!("rule/{within}/{name}")))],
        "AWS::Serverless::StateMachine" => {
            reference = arn("states", &format!("stateMachine:{name}"));
            vec![("Arn", reference.clone()), ("Name", name.to_owned())]
        }
        "AWS::S3::Bucket" => {
            reference = name.to_lowercase();
            let domain = format!("{reference}.s3.{URL_SUFFIX}");
            vec![("Arn", format!("arn:{PARTITION}:s3:::{reference}")), ("DomainName", domain)]
        }
        "AWS::Logs::LogGroup" => vec![("Arn", format!("{}:*", arn("logs", &format!("log-group:{name}"))))],
        "AWS::CloudWatch::Alarm" => vec![("Arn", arn("cloudwatch", &format!("alarm:{name}")))],
        "AWS::IAM::Role" => vec![("Arn", role(name, within))],
        "AWS::KMS::Key" => vec![("Arn", arn("kms", &format!("key/{name}"))), ("KeyId", name.to_owned())],
        "AWS::Cognito::UserPool" => {
            reference = format!("{REGION}_{}", alphanumeric(name));
            let provider = format!("cognito-idp.{REGION}.{URL_SUFFIX}/{reference}");
            vec![
                ("Arn", arn("cognito-idp", &format!("userpool/{reference}"))),
                ("ProviderName", provider.clone()),
                ("ProviderURL", format!("https://{provider}")),
                ("UserPoolId", reference.clone()),
            ]
        }
        "AWS::Cognito::UserPoolClient" => {
            reference = alphanumeric(name).to_lowercase();
            vec![("ClientId", reference.clone())]
        }
        "AWS::Serverless::HttpApi" => {
            let endpoint = format!("https://{name}.execute-api.{REGION}.{URL_SUFFIX}");
            vec![("ApiId", name.to_owned()), ("ApiEndpoint", endpoint)]
        }
        _ => Vec::new(),
    };
    Identity { reference, attributes: attributes.into_iter().collect() }
}

/// A name without the characters that ids of Cognito do not have.
fn alphanumeric(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The resources that SAM adds to the declared ones: the role of each function and state machine.
pub(crate) fn implied(resources: &BTreeMap<String, Declared>) -> Vec<(String, Identity)> {
    let kinds = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];
    resources
        .iter()
        .filter(|(_, resource)| kinds.contains(&resource.kind.as_str()))
        .map(|(id, _)| {
            let role = format!("{id}Role");
            let identity = of("AWS::IAM::Role", &format!("{STACK}-{role}"), "");
            (role, identity)
        })
        .collect()
}
