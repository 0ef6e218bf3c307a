//! Every event of every stream: its schema, the fields of its payload, and an example.

use crate::page::Type;
use askama::Template;
use foldlog::Decider;
use foldlog::write::event::schema_of;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shop_domain::{
    access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse,
};
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

/// Every category, in the order in which an order meets them, and the schemas of the types that its events refer to.
pub(crate) fn streams() -> (Vec<Stream>, Map<String, Value>) {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let streams = vec![
        stream::<product::Product>(&mut generator),
        stream::<warehouse::Warehouse>(&mut generator),
        stream::<stock::Stock>(&mut generator),
        stream::<account::Account>(&mut generator),
        stream::<cart::Cart>(&mut generator),
        stream::<order::Order>(&mut generator),
        stream::<fulfilment::Fulfilment>(&mut generator),
        stream::<payment::Payment>(&mut generator),
        stream::<invoice::Invoice>(&mut generator),
        stream::<shipment::Shipment>(&mut generator),
        stream::<audit::Audit>(&mut generator),
        stream::<access::Access>(&mut generator),
    ];
    (streams, generator.take_definitions(true))
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

/// One JSON Schema document with the payload of each event, in its current schema.
pub(crate) fn schemas(streams: &[Stream], types: &Map<String, Value>) -> Value {
    let mut events = json!({});
    for Stream { category, events: of_stream } in streams {
        for Event { name, schema, payload, .. } in of_stream {
            events[category][name] = json!({ "schema": schema, "payload": payload });
        }
    }
    json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "events": events, "$defs": types })
}

/// The page.
#[derive(Template)]
#[template(path = "events.md", escape = "none")]
pub(crate) struct Events<'a> {
    streams: Vec<StreamOnPage<'a>>,
    types: Vec<Type<'a>>,
}

struct StreamOnPage<'a> {
    category: &'a str,
    events: Vec<EventOnPage<'a>>,
}

struct EventOnPage<'a> {
    schema: u32,
    about: &'a str,
    /// If the payload is a named type, its kind has that name, and the payload lists no fields of its own.
    payload: Type<'a>,
    example: String,
}

impl<'a> Events<'a> {
    /// The page of these streams, with an example of each event by category, name and schema.
    pub(crate) fn of<E>(
        streams: &'a [Stream],
        types: &'a Map<String, Value>,
        example: impl Fn(&str, &str, u32) -> Result<String, E>,
    ) -> Result<Self, E> {
        let mut on_page = Vec::new();
        for stream in streams {
            let mut events = Vec::new();
            for event in &stream.events {
                let stored = example(stream.category, event.name, event.schema)?;
                events.push(EventOnPage {
                    schema: event.schema,
                    about: &event.about,
                    payload: Type::of(event.name, &event.payload),
                    example: stored.trim().trim_start_matches('[').trim_end_matches(']').to_owned(),
                });
            }
            on_page.push(StreamOnPage { category: stream.category, events });
        }
        Ok(Self { streams: on_page, types: Type::all(types) })
    }
}
