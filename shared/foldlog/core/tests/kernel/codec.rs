//! Everything that is stored reads back, and old schemas read as today's.

use foldlog::{DecodeError, Event, Events, Upcaster};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Three schemas of one type, one of the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Weighed {
    Filled { grams: u32, of: String, by: String },
    Emptied {},
}

impl Event for Weighed {
    const UPCASTERS: &'static [Upcaster] = &[
        // Out of order on purpose: each step is found by the schema that it reads.
        Upcaster {
            event: "Filled",
            from: 2,
            step: |data| json!({ "grams": data["grams"], "of": data["of"], "by": "nobody" }),
        },
        Upcaster { event: "Filled", from: 1, step: |data| json!({ "grams": data[0], "of": data[1] }) },
    ];
}

fn weighed() -> impl Strategy<Value = Weighed> {
    prop_oneof![
        (any::<u32>(), ".{0,20}", ".{0,20}").prop_map(|(grams, of, by)| Weighed::Filled { grams, of, by }),
        Just(Weighed::Emptied {}),
    ]
}

/// A stored record, its fields in either order.
fn record(name: &str, schema: u32, data: &Value, data_first: bool) -> String {
    if data_first {
        format!(r#"{{"data":{data},"type":{},"schema":{schema}}}"#, json!(name))
    } else {
        format!(r#"{{"schema":{schema},"type":{},"data":{data}}}"#, json!(name))
    }
}

fn decode(records: &[String]) -> Result<Vec<Weighed>, DecodeError> {
    Events::parse(format!("[{}]", records.join(",")))?.decode()
}

proptest! {
    #[test]
    fn any_events_read_back(events in vec(weighed(), 1..6)) {
        let stored = Events::encode(&events).unwrap();
        prop_assert_eq!(stored.count(), events.len() as u64);
        let parsed = Events::parse(stored.text().to_owned()).unwrap();
        prop_assert_eq!(&parsed, &stored);
        let decoded = parsed.decode::<Weighed>();
        prop_assert_eq!(decoded, Ok(events));
    }

    #[test]
    fn a_payload_of_any_schema_reads_as_today_s_made_of_it(
        fillings in vec((any::<u32>(), ".{0,20}", 1..=3_u32, any::<bool>()), 1..6),
    ) {
        let stored: Vec<_> = fillings.iter().map(|(grams, of, schema, data_first)| {
            let data = match schema {
                1 => json!([grams, of]),
                2 => json!({ "grams": grams, "of": of }),
                _ => json!({ "grams": grams, "of": of, "by": "nobody" }),
            };
            record("Filled", *schema, &data, *data_first)
        }).collect();
        let today = fillings.into_iter().map(|(grams, of, ..)| Weighed::Filled { grams, of, by: "nobody".to_owned() });
        prop_assert_eq!(decode(&stored), Ok(today.collect()));
    }

    /// At any position among readable events, and with any content.
    #[test]
    fn what_a_later_release_wrote_is_an_error_with_type_and_schema(
        before in 0..3_usize, schema in prop_oneof![4..8_u32, 4..=u32::MAX], name in "[A-Z][a-z]{1,12}", data_first: bool,
    ) {
        let emptied = record("Emptied", 1, &json!({}), false);
        let among = |foreign: String| [vec![emptied.clone(); before], vec![foreign, emptied.clone()]].concat();
        let data = json!({ "grams": 1, "of": "tea", "by": "nobody" });
        let newer = decode(&among(record("Filled", schema, &data, data_first))).unwrap_err();
        prop_assert_eq!(&newer, &DecodeError::NewerSchema { name: "Filled".to_owned(), schema, known: 3 });
        prop_assert!(newer.to_string().contains("Filled") && newer.to_string().contains(&schema.to_string()));
        prop_assume!(!["Filled", "Emptied"].contains(&name.as_str()));
        let unknown = decode(&among(record(&name, 1, &data, data_first))).unwrap_err();
        prop_assert!(unknown.to_string().contains(&name));
        prop_assert_eq!(unknown, DecodeError::UnknownType(name));
    }

    /// No text makes it panic, and a commit without events is rejected.
    #[test]
    fn any_other_text_is_an_error_or_events(text in "[\\[\\]{}\",:0-9a-z]{0,40}") {
        if let Ok(events) = Events::parse(text) {
            prop_assert!(events.count() > 0);
            let _ = events.decode::<Weighed>();
        }
    }
}
