//! The template's tables in the embedded DynamoDB, created through the SDK like any client would. Existing ones are
//! kept.

use crate::database::DatabaseError;
use crate::template::{Resource, Stack, TemplateError};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType,
};
use serde::Deserialize;
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

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Declared {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    billing_mode: Option<String>,
    stream_specification: Option<Stream>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    #[serde(rename = "IndexName")]
    name: String,
    key_schema: Vec<Key>,
    projection: Projected,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Projected {
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
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

    /// Creates the table, unless it exists already with the same keys and indexes.
    pub(crate) async fn ensure(&self, client: &Client) -> Result<(), DatabaseError> {
        let wrong = |reason: String| DatabaseError::Table { table: self.name.clone(), reason };
        let listed = client.describe_table().table_name(&self.name).send().await;
        match listed {
            Ok(found) => {
                let found = found.table();
                let keys = found.map(|table| shape(table.key_schema()));
                let indexes = found.map_or(0, |table| table.global_secondary_indexes().len());
                let streams = found.is_some_and(|table| table.stream_specification().is_some());
                let same = keys == Some(shape(&self.key_schema(&self.declared.key_schema)?))
                    && indexes == self.declared.global_secondary_indexes.len()
                    && streams == self.stream.is_some();
                let changed = "it exists with other keys, indexes or stream: the template has changed since";
                if same { Ok(()) } else { Err(wrong(changed.to_owned())) }
            }
            Err(error) if error.as_service_error().is_some_and(DescribeTableError::is_resource_not_found_exception) => {
                self.create(client).await
            }
            Err(error) => Err(wrong(DisplayErrorContext(error).to_string())),
        }
    }

    async fn create(&self, client: &Client) -> Result<(), DatabaseError> {
        let wrong = |error: &dyn std::fmt::Display| DatabaseError::Table {
            table: self.name.clone(),
            reason: error.to_string(),
        };
        let declared = &self.declared;
        let mut request = client
            .create_table()
            .table_name(&self.name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(self.key_schema(&declared.key_schema)?));
        for attribute in &declared.attribute_definitions {
            let definition = AttributeDefinition::builder()
                .attribute_name(&attribute.attribute_name)
                .attribute_type(ScalarAttributeType::from(attribute.attribute_type.as_str()))
                .build();
            request = request.attribute_definitions(definition.map_err(|error| wrong(&error))?);
        }
        for index in &declared.global_secondary_indexes {
            let projection = Projection::builder()
                .projection_type(ProjectionType::from(index.projection.projection_type.as_str()))
                .set_non_key_attributes(index.projection.non_key_attributes.clone())
                .build();
            let index = GlobalSecondaryIndex::builder()
                .index_name(&index.name)
                .set_key_schema(Some(self.key_schema(&index.key_schema)?))
                .projection(projection)
                .build();
            request = request.global_secondary_indexes(index.map_err(|error| wrong(&error))?);
        }
        if let Some(stream) = &declared.stream_specification {
            let stream = StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::from(stream.stream_view_type.as_str()))
                .build();
            request = request.stream_specification(stream.map_err(|error| wrong(&error))?);
        }
        request.send().await.map_err(|error| wrong(&DisplayErrorContext(error)))?;
        Ok(())
    }

    fn key_schema(&self, keys: &[Key]) -> Result<Vec<KeySchemaElement>, DatabaseError> {
        let element = |key: &Key| {
            KeySchemaElement::builder()
                .attribute_name(&key.attribute_name)
                .key_type(KeyType::from(key.key_type.as_str()))
                .build()
        };
        let wrong = |reason: String| DatabaseError::Table { table: self.name.clone(), reason };
        keys.iter().map(|key| element(key).map_err(|error| wrong(error.to_string()))).collect()
    }
}

fn shape(keys: &[KeySchemaElement]) -> Vec<(&str, &str)> {
    keys.iter().map(|key| (key.attribute_name(), key.key_type().as_str())).collect()
}
