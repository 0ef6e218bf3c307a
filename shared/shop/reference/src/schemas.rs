//! The schemas of requests and answers, each under one name.

use foldlog::StreamName;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};
use shop_domain::values::{CartId, OrderId, Sku, WarehouseId};

/// Makes a type's schema, or a reference to it.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schemas of path parameters, by the segment before them.
const PATHS: [(&str, SchemaOf); 8] = [
    ("products", SchemaGenerator::subschema_for::<Sku>),
    ("items", SchemaGenerator::subschema_for::<Sku>),
    ("carts", SchemaGenerator::subschema_for::<CartId>),
    ("orders", SchemaGenerator::subschema_for::<OrderId>),
    ("correlations", SchemaGenerator::subschema_for::<String>),
    ("parked", SchemaGenerator::subschema_for::<String>),
    ("streams", SchemaGenerator::subschema_for::<StreamName>),
    ("warehouses", SchemaGenerator::subschema_for::<WarehouseId>),
];

/// Says how large a number may be if its schema only names its format.
fn bounded(schema: &mut Schema) {
    let most = match schema.get("format").and_then(Value::as_str) {
        Some("uint32") => u64::from(u32::MAX),
        Some("uint" | "uint64") => u64::MAX,
        _ => return,
    };
    if schema.get("maximum").is_none() {
        schema.insert("maximum".to_owned(), most.into());
    }
}

/// Makes schemas, and keeps those that have a name.
pub(crate) struct Schemas {
    /// For requests: a field that may be missing is not required.
    taken: SchemaGenerator,
    /// For answers: a field that is always present is required.
    answered: SchemaGenerator,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
                settings.transforms.push(Box::new(RecursiveTransform(bounded as fn(&mut Schema))));
            })
        };
        Self {
            taken: settings().for_deserialize().into_generator(),
            answered: settings().for_serialize().into_generator(),
        }
    }

    /// The schema of a type in requests.
    pub(crate) fn taken(&mut self, schema: SchemaOf) -> Value {
        schema(&mut self.taken).to_value()
    }

    /// The schema of a type in answers.
    pub(crate) fn answered(&mut self, schema: SchemaOf) -> Value {
        schema(&mut self.answered).to_value()
    }

    /// The schema of a path parameter.
    pub(crate) fn in_path(&mut self, path: &str, name: &str) -> Option<Value> {
        let before = path.split(&format!("/{{{name}}}")).next()?.rsplit('/').next()?;
        let of = match name {
            "sku" => "products",
            "warehouse" => "warehouses",
            _ => before,
        };
        let (_, schema) = PATHS.iter().find(|(segment, _)| *segment == of)?;
        Some(self.taken(*schema))
    }

    /// All named schemas. A type that is in both requests and answers appears once.
    pub(crate) fn named(mut self) -> Map<String, Value> {
        let mut named = self.answered.take_definitions(true);
        named.extend(self.taken.take_definitions(true));
        named
    }
}
