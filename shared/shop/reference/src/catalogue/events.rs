//! Every event of every stream: its schemas, what its payload holds, and an example.

use crate::kind::Kind;
use askama::Template;
use foldlog::Decider;
use foldlog::write::event::schema_of;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shop_domain::{account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse};
use strum::VariantNames;

/// The events of a category.
pub(crate) struct Stream {
    pub(crate) category: &'static str,
    events: Vec<Event>,
}

struct Event {
    name: &'static str,
    schema: u32,
    about: String,
    payload: Value,
}

/// Every category, in the order in which an order meets them.
pub(crate) fn streams() -> Vec<Stream> {
    let mut generator = generator();
    all(&mut generator)
}

fn all(generator: &mut SchemaGenerator) -> Vec<Stream> {
    vec![
        stream::<product::Product>(generator),
        stream::<warehouse::Warehouse>(generator),
        stream::<stock::Stock>(generator),
        stream::<account::Account>(generator),
        stream::<cart::Cart>(generator),
        stream::<order::Order>(generator),
        stream::<fulfilment::Fulfilment>(generator),
        stream::<payment::Payment>(generator),
        stream::<invoice::Invoice>(generator),
        stream::<shipment::Shipment>(generator),
        stream::<audit::Audit>(generator),
    ]
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

fn stream<D: Decider<Event: JsonSchema>>(generator: &mut SchemaGenerator) -> Stream {
    let schema = D::Event::json_schema(generator).to_value();
    let of_event = |name: &&'static str| {
        let variants = schema["oneOf"].as_array().into_iter().flatten();
        let variant = variants.clone().find(|variant| variant["properties"]["type"]["const"] == **name);
        let variant = variant.unwrap_or(&Value::Null);
        Event {
            name,
            schema: schema_of::<D::Event>(name),
            about: variant["description"].as_str().unwrap_or_default().to_owned(),
            payload: variant["properties"]["data"].clone(),
        }
    };
    Stream { category: D::CATEGORY, events: D::Event::VARIANTS.iter().map(of_event).collect() }
}

/// One JSON Schema document with the payload of each event, in the schema that is written today.
pub(crate) fn schemas() -> Value {
    let mut generator = generator();
    let streams = all(&mut generator);
    let events: Map<_, _> = streams
        .into_iter()
        .map(|stream| {
            let events = stream
                .events
                .into_iter()
                .map(|event| (event.name.to_owned(), json!({ "schema": event.schema, "payload": event.payload })));
            (stream.category.to_owned(), events.collect::<Map<_, _>>().into())
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "events": events,
        "$defs": generator.take_definitions(true),
    })
}

/// The page.
#[derive(Template)]
#[template(path = "events.md", escape = "none")]
pub(crate) struct Events<'a> {
    streams: Vec<StreamOnPage<'a>>,
    types: Vec<TypeOnPage>,
}

struct StreamOnPage<'a> {
    category: &'a str,
    events: Vec<EventOnPage<'a>>,
}

struct EventOnPage<'a> {
    name: &'a str,
    schema: u32,
    about: &'a str,
    fields: Vec<Field>,
    /// The type whose fields it has, where it has not its own.
    same_as: Option<String>,
    example: String,
}

struct TypeOnPage {
    name: String,
    about: String,
    kind: Kind,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    kind: Kind,
    required: bool,
    about: String,
}

impl<'a> Events<'a> {
    /// The page of these streams, with an example of each event by category, name and schema.
    pub(crate) fn of<E>(
        streams: &'a [Stream],
        example: impl Fn(&str, &str, u32) -> Result<String, E>,
    ) -> Result<Self, E> {
        let mut on_page = Vec::new();
        for stream in streams {
            let mut events = Vec::new();
            for event in &stream.events {
                let stored = example(stream.category, event.name, event.schema)?;
                events.push(EventOnPage {
                    name: event.name,
                    schema: event.schema,
                    about: &event.about,
                    fields: fields(&event.payload),
                    same_as: Kind::of(&event.payload).name,
                    example: stored.trim().trim_start_matches('[').trim_end_matches(']').to_owned(),
                });
            }
            on_page.push(StreamOnPage { category: stream.category, events });
        }
        let mut generator = generator();
        let _ = all(&mut generator);
        let types = generator.take_definitions(true).into_iter().map(|(name, schema)| TypeOnPage {
            name,
            about: about(&schema),
            kind: Kind::of(&schema),
            fields: fields(&schema),
        });
        Ok(Self { streams: on_page, types: types.collect() })
    }

    pub(crate) fn text(&self) -> String {
        // Whatever is written into a text can be written.
        self.render().unwrap_or_default()
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let required = |name: &str| schema["required"].as_array().into_iter().flatten().any(|required| required == name);
    let field = |(name, schema): (&String, &Value)| Field {
        name: name.clone(),
        kind: Kind::of(schema),
        required: required(name),
        about: about(schema),
    };
    schema["properties"].as_object().into_iter().flatten().map(field).collect()
}

/// A description in one line, as a table holds it.
fn about(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}
