//! What the bytes of an input choose: indexes, texts and JSON. An input that is over chooses the first of everything.

use serde_json::{Map, Number, Value, json};

/// The deepest nesting that an input may choose.
const DEEPEST: usize = 4;
/// Texts at the edges of what the shop reads.
const TEXTS: [&str; 32] = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "+1",
    "1.0",
    "1e400",
    "00",
    "null",
    "mug",
    "berlin",
    "4242424242424242",
    "tok_ok",
    "\u{0}",
    "\u{202e}",
    "\u{200b}",
    "ü",
    "\u{1f468}\u{200d}\u{1f469}",
    "..",
    "%",
    "%2F",
    "&=",
    "\"",
    "\\",
    "{",
    "[[[[",
    "18446744073709551616",
    "9223372036854775807",
    "2026-11-21T10:00:00Z",
    "9999-12-31T23:59:60+24:00",
    "EUR",
];
/// Names of fields and parameters.
const NAMES: [&str; 28] = [
    "sku",
    "quantity",
    "price",
    "amount",
    "currency",
    "name",
    "id",
    "data",
    "type",
    "schema",
    "version",
    "cursor",
    "limit",
    "at",
    "min_version",
    "order",
    "status",
    "after",
    "from",
    "to",
    "by",
    "card",
    "address",
    "reason",
    "lines",
    "S",
    "N",
    "__proto__",
];

/// The bytes of an input that are left.
pub(crate) struct Choices<'a>(pub(crate) &'a [u8]);

impl Choices<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below a limit of at most 65,536.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let number = if limit > 256 { u16::from_be_bytes([self.byte(), self.byte()]) } else { self.byte().into() };
        usize::from(number) % limit.max(1)
    }

    pub(crate) fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// True once in so many times. An input that is over says no.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// Some of the bytes that come next.
    pub(crate) fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes.to_vec()
    }

    pub(crate) fn text(&mut self) -> String {
        match self.below(4) {
            0 | 1 => (*self.pick(&TEXTS)).to_owned(),
            2 => String::from_utf8_lossy(&self.bytes(40)).into_owned(),
            _ => self.pick(&TEXTS).repeat(self.below(300)),
        }
    }

    pub(crate) fn name(&mut self) -> String {
        if self.once_in(8) { self.text() } else { (*self.pick(&NAMES)).to_owned() }
    }

    pub(crate) fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth < DEEPEST { 12 } else { 9 }) {
            0 => Value::Null,
            1 => json!(self.once_in(2)),
            2 => json!(self.below(4)),
            3 => json!(*self.pick(&[i64::MIN, -1, i64::MAX, 1_795_255_200_000])),
            4 => json!(u64::MAX - u64::from(self.byte())),
            5 => Number::from_f64(*self.pick(&[0.5, -0.0, 1e300, 1e15])).map_or(Value::Null, Value::Number),
            6..=8 => json!(self.text()),
            9 => (0..self.below(4)).map(|_| self.value(depth + 1)).collect(),
            _ => {
                let fields: Map<_, _> = (0..self.below(4)).map(|_| (self.name(), self.value(depth + 1))).collect();
                Value::Object(fields)
            }
        }
    }

    /// Changes a document in some places, also those of a document in one of its texts.
    pub(crate) fn change(&mut self, document: &mut Value) {
        for _ in 0..=self.below(4) {
            self.change_below(document, 0);
        }
    }

    fn change_below(&mut self, place: &mut Value, depth: usize) {
        if self.once_in(12) {
            *place = self.value(depth.min(DEEPEST));
            return;
        }
        match place {
            Value::Object(fields) if !fields.is_empty() => {
                let name = fields.keys().nth(self.below(fields.len())).cloned().unwrap_or_default();
                match self.below(10) {
                    0 => drop(fields.remove(&name)),
                    1 => drop(fields.insert(self.name(), self.value(depth.min(DEEPEST)))),
                    _ => fields.get_mut(&name).into_iter().for_each(|field| self.change_below(field, depth + 1)),
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let index = self.below(items.len());
                match self.below(6) {
                    0 => drop(items.remove(index)),
                    1 => items.push(items[index].clone()),
                    _ => self.change_below(&mut items[index], depth + 1),
                }
            }
            Value::String(text) => *text = self.changed(text),
            Value::Number(_) => *place = self.value(2),
            Value::Null | Value::Bool(_) | Value::Object(_) | Value::Array(_) => *place = self.value(DEEPEST),
        }
    }

    fn changed(&mut self, text: &str) -> String {
        if text.starts_with(['{', '['])
            && let Ok(mut document) = serde_json::from_str::<Value>(text)
            && !self.once_in(8)
        {
            self.change_below(&mut document, 0);
            return document.to_string();
        }
        let mut letters: Vec<char> = text.chars().collect();
        let index = self.below(letters.len() + 1).min(letters.len());
        match self.below(5) {
            0 => letters.truncate(index),
            1 => drop(letters.splice(index..index, self.text().chars().collect::<Vec<_>>())),
            2 => letters.get_mut(index).into_iter().for_each(|letter| *letter = char::from(self.byte())),
            3 => letters.extend_from_within(..),
            _ => return self.text(),
        }
        letters.into_iter().collect()
    }
}
