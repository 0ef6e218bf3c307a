//! JSON of others: what was stored, and what was sent. No other module parses it, and a test checks that.
//!
//! **Stored.** [`read`] and its kin parse as fast as `serde_json` does. Their error tells the kind of fault, the place and
//! the form that was expected. It never quotes a value, because errors end in logs and notes, where no payload belongs.
//!
//! **Sent.** [`Sent`] is stricter than the derived readers of serde, which take an array for an object and count `1.0` as
//! no integer. It refuses an array in the place of an object at any depth and a field that stands twice, and reads a
//! number without a fraction as an integer, as JSON Schema does.

use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};
use std::fmt;

/// Why JSON does not read. It contains nothing of the text that was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unread(String);

impl Unread {
    /// The error of another reader that writes its messages as serde does, such as that of a database's items.
    pub fn of(error: &dyn fmt::Display) -> Self {
        Self(fault(&error.to_string()))
    }
}

impl From<serde_json::Error> for Unread {
    fn from(error: serde_json::Error) -> Self {
        let fault = match error.classify() {
            Category::Io => "it could not be read to its end".to_owned(),
            Category::Syntax => "it is not JSON".to_owned(),
            Category::Eof => "it ends too early".to_owned(),
            Category::Data => fault(&error.to_string()),
        };
        Self(match error.line() {
            // Readers of a parsed value know no place.
            0 => fault,
            line => format!("{fault} (line {line}, column {})", error.column()),
        })
    }
}

/// What a reader's message says of the form, without the value. Only names that the code chose are repeated.
fn fault(message: &str) -> String {
    const QUOTING: [&str; 3] = ["invalid type", "invalid value", "invalid length"];
    const NAMING: [&str; 2] = ["missing field", "duplicate field"];
    const BARE: [&str; 2] = ["unknown field", "unknown variant"];
    let begins = |kind: &&&str| message.starts_with(**kind);
    // The place stands at the end of the message.
    let message_alone = message.rsplit_once(" at line ").map_or(message, |(alone, _)| alone);
    if let Some(kind) = QUOTING.iter().find(begins) {
        let expected = message_alone.rsplit_once(", expected ").map_or("another one", |(_, expected)| expected);
        return format!("{kind}, expected {expected}");
    }
    if NAMING.iter().any(|kind| begins(&kind)) {
        return message_alone.to_owned();
    }
    BARE.iter().find(begins).map_or("a value is not of the form that was expected", |kind| *kind).to_owned()
}

/// Parses stored text.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unread> {
    Ok(serde_json::from_str(text)?)
}

/// Parses stored bytes.
pub fn read_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unread> {
    Ok(serde_json::from_slice(bytes)?)
}

/// Reads a value that was parsed before.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Unread> {
    Ok(serde_json::from_value(value)?)
}

/// Why a document that was sent does not read. The text is for its sender, and may quote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unfit {
    /// Whether it is JSON at all.
    pub is_json: bool,
    /// The place of the fault (RFC 6901).
    pub pointer: String,
    /// The fault.
    pub reason: String,
}

impl Unfit {
    /// The fault without the text of the document, for where its sender is not the one who reads.
    #[must_use]
    pub fn place(&self) -> String {
        match (self.is_json, self.pointer.as_str()) {
            (false, _) => "it is not JSON".to_owned(),
            (true, "") => fault(&self.reason),
            (true, pointer) => format!("{} at {pointer}", fault(&self.reason)),
        }
    }
}

impl From<serde_path_to_error::Error<serde_json::Error>> for Unfit {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        Self { is_json: error.inner().is_data(), pointer: pointer(error.path()), reason: error.inner().to_string() }
    }
}

/// A document that was sent, parsed and not yet typed.
#[derive(Clone, Debug)]
pub struct Sent(Value);

impl Sent {
    /// Parses a document.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unfit> {
        let mut parser = serde_json::Deserializer::from_slice(bytes);
        let Tree(value) = serde_path_to_error::deserialize(&mut parser)?;
        let not_json =
            |error: serde_json::Error| Unfit { is_json: false, pointer: String::new(), reason: error.to_string() };
        parser.end().map_err(not_json)?;
        Ok(Self(value))
    }

    /// The document.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// The document as a type. The type's own form shows where an array stood in the place of an object.
    pub fn read<T: DeserializeOwned + Serialize>(&self) -> Result<T, Unfit> {
        let read: T = serde_path_to_error::deserialize(&self.0)?;
        let written = serde_json::to_value(&read).unwrap_or_default();
        let mut place = String::new();
        if has_array_for_object(&self.0, &written, &mut place) {
            let reason = "invalid type: sequence, expected an object".to_owned();
            return Err(Unfit { is_json: true, pointer: place, reason });
        }
        Ok(read)
    }
}

/// Parses a document that was sent, as a type.
pub fn sent<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Unfit> {
    Sent::parse(bytes)?.read()
}

/// Whether an array of the document was read as an object. `place` is then its pointer.
fn has_array_for_object(sent: &Value, written: &Value, place: &mut String) -> bool {
    let length = place.len();
    let mut below = |step: &str, sent: &Value, written: &Value| {
        place.truncate(length);
        place.push_str(&token(step));
        has_array_for_object(sent, written, place)
    };
    match (sent, written) {
        (Value::Array(_), Value::Object(_)) => true,
        (Value::Array(sent), Value::Array(written)) => (0_usize..)
            .zip(sent.iter().zip(written))
            .any(|(index, (sent, written))| below(&index.to_string(), sent, written)),
        (Value::Object(sent), Value::Object(written)) => sent
            .iter()
            .filter_map(|(name, sent)| Some((name, sent, written.get(name)?)))
            .any(|(name, sent, written)| below(name, sent, written)),
        _ => false,
    }
}

/// The path of a value as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => token(&index.to_string()),
            Segment::Map { key } => token(key),
            Segment::Enum { variant } => token(variant),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// One step of a JSON pointer.
#[must_use]
pub fn token(step: &str) -> String {
    format!("/{}", step.replace('~', "~0").replace('/', "~1"))
}

/// Any JSON, in which no field stands twice and each number without a fraction is an integer.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson).map(Self)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        /// From here on, not every integer is a number of this kind, so that one stands for several.
        const EXACT: u64 = 1 << 53;
        // A number without a fraction is written without a point.
        let whole = number.to_string().parse::<i64>().ok().filter(|whole| whole.unsigned_abs() < EXACT);
        Ok(whole.map_or_else(|| Number::from_f64(number).map_or(Value::Null, Value::Number), Value::from))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = vec![];
        while let Some(Tree(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Tree(value))) = fields.next_entry::<String, Tree>()? {
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a field stands twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        sku: String,
        count: u64,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Basket {
        lines: Vec<Line>,
        #[serde(flatten)]
        gift: Gift,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Gift {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gift: Option<Line>,
    }

    fn refused(text: &str) -> (bool, String) {
        let unfit = sent::<Basket>(text.as_bytes()).unwrap_err();
        (unfit.is_json, unfit.pointer)
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        assert_eq!(refused("[[],null]"), (true, String::new()));
        assert_eq!(refused(r#"{"lines":[{"sku":"a","count":1},["b",2]]}"#), (true, "/lines/1".to_owned()));
        assert_eq!(refused(r#"{"lines":[],"gift":["b",2]}"#), (true, "/gift".to_owned()));
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        let count = |text: &str| {
            sent::<Line>(format!(r#"{{"sku":"a","count":{text}}}"#).as_bytes()).ok().map(|line| line.count)
        };
        for (text, number) in
            [("1", 1), ("1.0", 1), ("1e2", 100), ("-0.0", 0), ("9007199254740991.0", 9_007_199_254_740_991)]
        {
            assert_eq!(count(text), Some(number), "{text}");
        }
        for text in ["1.5", "-1.0", "1e-2", "9007199254740993.0", "1e300", "18446744073709551616"] {
            assert_eq!(count(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_document_or_says_a_thing_twice_is_refused() {
        for text in ["", "{", r#"{"lines":[]} {}"#] {
            assert!(!refused(text).0, "{text}");
        }
        assert!(refused(r#"{"lines":[],"lines":[]}"#).0);
    }

    #[test]
    fn an_error_of_stored_text_tells_the_place_and_the_form_and_no_value() {
        for (text, fault) in [
            (r#"{"sku":"a","count":"ada, expected x"}"#, "invalid type, expected u64 (line 1, column 36)"),
            (r#"{"sku":"a","count":-77}"#, "invalid value, expected u64 (line 1, column 22)"),
            (r#"{"sku":"a"}"#, "missing field `count` (line 1, column 11)"),
            (r#"{"ada, expected x":1}"#, "unknown field (line 1, column 18)"),
            (r#"{"sku":"#, "it ends too early (line 1, column 7)"),
            ("ada", "it is not JSON (line 1, column 1)"),
        ] {
            assert_eq!(read::<Line>(text).unwrap_err().to_string(), fault, "{text}");
        }
        let stream = read::<crate::StreamName>(r#""ada""#).unwrap_err().to_string();
        assert_eq!(stream, "a value is not of the form that was expected");
        assert_eq!(
            read_value::<Line>(serde_json::json!({ "sku": 7 })).unwrap_err().to_string(),
            "invalid type, expected a string"
        );
    }
}
