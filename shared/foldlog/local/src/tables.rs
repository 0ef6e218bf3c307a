//! The tables that a template declares. What it says about one is the request that creates it.

use crate::template::{Resource, Stack, TemplateError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A table as the host knows it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Its logical id in the template.
    pub(crate) logical: String,
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The ARN of its stream, if it has one.
    pub(crate) stream: Option<String>,
    /// The partition key's attribute.
    pub(crate) hash: String,
    /// The partition key's attribute of each index.
    pub(crate) indexes: BTreeMap<String, String>,
    declared: Declared,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Declared {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    global_secondary_indexes: Vec<Index>,
    billing_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_specification: Option<Stream>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    #[serde(rename = "IndexName")]
    name: String,
    key_schema: Vec<Key>,
    projection: Projected,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Projected {
    projection_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    non_key_attributes: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    stream_view_type: String,
}

impl Table {
    /// The tables that a template declares.
    pub(crate) fn declared(stack: &Stack) -> Result<Vec<Self>, TemplateError> {
        stack.of_kind("AWS::DynamoDB::Table").map(Self::read).collect()
    }

    fn read(resource: &Resource) -> Result<Self, TemplateError> {
        let declared: Declared = resource.read()?;
        if declared.billing_mode.as_deref() != Some("PAY_PER_REQUEST") {
            return Err(resource.wrong("BillingMode", "only PAY_PER_REQUEST is imitated on one machine"));
        }
        let hash = |keys: &[Key]| {
            let key = keys.iter().find(|key| key.key_type == "HASH");
            key.map(|key| key.attribute_name.clone())
                .ok_or_else(|| resource.wrong("KeySchema", "a key of type HASH is missing"))
        };
        let stream = declared.stream_specification.as_ref().map(|_| resource.identity.attribute("StreamArn"));
        let indexes = declared.global_secondary_indexes.iter();
        Ok(Self {
            logical: resource.logical.clone(),
            name: resource.identity.reference.clone(),
            arn: resource.identity.attribute("Arn"),
            stream,
            hash: hash(&declared.key_schema)?,
            indexes: indexes
                .map(|index| Ok((index.name.clone(), hash(&index.key_schema)?)))
                .collect::<Result<_, TemplateError>>()?,
            declared,
        })
    }

    /// The request that creates it.
    pub(crate) fn creation(&self) -> Value {
        let mut request = json!(self.declared);
        request["TableName"] = Value::from(self.name.as_str());
        if self.declared.stream_specification.is_some() {
            request["StreamSpecification"]["StreamEnabled"] = Value::from(true);
        }
        request
    }

    /// Whether an existing table, as the database describes it, has the same keys, indexes and stream.
    pub(crate) fn is_as_described(&self, found: &Value) -> bool {
        let indexes = found["GlobalSecondaryIndexes"].as_array().map_or(0, Vec::len);
        found["KeySchema"] == json!(self.declared.key_schema)
            && indexes == self.declared.global_secondary_indexes.len()
            && found["StreamSpecification"].is_null() == self.stream.is_none()
    }
}
