//! Readers of each schema of each event, frozen as JSON Schema: what a program asks of a payload that was written
//! against that schema. `UPDATE_GOLDEN=1 cargo test -p shop-domain --test domain codec` writes those that are missing;
//! one that exists is never changed, since programs elsewhere go by it.

use foldlog::write::event::schema_of;
use foldlog::{Decider, Events, Record};
use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;
use shop_domain::{
    access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use strum::VariantNames;

/// Schemas that removed or changed fields: readers of the schema before cannot read these. All others only add fields.
const BREAKING: [(&str, u32); 11] = [
    ("PlacementNoted", 2),
    // What is sealed.
    ("AccountConnected", 2),
    ("AccountOpened", 2),
    ("AddressAdded", 2),
    ("CardAdded", 2),
    ("CardReplaced", 2),
    ("CardReplacementNoted", 2),
    ("OrderCancelled", 3),
    ("PaymentCreated", 2),
    ("PaymentRequested", 3),
    ("PlacementNoted", 3),
];

static READERS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    all_frozen();
    let files = folders("readers").into_iter().flat_map(|(category, folder)| {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files.map(move |file| (format!("{category}/{}", file.file_stem().unwrap().display()), file))
    });
    let reader = |file: &PathBuf| serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    files.map(|(name, file)| (name, jsonschema::validator_for(&reader(&file)).unwrap())).collect()
});

/// A folder for each category.
fn folders(kind: &str) -> Vec<(&'static str, PathBuf)> {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(kind);
    let categories = [
        access::Access::CATEGORY,
        account::Account::CATEGORY,
        audit::Audit::CATEGORY,
        cart::Cart::CATEGORY,
        fulfilment::Fulfilment::CATEGORY,
        invoice::Invoice::CATEGORY,
        order::Order::CATEGORY,
        payment::Payment::CATEGORY,
        product::Product::CATEGORY,
        shipment::Shipment::CATEGORY,
        stock::Stock::CATEGORY,
        warehouse::Warehouse::CATEGORY,
    ];
    categories.map(|category| (category, tests.join(category))).into()
}

/// The errors in a stored event for readers of its own schema or of the schema before.
pub(crate) fn complaints(category: &str, record: &Record<'_>) -> Vec<String> {
    let data: Value = serde_json::from_str(record.data.get()).unwrap();
    let mut wrong = Vec::new();
    for schema in [record.schema, record.schema - 1] {
        let breaks = schema < record.schema && BREAKING.contains(&(record.name.as_ref(), record.schema));
        if schema == 0 || breaks {
            continue;
        }
        let reader = &READERS[&format!("{category}/{}.{schema}", record.name)];
        wrong.extend(reader.iter_errors(&data).map(|error| format!("{}.{schema}: {error}: {data}", record.name)));
    }
    wrong
}

/// What reads the payload of each of a stream's events today, without the words that explain it.
fn readers<D: Decider<Event: JsonSchema>>() -> Vec<(String, String)> {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = D::Event::json_schema(&mut settings.into_generator());
    RecursiveTransform(|schema: &mut schemars::Schema| {
        schema.remove("description");
    })
    .transform(&mut schema);
    let variants = schema.as_value()["oneOf"].as_array().unwrap();
    let reader = |name: &&str| {
        let variant = variants.iter().find(|variant| variant["properties"]["type"]["const"] == **name).unwrap();
        (format!("{name}.{}", schema_of::<D::Event>(name)), format!("{}\n", variant["properties"]["data"]))
    };
    D::Event::VARIANTS.iter().map(reader).collect()
}

fn frozen<D: Decider<Event: JsonSchema>>() {
    let folder = folders("readers").into_iter().find(|(category, _)| *category == D::CATEGORY).unwrap().1;
    for (name, reader) in readers::<D>() {
        let file = folder.join(format!("{name}.json"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() && !file.exists() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &reader).unwrap();
        }
        let stands = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(reader, stands, "{}: another shape is another schema", file.display());
    }
}

fn all_frozen() {
    frozen::<access::Access>();
    frozen::<account::Account>();
    frozen::<audit::Audit>();
    frozen::<cart::Cart>();
    frozen::<fulfilment::Fulfilment>();
    frozen::<invoice::Invoice>();
    frozen::<order::Order>();
    frozen::<payment::Payment>();
    frozen::<product::Product>();
    frozen::<shipment::Shipment>();
    frozen::<stock::Stock>();
    frozen::<warehouse::Warehouse>();
}

#[test]
fn what_reads_the_events_of_a_schema_stays_as_it_is() {
    all_frozen();
}

#[test]
fn every_frozen_payload_is_read_by_its_own_schema_and_by_the_one_before() {
    let (mut read, mut broken) = (BTreeSet::new(), BTreeSet::new());
    for (category, folder) in folders("golden") {
        for file in fs::read_dir(folder).unwrap() {
            let events = Events::parse(fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
            for record in events.records().unwrap() {
                assert_eq!(complaints(category, &record), [""; 0]);
                read.insert(format!("{category}/{}.{}", record.name, record.schema));
                let before = READERS.get(&format!("{category}/{}.{}", record.name, record.schema - 1));
                if before.is_some_and(|reader| !reader.is_valid(&serde_json::from_str(record.data.get()).unwrap())) {
                    broken.insert((record.name.to_string(), record.schema));
                }
            }
        }
    }
    assert_eq!(read, READERS.keys().cloned().collect(), "a payload for each reader");
    assert_eq!(
        broken,
        BREAKING.map(|(name, schema)| (name.to_owned(), schema)).into(),
        "no other breaks the one before"
    );
}
